"""s3-dist-cp: copies files between S3 and HDFS, and puts many small ones together on the way.

Its options are those of the Amazon EMR Release Guide, "S3DistCp (s3-dist-cp)". The file that a group makes is named by
what the expression captured, as there; how several files of one group are numbered (--targetSize) is not verified.
"""

import argparse
import gzip
import re
import shutil
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import IO, NoReturn

from orchard.emulator.outside import OrchardError, UsageError
from orchard.emulator.steps.node import place
from orchard.emulator.steps.node.place import Node

# They change how EMR copies, not what comes of it.
WITHOUT_EFFECT = (
    "s3Endpoint",
    "s3ServerSideEncryption",
    "storageClass",
    "s3CanonicalAcl",
    "disableMultipartUpload",
    "multipartUploadChunkSize",
    "tmpDir",
)
CODECS = ("keep", "none", "gzip", "gz")
MEBIBYTE = 1 << 20


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise UsageError(f"s3-dist-cp: {message}", "the local AWS takes --src, --dest, --srcPattern, --groupBy, ...")


def main(words: list[str]) -> int:
    """Copy.

    Raises:
        UsageError: an option that is not here, or none of the needed.
        OrchardError: the source does not exist.
    """
    asked, node = _options(words), Node.here()
    place.refresh()
    source, target = node.path(asked.src), node.path(asked.dest)
    if not source.exists():
        raise OrchardError(f"{asked.src} does not exist", "name a file or a folder that is there")
    files = [file for file in _files(source) if _wanted(asked, file, source)]
    made = _groups(asked, files, source, target) if asked.groupBy else _copies(asked, files, source, target)
    for new, parts in made:
        _write(new, parts, asked.outputCodec)
    if asked.deleteOnSuccess:
        for file in files:
            file.unlink()
    place.publish()
    print(f"{len(files)} files were copied to {asked.dest}", file=sys.stderr)
    return 0


def _options(words: list[str]) -> argparse.Namespace:
    parser = _Parser(prog="s3-dist-cp", add_help=False, allow_abbrev=False)
    parser.add_argument("--src", required=True)
    parser.add_argument("--dest", required=True)
    parser.add_argument("--srcPattern", type=re.compile)
    parser.add_argument("--groupBy", type=re.compile)
    parser.add_argument("--targetSize", type=int, help="MiB")
    parser.add_argument("--outputCodec", choices=CODECS, default="keep")
    parser.add_argument("--deleteOnSuccess", action="store_true")
    for name in WITHOUT_EFFECT:
        parser.add_argument(f"--{name}", nargs="?")
    return parser.parse_args([word for word in words if word])


def _files(source: Path) -> list[Path]:
    if source.is_file():
        return [source]
    return sorted(path for path in source.rglob("*") if path.is_file() and not path.name.endswith(".crc"))


def _uri(asked: argparse.Namespace, file: Path, source: Path) -> str:
    below = file.relative_to(source).as_posix() if source.is_dir() else ""
    return f"{asked.src.rstrip('/')}/{below}" if below else asked.src


def _wanted(asked: argparse.Namespace, file: Path, source: Path) -> bool:
    return asked.srcPattern is None or asked.srcPattern.fullmatch(_uri(asked, file, source)) is not None


def _copies(
    asked: argparse.Namespace, files: list[Path], source: Path, target: Path
) -> Iterator[tuple[Path, list[Path]]]:
    for file in files:
        name = file.relative_to(source).as_posix() if source.is_dir() else file.name
        yield target / _renamed(name, asked.outputCodec), [file]


def _renamed(name: str, codec: str) -> str:
    plain = name.removesuffix(".gz")
    return {"keep": name, "none": plain}.get(codec, f"{plain}.gz")


def _groups(
    asked: argparse.Namespace, files: list[Path], source: Path, target: Path
) -> Iterator[tuple[Path, list[Path]]]:
    groups: dict[str, list[Path]] = {}
    for file in files:
        if found := asked.groupBy.fullmatch(_uri(asked, file, source)):
            groups.setdefault("".join(found.groups(default="")), []).append(file)
    limit = (asked.targetSize or 0) * MEBIBYTE
    for name, members in groups.items():
        chunks = list(_chunks(members, limit)) if limit else [members]
        for number, chunk in zip(count(), chunks, strict=False):
            yield target / (name if len(chunks) == 1 else f"{name}{number}"), chunk


def _chunks(files: list[Path], limit: int) -> Iterator[list[Path]]:
    chunk: list[Path] = []
    for file in files:
        chunk.append(file)
        if sum(member.stat().st_size for member in chunk) >= limit:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def _write(new: Path, parts: list[Path], codec: str) -> None:
    new.parent.mkdir(parents=True, exist_ok=True)
    aside = new.with_name(f"_{new.name}.part")  # a file that is there may share its bytes with the store
    keep = codec == "keep"
    with gzip.open(aside, "wb") if codec in ("gzip", "gz") else aside.open("wb") as out:
        for part in parts:
            with part.open("rb") if keep else _plain(part) as given:
                shutil.copyfileobj(given, out)
    aside.replace(new)


def _plain(file: Path) -> IO[bytes]:
    return gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb")  # type: ignore[return-value]
