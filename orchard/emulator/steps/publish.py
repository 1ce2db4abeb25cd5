"""From a step's view of the buckets back to S3, in an order in which no reader takes half a run for a whole one.

A run is complete when its manifest is there (and Spark's own readers look for _SUCCESS). So these go first when
something is removed and come last when something is written. Progress files are published while the step runs.
"""

import json
import logging
import threading
from pathlib import Path

from orchard.emulator.steps.mirror import Mirror

log = logging.getLogger(__name__)

PROGRESS = "_progress.json"
LAST = {"_SUCCESS": 1, "_manifest.json": 2, "manifest.json": 2}
EVERY = 1.0  # real seconds between two looks for progress


def results(mirror: Mirror) -> tuple[int, int]:
    """Publish everything that the step wrote and removed; returns both numbers."""
    written, removed = _publish(mirror)
    return len(written), len(removed)


def interim(mirror: Mirror) -> tuple[int, int]:
    """Publish what was written and removed so far by somebody who goes on in the mirror; returns both numbers."""
    written, removed = _publish(mirror)
    mirror.settle(written, removed)
    return len(written), len(removed)


def _publish(mirror: Mirror) -> tuple[list[str], list[str]]:
    def rank(name: str) -> int:
        return LAST.get(name.rpartition("/")[2], 0)

    written, removed = mirror.changes()
    for name in sorted(removed, key=lambda n: (-rank(n), n)):
        mirror.store.delete(mirror.place(name))
    for name in sorted(written, key=lambda n: (rank(n), n)):
        mirror.store.put(mirror.place(name), mirror.path(name))
    return written, removed


class ProgressWatch:
    """Publishes the progress files of a running step, whole ones only, and brings in those of others.

    A context manager.
    """

    def __init__(self, mirror: Mirror) -> None:
        self._mirror = mirror
        self._stop = threading.Event()
        self._published: dict[Path, bytes] = {}
        self._folders: dict[Path, tuple[int, list[Path], bool]] = {}  # folder -> mtime, folders in it, has progress
        self._thread = threading.Thread(target=self._watch, name="progress", daemon=True)

    def __enter__(self) -> "ProgressWatch":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(EVERY):
            try:
                self.publish()
            except Exception:  # the step must not suffer from it, the results come at its end in any case
                log.exception("progress could not be published")

    def publish(self) -> None:
        """Publish every progress file that has changed."""
        for path in self._find(self._mirror.root):
            try:
                content = path.read_bytes()
                json.loads(content)
            except (FileNotFoundError, ValueError):
                continue  # being written or replaced at this moment
            name = path.relative_to(self._mirror.root).as_posix()
            before = self._mirror.before.get(name)
            old = before is not None and before.modified_ns == path.stat().st_mtime_ns
            if old:
                self._mirror.follow(name)  # the word of another step, which may still be at work
            elif self._published.get(path) != content:
                self._mirror.store.put(self._mirror.place(name), content)
                self._published[path] = content

    def _find(self, folder: Path) -> list[Path]:
        """Look only into folders whose own time has changed: a bucket may hold 67,692 files."""
        try:
            modified = folder.stat().st_mtime_ns
            known = self._folders.get(folder)
            if known is None or known[0] != modified:
                inside = list(folder.iterdir())
                known = (modified, [p for p in inside if p.is_dir()], any(p.name == PROGRESS for p in inside))
                self._folders[folder] = known
        except (FileNotFoundError, NotADirectoryError):
            self._folders.pop(folder, None)
            return []
        found = [path for inner in known[1] for path in self._find(inner)]
        return [*found, folder / PROGRESS] if known[2] else found
