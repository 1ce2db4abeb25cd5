"""Who holds a state's lock: this machine's Terraforms, noted while they run, so that a dead one's lock can be told.

A state on this machine is locked by the process itself, and free with its end. One in a bucket is locked by an object
beside it, which outlives its maker (Terraform documentation, "S3 backend", `use_lockfile`) and names a user and a
machine, but no process.
"""

import getpass
import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

PATIENCE = 60.0  # seconds for a Terraform whose command was killed: it ends itself at the next line that it writes
_INFO = re.compile(
    r"Lock Info:\s+ID: +(?P<id>[\w-]+)[\s\S]*?Who: +(?P<who>\S+)"
    r"[\s\S]*?Created: +(?P<created>\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)"
)


class Lock(NamedTuple):
    """A lock, as Terraform tells of it when it meets one.

    Attributes:
        id: by which it can be removed.
        who: `user@machine`.
        created: when.
    """

    id: str
    who: str
    created: datetime

    @classmethod
    def parse(cls, text: str) -> "Lock | None":
        """Read Terraform's error; None where it is another one."""
        found = _INFO.search(text) if "Error acquiring the state lock" in text else None
        if not found:
            return None
        return cls(found["id"], found["who"], datetime.fromisoformat(found["created"]).replace(tzinfo=UTC))


class Holders:
    """The Terraforms of this machine that work, or worked when they were killed, on one state.

    Args:
        folder: where they are noted, beside the state.
        name: of the state.
    """

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name

    @contextmanager
    def noted(self, process: int) -> Iterator[None]:
        """Note a Terraform as long as its command lives; one whose command is killed stays noted."""
        file = self.folder / f"{self.name}.{process}.holder"
        file.write_text(json.dumps({"command": os.getpid(), "since": datetime.now(UTC).isoformat()}))
        try:
            yield
        finally:
            file.unlink(missing_ok=True)

    def are_gone(self, lock: Lock) -> bool:
        """Tell whether the holder of a lock was of this machine and is no more; waits for one that is about to end."""
        if lock.who != f"{getpass.getuser()}@{socket.gethostname()}":
            return False
        noted = {file: json.loads(file.read_text()) for file in self.folder.glob(f"{self.name}.*.holder")}
        # Terraform tells seconds, and is noted right after it was started.
        before = [file for file, told in noted.items() if _since(told).timestamp() - 2 <= lock.created.timestamp()]
        deadline = time.monotonic() + PATIENCE
        while alive := [file for file in noted if _lives(file)]:
            if any(_is_there(noted[file]["command"]) for file in alive) or time.monotonic() >= deadline:
                return False
            time.sleep(0.1)
        return bool(before)

    def forget(self) -> None:
        """Forget those that are dead, and end the providers that a killed Terraform leaves: the lock was had since."""
        for file in self.folder.glob(f"{self.name}.*.holder"):
            if not _lives(file):
                if not _is_there(number := _number(file)):  # else it is another process's, and so may its group be
                    with suppress(ProcessLookupError, PermissionError):
                        os.killpg(number, signal.SIGKILL)
                file.unlink(missing_ok=True)


def _since(told: dict[str, str]) -> datetime:
    return datetime.fromisoformat(told["since"])


def _lives(file: Path) -> bool:
    """Whether it is there and is a Terraform: the system gives numbers of dead processes to others."""
    asked = ["ps", "-o", "stat=,comm=", "-p", str(_number(file))]
    told = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
    return "terraform" in told and not told.startswith("Z")


def _number(file: Path) -> int:
    return int(file.suffixes[-2].lstrip("."))


def _is_there(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
