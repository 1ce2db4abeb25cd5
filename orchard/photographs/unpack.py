"""The photographs of a ZIP archive, to a directory in the Fruits-360 layout, and nothing else of it.

An archive from the web is somebody else's input: nothing in it may lead out of the directory, be a link, or grow
beyond what photographs do.
"""

import os
import stat
import zipfile
import zlib
from collections import Counter
from pathlib import Path, PurePosixPath
from typing import NamedTuple

from orchard.base.errors import OrchardError, UsageError
from orchard.photographs.readings import SPLITS
from orchard.photographs.tree import IMAGES
from orchard.transfer import disk
from orchard.transfer.progress import Meter

LARGEST = 20 << 30  # bytes unpacked, in all; Fruits-360 takes 0.4 GB
RATIO = 20  # of all bytes unpacked to the archive's: photographs are compressed already, so theirs is near 1
FLOOR = 16 << 20  # bytes for which no ratio is asked
MEMBERS = 1_000_000
BLOCK = 1 << 20


class Unpacked(NamedTuple):
    """What came out.

    Attributes:
        written: photographs that were not there.
        kept: photographs that were there.
        left_out: members that are no photograph of the data set.
    """

    written: int
    kept: int
    left_out: int


def unpack(archive: Path, folder: Path) -> Unpacked:
    """Unpack an archive's data set, the largest if it has several, below a directory.

    Photographs that are there already are kept, so that an interrupted call is finished by the next one.

    Raises:
        OrchardError: the archive is damaged, dangerous or holds no data set, or the disk is full.
        UsageError: a photograph is there with another content.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            members = _checked(opened, archive)
            chosen = _data_set(members, archive)
            disk.require(folder, sum(member.file_size for member in chosen.values()))
            with Meter("unpacking", len(chosen), 0) as meter:
                written = sum(_extract(opened, member, folder / name, meter) for name, member in chosen.items())
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise OrchardError(f"{archive} is damaged: {error}", f"delete it and call again: rm '{archive}'") from None
    except OSError as error:
        raise disk.explain(error, folder) from None
    return Unpacked(written, len(chosen) - written, len(members) - len(chosen))


def _checked(opened: zipfile.ZipFile, archive: Path) -> list[zipfile.ZipInfo]:
    """Return the members that are files, all of them harmless."""
    members = [member for member in opened.infolist() if not member.is_dir()]
    for member in members:
        path = PurePosixPath(member.filename)
        if path.is_absolute() or ".." in path.parts or "\\" in member.filename or ":" in path.parts[0]:
            raise _dangerous(archive, f"the member {member.filename!r} leads out of the directory")
        kind = stat.S_IFMT(member.external_attr >> 16)
        if kind not in (0, stat.S_IFREG):
            raise _dangerous(archive, f"the member {member.filename!r} is no regular file")
        if member.flag_bits & 1:
            raise _dangerous(archive, f"the member {member.filename!r} is encrypted")
    names = Counter(member.filename for member in members)
    if twice := [name for name, count in names.items() if count > 1]:
        raise _dangerous(archive, f"the member {twice[0]!r} is there twice")
    size, packed = sum(member.file_size for member in members), archive.stat().st_size
    if size > LARGEST or len(members) > MEMBERS or size > max(FLOOR, RATIO * packed):
        raise _dangerous(
            archive, f"{len(members):,} members of {size / 1e6:,.0f} MB come out of {packed / 1e6:,.1f} MB: a ZIP bomb"
        )
    return members


def _dangerous(archive: Path, reason: str) -> OrchardError:
    return OrchardError(f"{archive} is not safe to unpack: {reason}", "get it from its publisher: the setting archive")


def _data_set(members: list[zipfile.ZipInfo], archive: Path) -> dict[str, zipfile.ZipInfo]:
    """Return members by `<split>/<class>/<image>`, of the directory that has most."""
    found: dict[str, dict[str, zipfile.ZipInfo]] = {}
    for member in members:
        *above, split, label, name = ("", "", "", *PurePosixPath(member.filename).parts)[-64:]
        image = Path(name).suffix.lower() in IMAGES and not name.startswith(".")
        if split in SPLITS and image and not label.startswith("."):
            found.setdefault("/".join(above), {})[f"{split}/{label}/{name}"] = member
    if not found:
        raise OrchardError(
            f"{archive} holds no photographs as Training/<class>/<image> or Test/<class>/<image>",
            "name an archive of Fruits-360 in the setting archive",
        )
    return max(found.values(), key=len)


def _extract(opened: zipfile.ZipFile, member: zipfile.ZipInfo, path: Path, meter: Meter) -> bool:
    """Write a photograph; returns False where it is there."""
    meter.add(1, member.file_size)
    if path.exists():
        if zlib.crc32(path.read_bytes()) == member.CRC:
            return False
        raise UsageError(f"{path} is there with another content", "move it away, then call again")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")  # hidden, so that no upload takes it for a photograph
    try:
        with opened.open(member) as source, part.open("wb") as file:
            while block := source.read(BLOCK):  # ends at the declared size, and raises where the CRC is another
                file.write(block)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    os.replace(part, path)  # noqa: PTH105 - 67,692 times
    return True
