"""The photographs of a directory in the Fruits-360 layout: `Training/<class>/<image>` and `Test/<class>/<image>`."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from orchard.aws.layout import RAW
from orchard.base.errors import UsageError
from orchard.transfer.files import Stamp

SPLITS = ("Training", "Test")
IMAGES = (".jpg", ".jpeg", ".png")
LARGEST = 100 << 20  # bytes; no photograph is larger, and each is held in memory while it is sent
LONGEST_KEY = 1024  # bytes of UTF-8 (Amazon S3 User Guide, "Naming Amazon S3 objects")


class Photograph(NamedTuple):
    """A photograph on this machine.

    Attributes:
        name: its path below the data set, with slashes: `Test/Apple Red 1/0_100.jpg`.
        stamp: of the file when it was found.
    """

    name: str
    stamp: Stamp


class Tree(NamedTuple):
    """What a data set holds.

    Attributes:
        root: the directory above the splits.
        photographs: in the order of their keys.
        left_out: (name, reason) of every file that is not sent.
    """

    root: Path
    photographs: list[Photograph]
    left_out: list[tuple[str, str]]

    @property
    def size(self) -> int:
        """Bytes of all photographs."""
        return sum(photograph.stamp.size for photograph in self.photographs)

    def ignored(self, split: str) -> dict[str, dict[str, int]]:
        """Count what is left out of a split, by class (empty: what is in none) and reason."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for name, reason in self.left_out:
            above, folder, *image = name.split("/")
            if above == split:
                counts[folder if image and not folder.startswith(".") else ""][reason] += 1
        return {folder: dict(reasons) for folder, reasons in sorted(counts.items())}


def scan(root: Path) -> Tree:
    """Find the photographs of a data set, and what in it is none.

    Raises:
        UsageError: the directory is missing, empty, or another layer of the tree; says which one is right.
    """
    root = root.expanduser().resolve()
    if not root.is_dir():
        raise UsageError(
            f"there is no directory {root}", f"./inv fetch-dataset makes {RAW}; or name one: --dataset DIRECTORY"
        )
    photographs: list[Photograph] = []
    left_out: list[tuple[str, str]] = []
    for split in SPLITS:
        if (root / split).is_dir():
            for name, status, reason in _files(root, split):
                if reason or status is None:
                    left_out.append((name, reason))
                else:
                    photographs.append(Photograph(name, Stamp.of(status)))
    if not photographs:
        raise _explain(root)
    photographs.sort(key=lambda photograph: photograph.name.encode())  # the order in which S3 lists
    return Tree(root, photographs, left_out)


def _files(root: Path, split: str) -> Iterator[tuple[str, os.stat_result | None, str]]:
    """Walk a split: (name, stat, why it is left out or an empty string)."""
    pending = [split]
    while pending:
        folder = pending.pop()
        with os.scandir(root / folder) as entries:
            for entry in entries:
                name = f"{folder}/{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    pending.append(name)
                    continue
                reason, status = _judge(entry, name)
                yield _shown(name) if reason else name, status, reason


def _judge(entry: os.DirEntry, name: str) -> tuple[str, os.stat_result | None]:
    """Say why a file is left out: by its name as the jobs do (`spark/fruits/names.py`), or because it cannot be sent.

    A photograph that is empty or damaged is sent: the job rejects it by name, so that it is in the results' account.
    """
    if any(part.startswith(".") for part in name.split("/")[1:]):
        return "hidden", None
    if not entry.name.lower().endswith(IMAGES):
        return "no image", None
    if name.count("/") != 2:
        return "not in <split>/<class>/", None
    try:
        encoded = (RAW + name).encode()
    except UnicodeEncodeError:
        return "its name is not UTF-8", None
    if len(encoded) > LONGEST_KEY:
        return "its name is too long for S3", None
    try:
        status = entry.stat()
    except FileNotFoundError:
        return "a link to nothing", None
    if not entry.is_file():
        return "not a regular file", None
    if status.st_size > LARGEST:
        return f"larger than {LARGEST >> 20} MiB", None
    return "", status


def _shown(name: str) -> str:
    return name.encode(errors="surrogateescape").decode(errors="backslashreplace")


def _explain(root: Path) -> UsageError:
    """Say which layer of the tree the directory is, if it is one, and where the right one lies."""
    wanted = "Training/<class>/<image> or Test/<class>/<image>"
    for above in root.parents:
        if root.relative_to(above).parts[0] in SPLITS:
            return UsageError(f"{root} is inside a data set, not above it", f"name the one above: --dataset '{above}'")
    for pattern in ("*", "*/*"):
        for below in sorted(root.glob(pattern)):
            if any((below / split).is_dir() for split in SPLITS):
                return UsageError(f"{root} lies above the data set", f"name the one inside: --dataset '{below}'")
    if not any(root.iterdir()):
        return UsageError(f"{root} is empty (wanted: {wanted})", "./inv fetch-dataset downloads Fruits-360")
    return UsageError(
        f"there are no photographs in {root} (wanted: {wanted}; {', '.join(IMAGES)})",
        "name the directory above Training and Test: --dataset DIRECTORY",
    )
