"""The background process: found again, and nothing of a dead one believed."""

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from checks import emr_roles
from orchard.aws import target
from orchard.base.errors import OrchardError
from orchard.emulator import pin, process, record
from tests.waiting import PATIENCE, until

from .conftest import ROOT, Aws, command


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path
    process.stop(tmp_path)


def test_it_is_started_once_found_again_and_stopped(checkout: Path) -> None:
    assert process.find(checkout) is None
    # Started by a command that ends: the emulator survives it, and its terminal.
    code = f"from pathlib import Path; from orchard.emulator import process; process.start(Path({str(checkout)!r}))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, start_new_session=True)
    found = process.find(checkout)
    assert found is not None
    assert process.start(checkout) == found
    assert os.getsid(found.pid) == found.pid, "it has a session of its own"
    state = found.state_dir / "terraform.tfstate"
    state.write_text("{}")
    assert found.log.read_text()
    listening = socket.create_connection(("127.0.0.1", found.port))
    listening.close()
    assert process.stop(checkout) is True
    assert process.stop(checkout) is False
    assert not state.exists(), "state that tells of resources of a dead emulator would lie"
    assert process.find(checkout) is None


def test_it_listens_on_the_loopback_interface_only(aws: Aws) -> None:
    name = socket.gethostbyname(socket.gethostname())
    if name.startswith("127."):
        pytest.skip("this machine has no other address")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((name, aws.port), timeout=2)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_an_emulator_that_ends_is_noticed_and_its_steps_end_with_it(
    checkout: Path, end: signal.Signals, caplog: pytest.LogCaptureFixture
) -> None:
    first = process.start(checkout)
    emr, iam = (target._local("eu-west-3", first).client(name) for name in ("emr", "iam"))
    emr_roles.make(iam)
    mark = checkout / "mark"
    script = f"echo $$ > {mark}; sleep 300"
    emr.run_job_flow(
        Name="x",
        ReleaseLabel="emr-7.5.0",
        JobFlowRole=emr_roles.NODES,
        ServiceRole=emr_roles.SERVICE,
        Instances={"MasterInstanceType": "m5.xlarge", "SlaveInstanceType": "m5.xlarge", "InstanceCount": 2},
        Steps=[command("bash", "-c", script)],
    )
    until(lambda: mark.exists() and mark.read_text().strip())
    step = int(mark.read_text())
    os.kill(first.pid, end)
    until(lambda: not _there(step))
    os.waitpid(first.pid, 0)
    assert process.find(checkout) is None
    assert not first.home.exists(), "what it left behind is removed"
    assert ("ended unexpectedly" in caplog.text) == (end == signal.SIGKILL)
    second = process.start(checkout)
    assert second.instance != first.instance


@pytest.mark.parametrize("pid", [pytest.param(os.getpid(), id="another"), pytest.param(2**22 - 1, id="none")])
def test_a_record_of_another_or_no_process_is_not_believed(checkout: Path, pid: int) -> None:
    home = process.directory(checkout) / "old"
    (home / "state" / "terraform").mkdir(parents=True)
    (home / "record.json").write_text(json.dumps({"instance": "old-instance", "pid": pid, "port": 1}))
    assert process.find(checkout) is None
    assert not home.exists()


def test_a_taken_port_is_said(checkout: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(OrchardError, match=f"port {port} is taken") as caught:
            process.start(checkout, port)
    assert "another port" in caught.value.remedy
    assert process.find(checkout) is None


def test_one_that_does_not_answer_is_said(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = process.start(checkout)
    monkeypatch.setattr(record, "ANSWER_TIMEOUT", 0.5)
    os.kill(found.pid, signal.SIGSTOP)
    with pytest.raises(OrchardError, match="does not answer") as caught:
        process.find(checkout)
    os.kill(found.pid, signal.SIGCONT)
    assert f"kill {found.pid}" in caught.value.remedy


def test_one_that_cannot_start_is_quoted(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(OrchardError, match="did not start"):
        process.start(checkout)


def test_two_commands_at_once_start_one(checkout: Path) -> None:
    code = (
        f"from pathlib import Path; from orchard.emulator import process;"
        f"print(process.start(Path({str(checkout)!r})).instance)"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = {starter.communicate(timeout=PATIENCE)[0] for starter in both}
    assert len(said) == 1


def test_another_moto_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    pin.check()
    monkeypatch.setattr(pin, "version", lambda _: "5.2.6")
    with pytest.raises(OrchardError, match=r"moto 5\.2\.5, and this environment has 5\.2\.6"):
        pin.check()


def _there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")


def test_one_that_does_not_end_is_killed(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = process.start(checkout)
    os.kill(found.pid, signal.SIGSTOP)  # it takes no SIGTERM any more
    monkeypatch.setattr(process, "STOP_TIMEOUT", 1.0)
    monkeypatch.setattr(process.LocalAws, "answers", True)
    assert process.stop(checkout)
    assert not found.home.exists()
