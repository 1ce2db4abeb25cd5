"""The local AWS as a background process: one for a checkout, started on demand and found again.

Its files are in `.orchard/local-aws/<instance>/`; the instance id stands for one life of the emulator, whose tables are
in memory. Whatever was tied to a former life (Terraform state above all) is in the directory of that life, and goes
with it: a restarted emulator never meets state that tells of resources it does not have.

Nothing here imports moto: looking for a running emulator takes milliseconds.
"""

import fcntl
import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from orchard.config import ROOT
from orchard.errors import OrchardError

HOST = "127.0.0.1"
START_TIMEOUT = 60.0  # seconds; moto's import takes about 2, on a cold and busy machine much more
STOP_TIMEOUT = 30.0  # seconds, in which the steps get their grace time
ANSWER_TIMEOUT = 5.0


@dataclass(frozen=True)
class LocalAws:
    """A running emulator."""

    instance: str
    pid: int
    port: int
    home: Path

    @property
    def endpoint(self) -> str:
        """The URL that stands for every AWS endpoint."""
        return f"http://{HOST}:{self.port}"

    @property
    def state_dir(self) -> Path:
        """For what is only true while this emulator lives, such as Terraform state. Made when first asked for."""
        path = self.home / "state"
        path.mkdir(exist_ok=True)
        return path

    @property
    def log(self) -> Path:
        """The emulator's own log."""
        return self.home / "emulator.log"


def directory(root: Path = ROOT) -> Path:
    """Where a checkout keeps its emulator; ignored by Git."""
    return root / ".orchard" / "local-aws"


def find(root: Path = ROOT) -> LocalAws | None:
    """Find the running emulator of a checkout, or None. What a dead one left behind is removed.

    Raises:
        OrchardError: it runs and does not answer.
    """
    with _locked(root):
        return _find(root)


def start(root: Path = ROOT, port: int = 0) -> LocalAws:
    """Find the running emulator of a checkout, or start one that survives this process and its terminal.

    Args:
        root: the checkout.
        port: 0 lets the system choose a free one.

    Raises:
        OrchardError: the port is taken, or the emulator does not start or does not answer.
    """
    with _locked(root):
        return _find(root) or _start(root, port)


def stop(root: Path = ROOT) -> bool:
    """Stop the emulator and its steps, and remove everything it kept; returns whether one was running.

    Raises:
        OrchardError: it does not end.
    """
    with _locked(root):
        found = _find(root, answering=False)
        if found:
            _end(found)
        _sweep(root)
        return found is not None


def _find(root: Path, *, answering: bool = True) -> LocalAws | None:
    for record in sorted(directory(root).glob("*/record.json")):
        found = _read(record)
        if found is None or not _alive(found):
            continue
        if not answering or _identity(found) == found.instance:
            return found
        raise OrchardError(
            f"the local AWS (process {found.pid}) runs but does not answer on {found.endpoint}{_last_words(found.log)}",
            f"wait for it, or end it with: kill {found.pid}",
        )
    _sweep(root)
    return None


def _read(record: Path) -> LocalAws | None:
    try:
        told = json.loads(record.read_text())
        return LocalAws(told["instance"], int(told["pid"]), int(told["port"]), record.parent)
    except (FileNotFoundError, ValueError, KeyError):
        return None


def _alive(found: LocalAws) -> bool:
    """Whether the process is there and is that emulator, not another one under a reused number."""
    try:
        os.kill(found.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return found.instance in _command_line(found.pid)


def _command_line(pid: int) -> str:
    path = Path(f"/proc/{pid}/cmdline")
    if path.exists():
        return path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    listed = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return listed.stdout


def _identity(found: LocalAws) -> str | None:
    """Which emulator answers on the port; None for no answer, or one of another program."""
    connection = http.client.HTTPConnection(HOST, found.port, timeout=ANSWER_TIMEOUT)
    try:
        connection.request("GET", "/_orchard/identity")
        return json.loads(connection.getresponse().read())["instance"]
    except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def _start(root: Path, port: int) -> LocalAws:
    instance = f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid4().hex[:6]}"
    home = directory(root) / instance
    home.mkdir(parents=True)
    line = [sys.executable, "-m", "orchard.emulator.server"]
    line += ["--home", str(home), "--instance", instance, "--port", str(port)]
    with (home / "emulator.log").open("ab") as log:
        process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=ROOT, start_new_session=True
        )
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        found = _read(home / "record.json")
        if found and _identity(found) == instance:
            return found
        if process.poll() is not None:
            _refuse(home, f"the local AWS did not start (exit code {process.returncode})")
        time.sleep(0.05)
    process.kill()
    process.wait()
    _refuse(home, f"the local AWS did not answer within {START_TIMEOUT:.0f} seconds")
    raise AssertionError  # not reached


def _refuse(home: Path, cause: str) -> None:
    log = home / "emulator.log"
    lines = log.read_text(errors="replace").splitlines()
    told = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    remedy = [line.removeprefix("remedy: ") for line in lines if line.startswith("remedy: ")]
    words = _last_words(log)
    shutil.rmtree(home, ignore_errors=True)
    raise OrchardError(
        f"{cause}: {told[-1]}" if told else f"{cause}{words}",
        remedy[-1] if remedy else "read the line above; ./inv doctor checks what the local AWS needs",
    )


def _last_words(log: Path) -> str:
    """Quote the last line of a log that says something, for the end of a sentence."""
    if not log.exists():
        return ""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return f"; its last line: {lines[-1]}" if lines else ""


def _end(found: LocalAws) -> None:
    os.kill(found.pid, signal.SIGTERM)
    deadline = time.monotonic() + STOP_TIMEOUT
    while time.monotonic() < deadline:
        if not _running(found.pid):
            return
        time.sleep(0.05)
    raise OrchardError(
        f"the local AWS (process {found.pid}) does not end{_last_words(found.log)}",
        f"end it with: kill -9 {found.pid}",
    )


def _running(pid: int) -> bool:
    try:
        if os.waitpid(pid, os.WNOHANG)[0] == pid:  # our own child, when it was started by this very process
            return False
    except ChildProcessError:
        pass  # started by an earlier command: not ours to wait for
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def _sweep(root: Path) -> None:
    """Remove what former lives left: their objects, their steps, their Terraform state."""
    for path in directory(root).glob("*/"):
        found = _read(path / "record.json")
        if found is None or not _alive(found):
            shutil.rmtree(path, ignore_errors=True)


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """One command at a time looks, starts or stops."""
    directory(root).mkdir(parents=True, exist_ok=True)
    with (directory(root) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
