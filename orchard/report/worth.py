"""What the page says of what the features are for: the probe, which classes mix, and photographs to look at."""

from typing import NamedTuple

import numpy as np

from orchard.base import numerals
from orchard.base.language import chosen, marked, tr
from orchard.report import alike, centroids, thumbnails
from orchard.report.alike import Misplaced, Pair
from orchard.report.neighbourhoods import Neighbourhoods
from orchard.report.probe import Probe
from orchard.report.read import Run
from orchard.report.separation import Separation

SHOWN = 5  # pairs, and misplaced photographs, with pictures
MIXED = 12  # pairs of classes in the table
SIZE = 96  # pixels a side of a photograph
LARGEST = 300_000  # bytes of these photographs: 30 of them at the most


class Photograph(NamedTuple):
    """A photograph as the page shows it: file and class, and where it is on the sheet, in pixels; None without one."""

    file: str
    label: str
    cell: tuple[int, int] | None


class Card(NamedTuple):
    """Two photographs side by side, and what is to be said of them."""

    one: Photograph
    other: Photograph
    words: str


class Worth(NamedTuple):
    """What the page shows.

    Attributes:
        probe: None where there is too little to test on.
        order: the classes, those that are alike side by side.
        mixed: class, another class, the share of the first one's neighbours that are of the other: the largest first.
        galleries: title, sentence and cards.
        sheet: of the photographs on the cards.
    """

    probe: Probe | None
    order: list[str]
    mixed: list[tuple[str, str, float]]
    galleries: list[tuple[str, str, list[Card]]]
    sheet: thumbnails.Sheet | None


def gather(
    run: Run, probe: Probe | None, found: Neighbourhoods, separation: Separation, root: thumbnails.Root | None
) -> Worth:
    """Gather it.

    Args:
        run: the run.
        probe: of its features.
        found: the neighbourhoods of its images.
        separation: of its classes.
        root: where the photographs are, from `thumbnails.find_root`.
    """
    code = np.unique(run.labels, return_inverse=True)[1]
    near = alike.closest(found, code, SHOWN, same=True)
    across = alike.closest(found, code, SHOWN, same=False)
    lost = alike.misplaced(found, code, SHOWN)
    rows = sorted({row for entry in (*near, *across, *lost) for row in entry[:2]})
    sheet = thumbnails.sheet(root, [run.paths[row] for row in rows], LARGEST, SIZE) if root and rows else None
    shown = {row: _photograph(run, row, number, sheet) for number, row in enumerate(rows)}
    alone = alike.count_misplaced(found, code)
    galleries = [
        (
            marked("Most alike, of two classes"),
            marked("The network can hardly tell these apart; the nearest pair of each two classes."),
            [_pair(pair, shown) for pair in across],
        ),
        (
            marked("Most wrongly placed"),
            marked(
                f"They lie among another class, whose nearest photograph is beside them. {alone:,} of the "
                f"{len(found.asked):,} photographs asked have no neighbour of their own class: are their labels right?"
            ),
            [_lost(entry, shown) for entry in lost],
        ),
        (
            marked("Most alike, of one class"),
            marked("Near copies: at distance 0 they are the same picture twice. The nearest pair of each class."),
            [_pair(pair, shown) for pair in near],
        ),
    ]
    return Worth(probe, centroids.distances(run)[0], _mixed(separation), [g for g in galleries if g[2]], sheet)


def _mixed(separation: Separation) -> list[tuple[str, str, float]]:
    others = separation.confusion.copy()
    np.fill_diagonal(others, 0)
    largest = np.argsort(-others, axis=None, kind="stable")[:MIXED]
    pairs = [divmod(int(at), len(others)) for at in largest]
    return [(separation.names[a], separation.names[b], float(others[a, b])) for a, b in pairs if others[a, b]]


def _photograph(run: Run, row: int, number: int, sheet: thumbnails.Sheet | None) -> Photograph:
    return Photograph(run.paths[row].rsplit("/", 1)[-1], str(run.labels[row]), sheet.place(number) if sheet else None)


def _pair(pair: Pair, shown: dict[int, Photograph]) -> Card:
    return Card(shown[pair.one], shown[pair.other], tr(f"distance {numerals.fixed(pair.distance, 2, chosen())}"))


def _lost(entry: Misplaced, shown: dict[int, Photograph]) -> Card:
    among = shown[entry.among]
    return Card(shown[entry.row], among, tr(f"{entry.share:.0%} of its neighbours are {among.label}"))
