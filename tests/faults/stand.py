"""An account on the local AWS, and Orchard's commands there: run, or broken off at a moment."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cached_property
from pathlib import Path
from typing import Any

from orchard.aws import tags, target
from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.places import ROOT
from orchard.emulator import process
from orchard.infrastructure import orphans
from tests.emulator.conftest import QUICK, launch
from tests.waiting import PATIENCE

PROGRAM = ROOT / "tests" / "programs" / "orchard_elsewhere.py"
Event = dict[str, Any]
Moment = Callable[[list[Event]], bool]


class Stand:
    """An emulator, a copy of the Terraform, and whoever calls `./inv` there.

    The rules by which objects expire are left out of the copy: the provider waits a minute for them, and they have no
    name. So are the provider's checksums, which every Terraform computes anew over 700 MB. All else is what users run.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.home, self.terraform = folder, folder / "home", folder / "terraform"
        self.events = folder / "events.jsonl"
        ignored = shutil.ignore_patterns(".terraform", "*_override.tf.json", "tests")
        shutil.copytree(ROOT / "terraform", self.terraform, ignore=ignored)
        (self.terraform / "modules" / "bucket" / "lifecycle.tf").unlink()
        for lock in self.terraform.glob("*/.terraform.lock.hcl"):
            lock.write_text(re.sub(r"\n  hashes = \[.*?\n  \]", "", lock.read_text(), flags=re.DOTALL))
        self.settings = Settings(project="orchard", region="eu-west-3")
        self._clients: dict[str, Any] = {}
        life = process.directory(self.home) / "test"
        life.parent.mkdir(parents=True)
        self.emulator, _ = launch(life, *QUICK)

    def close(self) -> None:
        """End the emulator."""
        self.emulator.terminate()
        self.emulator.wait(60)

    @cached_property
    def target(self) -> Target:
        """The account, as its root."""
        found = process.find(self.home)
        assert found
        return target._local("eu-west-3", found)

    def client(self, service: str) -> Any:
        """A client of the account's root."""
        if service not in self._clients:
            self._clients[service] = self.target.client(service)
        return self._clients[service]

    def state(self, root: str) -> Path:
        """The file of a root's state."""
        return self.target.state_dir / f"{root}.tfstate"

    # Commands -----------------------------------------------------------------------------------------------------
    def start(self, *words: str, **settings: str) -> subprocess.Popen:
        """Call a command, and note anew what Terraform says."""
        self.events.unlink(missing_ok=True)
        environment = os.environ | {"ORCHARD_HOME": str(self.home)} | settings
        line = [sys.executable, str(PROGRAM), str(self.terraform), str(self.events), *words]
        with (self.folder / "said").open("w") as said:
            return subprocess.Popen(
                line, stdout=said, stderr=said, stdin=subprocess.DEVNULL, env=environment, start_new_session=True
            )

    def inv(self, *words: str, code: int | None = 0, **settings: str) -> str:
        """Call a command to its end; returns all it said."""
        ended = self.start(*words, **settings).wait()
        said = (self.folder / "said").read_text()
        assert code is None or ended == code, said[-3000:]
        assert "Traceback" not in said
        return said

    def broken_off(self, *words: str, at: Moment, by: str) -> str:
        """Call a command and break it off at a moment.

        Args:
            words: of the command.
            at: told what Terraform has said so far, whether this is the moment.
            by: `power` (the command and its Terraform are killed at once), or the name of a signal to the command.

        Returns:
            all it said.
        """
        called = self.start(*words)
        deadline, known = time.monotonic() + PATIENCE, 0
        while called.poll() is None and time.monotonic() < deadline:
            size = self.events.stat().st_size if self.events.exists() else 0
            if size != known and at(self.heard()):  # to read all of it each time takes a fifth of a core
                break
            known = size
            time.sleep(0.02)  # moments pass quickly
        assert called.poll() is None, (
            "it was over before the moment came: " + (self.folder / "said").read_text()[-2000:]
        )
        if by == "power":
            for number in (called.pid, *self.terraforms()):
                os.killpg(number, signal.SIGKILL)  # each has a group of its own, and Terraform's provider is in its
        else:
            os.kill(called.pid, signal.Signals[by])
        called.wait()
        return (self.folder / "said").read_text()

    def terraforms(self) -> list[int]:
        """The Terraforms that work here, by what Orchard notes of them."""
        return [int(file.suffixes[-2].lstrip(".")) for file in self.target.state_dir.glob("*.holder")]

    def heard(self) -> list[Event]:
        """What Terraform has said so far in the command that was called last."""
        lines = self.events.read_text().splitlines() if self.events.exists() else []
        return [parsed for line in lines if (parsed := _parsed(line))]

    # What holds ---------------------------------------------------------------------------------------------------
    def orphans(self) -> list[str]:
        """What is here and in no state."""
        return orphans.find(self.settings, self.target)

    def keys(self) -> list[str]:
        """The project's keys that are in use: each costs by the month."""
        tagged = [item.arn for item in tags.by_tag(self.client, self.settings.project) if ":kms:" in item.arn]
        kms = self.client("kms")
        told = [kms.describe_key(KeyId=arn)["KeyMetadata"] for arn in tagged]
        return [key["KeyId"] for key in told if key["KeyState"] == "Enabled"]

    def clusters(self) -> list[str]:
        """The clusters that cost."""
        states = ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING", "TERMINATING"]
        return [entry["Id"] for entry in self.client("emr").list_clusters(ClusterStates=states)["Clusters"]]

    def ends(self) -> list[str]:
        """What the schedule of the cluster `default` ends."""
        told = self.client("scheduler").get_schedule(Name="orchard-default-end-of-life")
        return json.loads(told["Target"]["Input"])["JobFlowIds"]

    def left(self) -> list[str]:
        """Whatever carries the project's tag or name."""
        return tags.tagged(self.settings, self.target)

    def is_good(self, *, cluster: bool = False) -> None:
        """Assert that all is there once, that a state knows it, and that a cluster has its end."""
        assert self.orphans() == []
        assert len(self.keys()) == 1
        assert len(self.clusters()) == int(cluster)
        if cluster:
            assert self.ends() == self.clusters()

    def has_foundation(self) -> bool:
        """Whether the last word of an apply is in the state."""
        file = self.state("foundation")
        return file.exists() and "foundation" in json.loads(file.read_text()).get("outputs", {})


def _parsed(line: str) -> Event | None:
    try:
        event = json.loads(line)
    except ValueError:  # not whole yet
        return None
    return event if isinstance(event, dict) and "type" in event else None
