"""A step's own view of the buckets: a directory tree of hard links, which Spark reads and writes in place.

Chosen by measurement, on 67,692 objects of 5 kB: linking them takes 0.7 s, finding out afterwards what has changed
0.2 s, removing the links 0.7 s; copying them instead takes 2.8 s and stores every byte twice. Letting Spark work in the
store itself would cost nothing, but then every reader would see half-written runs.

Links share their bytes with the store, and Hadoop truncates in place when a job creates a file over an existing one.
So what jobs rewrite (manifests, progress: small files that are neither images nor Parquet) is copied, not linked.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from orchard.emulator.s3 import access
from orchard.emulator.s3.access import Place

WRITTEN_ONCE = (".jpg", ".jpeg", ".png", ".parquet", ".zip", ".gz", ".crc")
COPIED_UP_TO = 1 << 20  # bytes


class Stamp(NamedTuple):
    """What tells one content of a file from another without reading it."""

    inode: int
    size: int
    modified_ns: int


class Mirror:
    """The buckets as directories under `root`: `root/<bucket>/<key>`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.before: dict[Path, Stamp] = {}
        self.skipped: list[str] = []

    def fill(self) -> int:
        """Make the tree from what S3 holds now; returns the number of objects.

        Keys that are no paths (`a//b`, `../x`, `a` beside `a/b`) are left out and listed in `skipped`.
        """
        for bucket in access.buckets():
            (self.root / bucket).mkdir(parents=True)
            made: set[Path] = set()
            for key, body, size in access.objects(bucket):
                target = self.root / bucket / key
                if not self._place(key, body, size, target, made):
                    self.skipped.append(f"s3://{bucket}/{key}")
        self.before = dict(self.files())
        return len(self.before)

    def _place(self, key: str, body: Path, size: int, target: Path, made: set[Path]) -> bool:
        parts = key.removesuffix("/").split("/")
        if any(part in ("", ".", "..") for part in parts):
            return False
        folder = target if key.endswith("/") else target.parent
        try:
            if folder not in made:
                folder.mkdir(parents=True, exist_ok=True)
                made.add(folder)
            if key.endswith("/"):
                return True
            if size > COPIED_UP_TO or key.endswith(WRITTEN_ONCE):
                os.link(body, target)
            else:
                shutil.copyfile(body, target)
        except FileNotFoundError:
            return True  # deleted from S3 while we were at it
        except (NotADirectoryError, FileExistsError, IsADirectoryError):
            return False
        return True

    def files(self) -> Iterator[tuple[Path, Stamp]]:
        """Walk every file that is an object, with its stamp; what Spark and Hadoop keep for themselves is left out."""
        for folder, folders, names in os.walk(self.root):
            folders[:] = [name for name in folders if name != "_temporary" and not name.startswith(".spark-staging")]
            for name in names:
                if not (name.startswith(".") and name.endswith(".crc")):
                    path = Path(folder, name)
                    about = path.stat()
                    yield path, Stamp(about.st_ino, about.st_size, about.st_mtime_ns)

    def changes(self) -> tuple[list[Path], list[Path]]:
        """List the files written or replaced since `fill`, and those removed."""
        after = dict(self.files())
        written = [path for path, stamp in after.items() if self.before.get(path) != stamp]
        return written, [path for path in self.before if path not in after]

    def place(self, path: Path) -> Place:
        """Name the object that a file of the tree stands for."""
        bucket, _, key = path.relative_to(self.root).as_posix().partition("/")
        return Place(bucket, key)

    def remove(self) -> None:
        """Drop the tree; the objects stay."""
        shutil.rmtree(self.root, ignore_errors=True)
