"""YARN's ResourceManager of a cluster, as files that all its applications share.

A cluster has a directory with a file for each application. An application holds a lock on its own for as long as it
lives, so that however it ends, its containers are free: the lock goes with the last process that holds it.
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from orchard.emulator.steps.placement import Placement, Scheduler
from orchard.emulator.steps.yarn_request import Container, Request


class Application:
    """An application; whoever keeps `lock` (a file descriptor) open keeps it alive."""

    def __init__(self, manager: "ResourceManager", number: int, lock: int) -> None:
        self.number, self.lock, self._manager = number, lock, manager

    def admit(self, request: Request) -> Placement | str:
        """Take containers for it; says why there are none, in YARN's words."""
        with self._manager.alone():
            found = self._manager.scheduler.place(request, self._manager.placements())
            if isinstance(found, Placement):
                self._manager.path(self.number).write_text(json.dumps(found))
            return found

    def end(self) -> None:
        """Let it go, as far as this process is concerned."""
        os.close(self.lock)


class ResourceManager:
    """The applications of a cluster, and what they hold.

    Args:
        folder: with a file for each application.
        scheduler: the cluster's nodes, and by which rules they are shared.
    """

    def __init__(self, folder: Path, scheduler: Scheduler) -> None:
        self.folder, self.scheduler = folder, scheduler
        folder.mkdir(parents=True, exist_ok=True)

    def path(self, number: int) -> Path:
        """Say which file is an application's."""
        return self.folder / str(number)

    def submit(self) -> Application:
        """Take the next number, and live."""
        with self.alone():
            number = next(n for n in count(1) if not self.path(n).exists())
            lock = os.open(self.path(number), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
        return Application(self, number, lock)

    def placements(self) -> list[Placement]:
        """List what the living applications hold."""
        found = []
        for path in sorted(self.folder.glob("[0-9]*"), key=lambda path: int(path.name)):
            if lives(path) and (text := path.read_text()):
                master, executors, *sizes = json.loads(text)
                found.append(Placement(master, tuple(executors), *(Container(*size) for size in sizes)))
        return found

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep others out, for as long as a decision takes."""
        with (self.folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def lives(path: Path) -> bool:
    """Tell whether somebody holds the lock on an application's file."""
    with path.open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def wait(path: Path) -> None:
    """Wait until nobody holds the lock on a file."""
    with path.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
