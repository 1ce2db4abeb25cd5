"""The photographs of a report: small, side by side on one sheet, as one picture that the page cuts up again."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from orchard.photographs.dataset import DRAWN, RAW

if TYPE_CHECKING:
    from PIL.Image import Image as Picture

SIZE = 48  # pixels a side
QUALITIES = (70, 55, 40, 25, 10)  # of WebP, tried in turn until the sheet is small enough


class Sheet(NamedTuple):
    """All thumbnails on one picture, row by row.

    Attributes:
        image: WebP bytes.
        columns: thumbnails in a row.
        size: pixels a side of each.
        cells: for each wanted path its number on the sheet, or -1 where the photograph is missing or unreadable.
        place: the data set that they are from.
    """

    image: bytes
    columns: int
    size: int
    cells: list[int]
    place: Path


def find_place(paths: Sequence[str], candidates: Iterable[Path | None]) -> Path | None:
    """Return the first data set that has most of the photographs; None where no candidate has more than half.

    Args:
        paths: below the data set's root.
        candidates: roots to look under, the likeliest first.
    """
    probed = paths[:: max(1, len(paths) // 200)]
    counts = {place: sum((place / path).is_file() for path in probed) for place in candidates if place}
    best = max(counts, key=lambda place: counts[place], default=None)
    return best if best and counts[best] * 2 > len(probed) else None


def candidates(dataset: Path | None, read_from: str) -> list[Path | None]:
    """Return where a run's photographs may be: where it read them, the user's data set, the drawn pictures.

    Args:
        dataset: the setting.
        read_from: the run's input, a directory or a URI.
    """
    own = Path(read_from.removeprefix("file://").removeprefix("file:"))
    return [own if own.is_absolute() else None, dataset or RAW, DRAWN]


def sheet(place: Path, paths: Sequence[str], most: int) -> Sheet | None:
    """Put the photographs on one sheet of at most `most` bytes.

    Returns:
        the sheet, in the best quality that fits; None where no photograph can be read, or not even the lowest does.
    """
    from PIL import Image

    tiles: list[Picture] = []
    cells: list[int] = []
    for path in paths:
        tile = _tile(place, path)
        cells.append(-1 if tile is None else len(tiles))
        if tile is not None:
            tiles.append(tile)
    if not tiles:
        return None
    columns = max(1, round(len(tiles) ** 0.5))
    page = Image.new("RGB", (columns * SIZE, -(-len(tiles) // columns) * SIZE), "white")
    for number, tile in enumerate(tiles):
        page.paste(tile, (number % columns * SIZE, number // columns * SIZE))
    for quality in QUALITIES:
        packed = io.BytesIO()
        page.save(packed, "WEBP", quality=quality)
        if packed.tell() <= most:
            return Sheet(packed.getvalue(), columns, SIZE, cells, place)
    return None


def _tile(place: Path, path: str) -> "Picture | None":
    from PIL import Image

    try:
        with Image.open(place / path) as photograph:
            photograph.draft("RGB", (SIZE, SIZE))  # JPEG decodes at a smaller scale at once
            tile = Image.new("RGB", (SIZE, SIZE), "white")
            small = photograph.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    small.thumbnail((SIZE, SIZE))
    tile.paste(small, ((SIZE - small.width) // 2, (SIZE - small.height) // 2))
    return tile
