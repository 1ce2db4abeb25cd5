"""The photographs of a report: small, side by side on one sheet, as one picture that the page cuts up again."""

import base64
import io
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import NamedTuple

from PIL import Image, ImageOps

from orchard.base import local_records
from orchard.base.errors import UsageError
from orchard.photographs.dataset import DRAWN, RAW
from orchard.photographs.tree import Tree, scan

Root = Path | Tree  # of a data set

SIZE = 48  # pixels a side
LONGEST = 255  # bytes of a file's name, on usual file systems
NONE = Path(os.devnull)
QUALITIES = (70, 55, 40, 25, 10)  # of WebP, tried in turn until the sheet is small enough


class Sheet(NamedTuple):
    """All thumbnails on one picture, row by row.

    Attributes:
        image: WebP bytes.
        columns: thumbnails in a row.
        size: pixels a side of each.
        cells: for each wanted path its number on the sheet, or -1 where the photograph is missing or unreadable.
    """

    image: bytes
    columns: int
    size: int
    cells: list[int]

    def place(self, number: int) -> tuple[int, int] | None:
        """Return where a wanted photograph is, in pixels from the left and from above; None where it is missing."""
        cell = self.cells[number]
        return None if cell < 0 else (cell % self.columns * self.size, cell // self.columns * self.size)


def find_root(paths: Sequence[str], dataset: Path | None, read_from: str) -> Root | None:
    """Return the data set that has most of a run's photographs; None where none has more than half.

    Looked at are where the run read them, and the data set that is named: others may have other pictures of the same
    names. Where none is named, all that the user has, and the drawn pictures.

    Args:
        paths: below the data set's root.
        dataset: the setting; without it, what was uploaded from this machine lately, fetched, or drawn.
        read_from: the run's input, a directory or a URI.
    """
    own = Path(read_from.removeprefix("file://").removeprefix("file:"))
    probed = paths[:: max(1, len(paths) // 200)]
    theirs = [dataset] if dataset else [*local_records.datasets(), RAW, DRAWN]
    roots = [own, *theirs] if own.is_absolute() else theirs
    return next((root for root in _readings(roots, theirs) if _present(root, probed) * 2 > len(probed)), None)


def _readings(roots: list[Path], theirs: list[Path]) -> Iterator[Root]:
    """Yield folders as they are, then those that may have a layout of their own as the upload understands it."""
    yield from roots
    for folder in theirs:
        with suppress(UsageError):
            yield scan(folder)


def file_of(root: Root, path: str) -> Path:
    """Return the file of a photograph, which need not be there; a path that leads out of the data set is none's."""
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or any(len(part.encode()) > LONGEST for part in parts):
        return NONE
    return root.file(path) if isinstance(root, Tree) else root / path


def _present(root: Root, paths: Sequence[str]) -> int:
    return sum(file_of(root, path).is_file() for path in paths)


def sheet(root: Root, paths: Sequence[str], most: int, size: int = SIZE) -> Sheet | None:
    """Put the photographs, `size` pixels a side, on one sheet of at most `most` bytes.

    Returns:
        the sheet, in the best quality that fits; None where no photograph can be read, or not even the lowest does.
    """
    pictures = [small(file_of(root, path), size) for path in paths]
    numbers = count()
    cells = [-1 if picture is None else next(numbers) for picture in pictures]
    tiles = [picture for picture in pictures if picture]
    if not tiles:
        return None
    columns = max(1, round(len(tiles) ** 0.5))
    page = Image.new("RGB", (columns * size, -(-len(tiles) // columns) * size), "white")
    for number, tile in enumerate(tiles):
        page.paste(tile, (number % columns * size, number // columns * size))
    for quality in QUALITIES:
        packed = io.BytesIO()
        page.save(packed, "WEBP", quality=quality)
        if packed.tell() <= most:
            return Sheet(packed.getvalue(), columns, size, cells)
    return None


def small(photograph: Path, size: int) -> Image.Image | None:
    """Return a photograph in the middle of a white square of `size` pixels a side; None where it cannot be read."""
    try:
        with Image.open(photograph) as picture:
            picture.draft("RGB", (size, size))  # JPEG decodes at a smaller scale at once
            return ImageOps.pad(picture.convert("RGB"), (size, size), color="white")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None


def address(photograph: Path, size: int) -> str | None:
    """Return the same as an address that holds the picture itself (RFC 2397); None where it cannot be read."""
    picture = small(photograph, size)
    if picture is None:
        return None
    packed = io.BytesIO()
    picture.save(packed, "WEBP")
    return f"data:image/webp;base64,{base64.b64encode(packed.getvalue()).decode()}"
