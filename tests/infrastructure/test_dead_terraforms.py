"""Locks that killed Terraforms leave, and states that are no more whole."""

import getpass
import json
import os
import socket
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchard.infrastructure import state, state_locks
from orchard.infrastructure.state_locks import Holders, Lock
from tests.support.cells import cell
from tests.support.held import held

HERE = f"{getpass.getuser()}@{socket.gethostname()}"
TOLD = """Error acquiring the state lock
Error message: operation error S3: PutObject, https response error StatusCode: 412, RequestID: 4f1d-2, HostID: x
Lock Info:
  ID:        5eb8fed4-9d6c-6a0e-d1fa-57ac4b2e6e5b
  Path:      team-state/orchard/orchard/eu-west-3/foundation.tfstate
  Operation: OperationTypeApply
  Who:       {who}
  Version:   1.11.4
  Created:   2026-11-30 10:00:05.123456789 +0000 UTC
  Info:
"""
SINCE = datetime(2026, 11, 30, 10, 0, 4, tzinfo=UTC)


@pytest.fixture
def noted(tmp_path: Path) -> Holders:
    return Holders(tmp_path, "foundation.default")


def note(held: Holders, process: int, *, command: int, since: datetime = SINCE) -> Path:
    file = held.folder / f"{held.name}.{process}.holder"
    file.write_text(json.dumps({"command": command, "since": since.isoformat()}))
    return file


def dead() -> int:
    """A process that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@cell(
    "dead",
    area="Terraform",
    fault="the state in a bucket is locked, by a Terraform of this machine that was killed",
    at="before an `up`",
    holds="the lock is told to be nobody's; one of another machine, or from before that Terraform, is not",
    quick=True,
)
def test_a_lock_of_a_dead_terraform_of_this_machine_is_nobodys(noted: Holders) -> None:
    lock = Lock.parse(TOLD.format(who=HERE))
    assert lock == ("5eb8fed4-9d6c-6a0e-d1fa-57ac4b2e6e5b", HERE, datetime(2026, 11, 30, 10, 0, 5, tzinfo=UTC))
    assert not noted.are_gone(lock), "nobody was noted: another checkout's, perhaps"
    file = note(noted, dead(), command=dead())
    assert noted.are_gone(lock)
    assert not noted.are_gone(Lock.parse(TOLD.format(who="ana@laptop")))
    assert not noted.are_gone(lock._replace(created=SINCE - timedelta(minutes=5)))
    noted.forget()
    assert not file.exists()


@cell(
    "alive",
    area="Terraform",
    fault="the state is locked by a Terraform that works, whose command lives or was killed",
    at="during an `up`",
    holds="the lock of the living is left alone; a Terraform without its command is waited for until it ends",
    quick=True,
)
def test_a_lock_of_a_living_terraform_is_left_alone(noted: Holders, monkeypatch: pytest.MonkeyPatch) -> None:
    lock = Lock.parse(TOLD.format(who=HERE))
    assert lock
    note(noted, os.getpid(), command=os.getpid())
    lives = [True, True, False]
    monkeypatch.setattr(state_locks, "_lives", lambda _: True)
    assert not noted.are_gone(lock)
    note(noted, os.getpid(), command=dead())
    monkeypatch.setattr(state_locks, "_lives", lambda _: lives.pop(0))
    assert noted.are_gone(lock)
    assert lives == [], "it was waited for"


def test_what_is_no_terraform_is_no_holder(noted: Holders) -> None:
    file = note(noted, os.getpid(), command=os.getpid())
    assert not state_locks._lives(file), "the system gives numbers of dead processes to others"
    with noted.noted(4711):
        assert (noted.folder / "foundation.default.4711.holder").exists()
    assert not (noted.folder / "foundation.default.4711.holder").exists()
    assert Lock.parse("Error: other") is None


@cell(
    "lock-file",
    area="Terraform",
    fault="Terraform is killed and leaves the file that tells of its lock",
    at="before `status` and `orphans`",
    holds="they do not take it for one that works",
    quick=True,
)
def test_a_lock_file_without_a_lock_is_no_work(tmp_path: Path) -> None:
    kept = tmp_path / "foundation.tfstate"
    kept.write_text("{}")
    told = tmp_path / ".foundation.tfstate.lock.info"
    told.write_text("{}")
    assert not state._is_held(told)
    with held(kept):
        assert state._is_held(told)
    assert not state._is_held(told)
    kept.unlink()
    assert not state._is_held(told)


@cell(
    "damaged",
    area="Terraform",
    fault="states on this machine are cut off, or empty",
    at="before `up`, `down` and `cleanup`",
    holds="they are set aside by name, never overwritten, and a whole one is left alone",
    quick=True,
)
def test_damaged_states_are_set_aside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    workspace = tmp_path / "cluster.workspaces" / "big"
    workspace.mkdir(parents=True)
    (tmp_path / "foundation.tfstate").write_text('{"version": 4, "resour')
    (tmp_path / "cluster.tfstate").write_text('{"version": 4, "resources": []}')
    (workspace / "terraform.tfstate").write_text("")
    state.set_damaged_aside(SimpleNamespace(state_dir=tmp_path))  # type: ignore[arg-type]
    assert sorted(file.name.partition(".damaged-")[0] for file in tmp_path.rglob("*.tfstate*")) == [
        "cluster.tfstate",
        "foundation.tfstate",
        "terraform.tfstate",
    ]
    assert (tmp_path / "cluster.tfstate").exists()
    assert not (tmp_path / "foundation.tfstate").exists()
    assert "The Terraform state of big is damaged: set aside as" in capsys.readouterr().err
