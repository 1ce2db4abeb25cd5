"""The local AWS as a background process: one for a checkout, started on demand and found again.

Its files are in `.orchard/local-aws/<instance>/`; the instance id stands for one life of the emulator, whose tables are
in memory. Whatever was tied to a former life (Terraform state above all) is in the directory of that life, and goes
with it: a restarted emulator never meets state that tells of resources it does not have.

Nothing here imports moto: looking for a running emulator takes milliseconds.
"""

import fcntl
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from orchard.emulator import record
from orchard.emulator.outside import HOME, ROOT, OrchardError
from orchard.emulator.record import LocalAws

__all__ = ["LocalAws", "directory", "find", "start", "stop"]

log = logging.getLogger(__name__)

START_TIMEOUT = 60.0  # seconds; moto's import takes about 2, on a cold and busy machine much more
STOP_TIMEOUT = 30.0  # seconds, in which the steps get their grace time
FOREIGN = ("AWS_", "MOTO_", "BOTO")  # botocore inside moto must not look for the user's profiles


def directory(root: Path = HOME) -> Path:
    """Return where a checkout keeps its emulator; ignored by Git."""
    return root / ".orchard" / "local-aws"


def find(root: Path = HOME) -> LocalAws | None:
    """Find the running emulator of a checkout, or None. What a dead one left behind is removed, with a warning.

    Raises:
        OrchardError: it runs and does not answer.
    """
    with _locked(root):
        return _find(root)


def start(root: Path = HOME, port: int = 0) -> LocalAws:
    """Find the running emulator of a checkout, or start one that survives this process and its terminal.

    Args:
        root: the checkout.
        port: 0 lets the system choose a free one.

    Raises:
        OrchardError: the port is taken, or the emulator does not start or does not answer.
    """
    with _locked(root):
        return _find(root) or _start(root, port)


def stop(root: Path = HOME) -> bool:
    """Stop the emulator and its steps, and remove everything it kept; returns whether one was running.

    Raises:
        OrchardError: it does not end.
    """
    with _locked(root):
        running = [found for found in _records(root) if found.alive]
        for found in running:
            _end(found)
            shutil.rmtree(found.home, ignore_errors=True)
        _sweep(root)
        return bool(running)


def _records(root: Path) -> list[LocalAws]:
    homes = sorted(path for path in directory(root).glob("*") if path.is_dir())
    return [found for home in homes if (found := record.read(home))]


def _find(root: Path) -> LocalAws | None:
    for found in _records(root):
        if found.alive and found.answers:
            return found
        if found.alive:
            raise OrchardError(
                f"the local AWS (process {found.pid}) runs but does not answer on "
                f"{found.endpoint}{record.last_words(found.log)}",
                f"wait for it, or end it with: kill {found.pid}",
            )
    _sweep(root)
    return None


def _start(root: Path, port: int) -> LocalAws:
    instance = f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid4().hex[:6]}"
    home = directory(root) / instance
    home.mkdir(mode=0o700)
    line = [sys.executable, "-m", "orchard.emulator.server"]
    line += ["--home", str(home), "--instance", instance, "--port", str(port)]
    own = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    (home / "emulator.log").touch(mode=0o600)
    with (home / "emulator.log").open("ab") as output:
        process = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=ROOT, env=own, start_new_session=True
        )
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        found = record.read(home)
        if found and found.answers:
            return found
        if process.poll() is not None:
            raise _refusal(home, f"the local AWS did not start (exit code {process.returncode})")
        time.sleep(0.05)
    process.kill()
    process.wait()
    raise _refusal(home, f"the local AWS did not answer within {START_TIMEOUT:.0f} seconds")


def _refusal(home: Path, cause: str) -> OrchardError:
    output = home / "emulator.log"
    lines = output.read_text(errors="replace").splitlines()
    told = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    remedy = [line.removeprefix("remedy: ") for line in lines if line.startswith("remedy: ")]
    words = record.last_words(output)
    shutil.rmtree(home, ignore_errors=True)
    return OrchardError(
        f"{cause}: {told[-1]}" if told else f"{cause}{words}",
        remedy[-1] if remedy else "read the line above; ./inv doctor checks what the local AWS needs",
    )


def _end(found: LocalAws) -> None:
    # Killing is as good as ending it, only less polite: all it held goes anyway, and its steps' guards notice.
    for number in (signal.SIGTERM, signal.SIGKILL):
        os.kill(found.pid, number)
        deadline = time.monotonic() + STOP_TIMEOUT
        while time.monotonic() < deadline:
            if not _running(found.pid):
                return
            time.sleep(0.05)
    raise OrchardError(
        f"the local AWS (process {found.pid}) does not end{record.last_words(found.log)}",
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
    for home in (path for path in directory(root).glob("*") if path.is_dir()):
        found = record.read(home)
        if found and found.alive:
            continue
        if found:  # one that ends as it should takes its record with it
            log.warning(
                "the local AWS %s ended unexpectedly, and all that it held is gone%s",
                found.instance,
                record.last_words(found.log),
            )
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """One command at a time looks, starts or stops."""
    for folder in (directory(root).parent, directory(root)):
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)  # with access keys below
    with (directory(root) / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
