"""The points of the map: a sample of the scores, packed small for the page's script."""

import base64
from typing import Any

import numpy as np

from orchard.base.language import marked
from orchard.report import analysis, figures
from orchard.report.read import Run
from orchard.report.separation import Separation
from orchard.report.thumbnails import Sheet

SHOWN = 5_000  # points: as many as have room for their thumbnails, and as an eye can tell apart
AXES = 10  # components that can be put on an axis
LEVELS = 65_535  # steps between a component's least and largest score


def describe(shown: int, total: int) -> str:
    """Say how many of how many images are shown, and how they were chosen."""
    if shown == total:
        return marked(f"All {total:,} images are shown.")
    return marked(
        f"{shown:,} of the {total:,} images are shown: the same share of every class, drawn at random "
        f"(at least {analysis.LEAST} of each). All figures are computed from all images unless they say otherwise."
    )


def pack(run: Run, rows: np.ndarray, separation: Separation | None, sheet: Sheet | None) -> dict[str, Any]:
    """Return what the page's script needs to draw the map, ready for JSON.

    Scores are rounded to 65,536 steps a component, a hundredth of a pixel and less.

    Args:
        run: the run.
        rows: int (m,), those of the images that are shown.
        separation: of the run's classes.
        sheet: the images' photographs.
    """
    classes, sizes = np.unique(run.labels, return_counts=True)
    groups = analysis.families(run.labels.tolist(), len(figures.SYMBOLS))
    names = sorted(set(groups.values()) - {""})
    known = {entry.label: entry for entry in separation.classes} if separation else {}
    scores = run.scores[rows, :AXES]
    low, high = scores.min(0), scores.max(0)
    step = np.where(high > low, (high - low) / LEVELS, 1)
    steps = np.round((scores - low) / step).astype("<u2")
    return {
        "palette": figures.PALETTE,
        "symbols": figures.SYMBOLS,
        "groups": names,
        "classes": [
            {
                "name": str(name),
                "group": names.index(groups[str(name)]) if groups[str(name)] else -1,
                "images": int(size),
                "agreement": round(known[str(name)].agreement, 4) if str(name) in known else None,
                "mixed": known[str(name)].mixed_with if str(name) in known else None,
            }
            for name, size in zip(classes, sizes, strict=True)
        ],
        "explained": [round(float(share), 5) for share in run.spectrum[: scores.shape[1]]],
        "axes": scores.shape[1],
        "low": low.astype(float).tolist(),
        "step": step.astype(float).tolist(),
        "scores": base64.b64encode(steps.tobytes()).decode(),
        "paths": [run.paths[row] for row in rows],
        "class_of": np.searchsorted(classes, run.labels[rows]).tolist(),
        "sheet": {"columns": sheet.columns, "size": sheet.size} if sheet else None,
        "cells": sheet.cells if sheet else [],
    }
