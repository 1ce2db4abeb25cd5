"""The images that are nearest to one in PCA space, and a row of their photographs."""

import base64
from html import escape
from pathlib import Path
from typing import NamedTuple

import numpy as np

from orchard.base.errors import UsageError
from orchard.base.nearest import suggest
from orchard.report import thumbnails
from orchard.report.read import Run


class Neighbour(NamedTuple):
    """An image near another: its path and class, and the distance in PCA space (Euclidean; no unit)."""

    path: str
    label: str
    distance: float


def nearest(run: Run, path: str, count: int = 7) -> list[Neighbour]:
    """Find an image's nearest neighbours; the first is the image itself, at distance 0.

    Raises:
        UsageError: the run has no such image.
    """
    if path not in run.paths:
        raise UsageError(f"the run {run.name} has no image {path}", suggest(path, run.paths) or "see run.paths")
    distances = np.linalg.norm(run.scores - run.scores[run.paths.index(path)], axis=1)
    order = np.argsort(distances, kind="stable")[: count + 1]
    return [Neighbour(run.paths[row], str(run.labels[row]), float(distances[row])) for row in order]


def gallery(found: list[Neighbour], place: Path | None) -> str:
    """Lay images out side by side with class and distance, as HTML.

    Args:
        found: the images.
        place: the data set that the paths are below; None shows the words only.
    """
    sheet = thumbnails.sheet(place, [image.path for image in found], most=1 << 20) if place else None
    tiles = []
    for number, image in enumerate(found):
        picture = _tile(sheet, number) if sheet else ""
        words = f"<b>{escape(image.label)}</b><br>{escape(image.path.rsplit('/', 1)[-1])}"
        tiles.append(f"<div style='width:8.5em'>{picture}{words}<br>distance {image.distance:.1f}</div>")
    return f"<div style='display:flex;flex-wrap:wrap;gap:1em'>{''.join(tiles)}</div>"


def _tile(sheet: thumbnails.Sheet, number: int) -> str:
    cell = sheet.cells[number]
    if cell < 0:
        return "<div style='height:96px'>no photograph</div>"
    row, column = divmod(cell, sheet.columns)
    data = base64.b64encode(sheet.image).decode()
    size, shown = sheet.size, 96
    return (
        f'<div style="width:{shown}px;height:{shown}px;background:url(data:image/webp;base64,{data}) '
        f"-{column * shown}px -{row * shown}px / {sheet.columns * shown}px auto\" title='{size} pixels'></div>"
    )
