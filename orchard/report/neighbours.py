"""The images that are nearest to one in PCA space, and a row of their photographs."""

from html import escape
from pathlib import Path
from typing import NamedTuple

import numpy as np

from orchard.base.errors import UsageError
from orchard.base.nearest import suggest
from orchard.report import thumbnails
from orchard.report.read import Run

SIZE = 96  # pixels a side of a photograph


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
        remedy = suggest(path, run.paths, otherwise=f"name one as in {run.paths[0]}")
        raise UsageError(f"the run {run.name} has no image {path}", remedy)
    distances = np.linalg.norm(run.scores - run.scores[run.paths.index(path)], axis=1)
    order = np.argsort(distances, kind="stable")[: count + 1]
    return [Neighbour(run.paths[row], str(run.labels[row]), float(distances[row])) for row in order]


def gallery(run: Run, path: str, dataset: Path | None) -> str:
    """Lay an image and its nearest neighbours out side by side with class and distance, as HTML.

    Args:
        run: the run.
        path: of the image.
        dataset: the setting: where the photographs are; the words alone are shown where they are not on this machine.

    Raises:
        UsageError: the run has no such image.
    """
    root = thumbnails.find_root(run.paths, dataset, str(run.features.get("input", "")))
    tiles = []
    for image in nearest(run, path):
        picture = thumbnails.address(thumbnails.file_of(root, image.path), SIZE) if root else None
        words = f"<b>{escape(image.label)}</b><br>{escape(image.path.rsplit('/', 1)[-1])}"
        tiles.append(f"<div style='width:8.5em'>{_shown(picture)}{words}<br>distance {image.distance:.1f}</div>")
    return f"<div style='display:flex;flex-wrap:wrap;gap:1em'>{''.join(tiles)}</div>"


def _shown(address: str | None) -> str:
    return f'<img alt="" src="{address}">' if address else f"<div style='height:{SIZE}px'>no photograph</div>"
