"""The photographs of a directory, each with its name in the bucket: `<split>/<class>/<image>`."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from orchard.aws.layout import RAW
from orchard.base.counts import counted
from orchard.base.errors import UsageError
from orchard.base.language import marked, tr
from orchard.photographs.readings import SPLITS, Reading, shown, understand
from orchard.transfer.files import Stamp

IMAGES = (".jpg", ".jpeg", ".png")
LARGEST = 100 << 20  # bytes; no photograph is larger, and each is held in memory while it is sent
LONGEST_KEY = 1024  # bytes of UTF-8 (Amazon S3 User Guide, "Naming Amazon S3 objects")


class Photograph(NamedTuple):
    """A photograph on this machine.

    Attributes:
        name: in the bucket, with slashes: `Test/Apple Red 1/0_100.jpg`.
        stamp: of the file when it was found.
        path: of the file, below the data set.
    """

    name: str
    stamp: Stamp
    path: str


class Tree(NamedTuple):
    """What a data set holds.

    Attributes:
        root: the directory that the user named.
        photographs: in the order of their keys.
        left_out: (path, reason) of every file that is not sent.
        reading: how the directory was understood.
    """

    root: Path
    photographs: list[Photograph]
    left_out: list[tuple[str, str]]
    reading: Reading

    @property
    def size(self) -> int:
        """Bytes of all photographs."""
        return sum(photograph.stamp.size for photograph in self.photographs)

    @property
    def splits(self) -> list[str]:
        """The splits that it has photographs of."""
        found = {photograph.name.partition("/")[0] for photograph in self.photographs}
        return [split for split in SPLITS if split in found]

    def file(self, name: str) -> Path:
        """Return the file of a photograph by its name in the bucket; there need not be one."""
        for folder, prefix in self.reading.prefixes.items():
            path = self.root / folder / name.removeprefix(prefix)
            if name.startswith(prefix) and path.is_file():
                return path
        return self.root / name

    def describe(self) -> list[str]:
        """Say in lines for people how the directory was understood: what was found, and what it is taken as."""
        lines = []
        for split in self.splits:
            members = [photograph for photograph in self.photographs if photograph.name.startswith(f"{split}/")]
            classes = {photograph.name.split("/")[1] for photograph in members}
            sources = sorted(folder for folder, found in self.reading.splits.items() if found == split)
            found, named = counted(len(members), "photograph"), counted(len(classes), "class")
            named += f" ({next(iter(classes))})" if len(classes) == 1 else ""
            if sources in ([""], [split]):
                lines.append(marked(f"{named}, {found}, taken as {split}"))
            else:
                lines.append(marked(f"{named}, {found}, taken as {split}, from {shown(', '.join(sources))}"))
        return lines

    def ignored(self, split: str) -> dict[str, dict[str, int]]:
        """Count what is left out of a split, by class (empty: what is in none) and reason."""
        counts: dict[str, Counter[str]] = defaultdict(Counter)
        for path, reason in self.left_out:
            place = self.reading.place(path.rpartition("/")[0])
            if place and place[0] == split:
                counts[place[1]][reason] += 1
        return {folder: dict(reasons) for folder, reasons in sorted(counts.items())}


def scan(root: Path) -> Tree:
    """Find the photographs of a data set in any of the layouts of `readings`, and what in it is none.

    Raises:
        UsageError: the directory is missing, or without photographs, or can be read in two ways; two photographs would
            have one key.
    """
    root = root.expanduser().resolve()
    if not root.is_dir():
        raise UsageError(
            f"{root} is a file, and no directory" if root.exists() else f"there is no directory {root}",
            f"./inv fetch-dataset makes {RAW}; or name yours (--dataset, ORCHARD_DATASET)",
        )
    found = list(_files(root))
    counts = Counter(folder for folder, entry in found if not _by_name(folder, entry))
    if not counts:
        raise _nothing(root, found)
    reading = understand(root, counts)
    photographs: list[Photograph] = []
    left_out: list[tuple[str, str]] = []
    found.reverse()
    while found:  # and let go of each at once: an entry takes as much memory as the photograph that it becomes
        folder, entry = found.pop()
        path = f"{folder}/{entry.name}" if folder else entry.name
        name, reason, status = _judge(folder, entry, reading)
        if status:
            photographs.append(Photograph(name, Stamp.of(status), name if name == path else path))
        elif reason:
            left_out.append((shown(path), reason))
    photographs.sort(key=lambda photograph: photograph.name.encode())  # the order in which S3 lists
    for one, other in pairwise(photographs):
        if one.name == other.name:
            raise UsageError(
                f"{one.path} and {other.path} would both be {RAW}{one.name}",
                "rename one of the two photographs, or move it away",
            )
    if not photographs:
        raise _nothing(root, list(_files(root)))
    return Tree(root, photographs, left_out, reading)


def has_photographs(root: Path) -> bool:
    """Tell whether there is a photograph anywhere in a directory, by its name."""
    return root.is_dir() and any(not _by_name(folder, entry) for folder, entry in _files(root))


def _files(root: Path) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """Walk a directory: folder and entry of every file. Links to folders are followed at the top only."""
    pending = [""]
    while pending:
        folder = pending.pop()
        try:
            entries = [*os.scandir(root / folder)]
        except OSError as error:
            raise UsageError(
                f"the folder {shown(str(root / folder))} cannot be read: {error.strerror}",
                "make it readable, or move it away",
            ) from None
        for entry in entries:
            if entry.is_dir(follow_symlinks=not folder):
                pending.append(f"{folder}/{entry.name}" if folder else entry.name)
            else:
                yield folder, entry


def _by_name(folder: str, entry: os.DirEntry[str]) -> str:
    """Say why a file is no photograph, by its name, as the jobs do (`spark/fruits/names.py`)."""
    if entry.name.startswith(".") or "/." in f"/{folder}":
        return "hidden"
    return "" if entry.name.lower().endswith(IMAGES) else "neither JPEG nor PNG"


def _judge(folder: str, entry: os.DirEntry[str], reading: Reading) -> tuple[str, str, os.stat_result | None]:
    """Return what a photograph is called in the bucket, and its status; or why it is left out, if anyone wants to know.

    A photograph that is empty or damaged is sent: the job rejects it by name, so that it is in the results' account.
    """
    reason = _by_name(folder, entry)
    if folder not in reading.prefixes or reason:
        inside = reading.place(folder) is not None
        misplaced = marked("not in <split>/<class>/") if inside else marked("beside the data set")
        return "", reason if inside and reason else "" if reason else misplaced, None
    name = reading.prefixes[folder] + entry.name
    try:
        encoded = (RAW + name).encode()
    except UnicodeEncodeError:
        return "", marked("its name is not UTF-8"), None
    if len(encoded) > LONGEST_KEY:
        return "", marked("its name is too long for S3"), None
    try:
        status = entry.stat()
    except FileNotFoundError:
        return "", marked("a link to nothing"), None
    if not entry.is_file():
        return "", marked("not a regular file"), None
    if status.st_size > LARGEST:
        return "", marked(f"larger than {LARGEST >> 20} MiB"), None
    return name, "", status


def _nothing(root: Path, found: list[tuple[str, os.DirEntry[str]]]) -> UsageError:
    """Say what is in a directory without photographs."""
    kinds = Counter(Path(entry.name).suffix.lower() or tr("files without a suffix") for _, entry in found)
    folders = sorted({shown(folder.partition("/")[0]) for folder, _ in found if folder})
    things = [f"{count:,} {kind}" for kind, count in kinds.most_common(3)]
    if folders:
        things.append(f"in {', '.join(folders[:3])}" + (tr(f" and {len(folders) - 3:,} more") if folders[3:] else ""))
    return UsageError(
        f"there are no photographs in {root} (found: {', '.join(things) or 'nothing'}; wanted: {', '.join(IMAGES)}, in "
        "a folder a class, with Training and Test above or without)",
        "name the directory of your photographs (--dataset, ORCHARD_DATASET), or ./inv fetch-dataset for Fruits-360",
    )
