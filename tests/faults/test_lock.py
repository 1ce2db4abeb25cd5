"""A state in a bucket, locked by a Terraform that was killed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchard.base.errors import OrchardError
from orchard.base.places import ROOT
from orchard.infrastructure.terraform import Terraform
from tests.faults.stand import Stand
from tests.support.cells import cell
from tests.waiting import until

LONG = """
terraform {
  backend "local" {}
}

variable "seconds" {
  type    = number
  default = 0
}

resource "terraform_data" "thing" {
  input = var.seconds
  provisioner "local-exec" {
    command = "sleep ${var.seconds}"
  }
}
"""


def lock(stand: Stand) -> list[str]:
    found = stand.client("s3").list_objects_v2(Bucket="team-state").get("Contents", [])
    return [entry["Key"] for entry in found if entry["Key"].endswith(".tflock")]


@cell(
    "bucket",
    area="Terraform",
    fault="the power goes while Terraform holds the lock on a state in `state_bucket`",
    at="an apply",
    holds="the next command of this machine removes the lock and goes on; from another machine's lock it stays away",
)
def test_a_dead_terraforms_lock_is_removed(stand: Stand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = {"LocationConstraint": "eu-west-3"}
    stand.client("s3").create_bucket(Bucket="team-state", CreateBucketConfiguration=where)
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "main.tf").write_text(LONG)
    program, state = ROOT / "tests" / "programs" / "long_apply.py", tmp_path / "state"
    line = [sys.executable, str(program), str(tmp_path / "root"), str(state), "team-state"]
    environment = {**stand.target.environment}
    with subprocess.Popen(line, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True) as called:
        assert called.stdout
        assert any("apply_start" in told for told in called.stdout)
        (holder,) = state.glob("*.holder")
        for group in (called.pid, int(holder.suffixes[-2].lstrip("."))):
            os.killpg(group, signal.SIGKILL)
    assert len(until(lambda: lock(stand))) == 1

    def opened(folder: str) -> Terraform:
        there = {"state_bucket": "team-state", "state_prefix": "orchard/", "region": "eu-west-3"}
        made = Terraform("foundation", tmp_path / folder, environment, directory=tmp_path / "root", **there)
        made.init()
        return made

    with pytest.raises(OrchardError, match="the state is locked"):
        opened("another checkout").plan({})
    assert len(lock(stand)) == 1
    assert opened("state").plan({}).counts["add"] == 1
    assert lock(stand) == []
    assert list(state.glob("*.holder")) == []
