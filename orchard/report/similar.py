"""What a photograph of the user's looks like: its nearest ones among those of a run, by their features."""

import json
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.table import Table

from orchard.base.config import Settings
from orchard.base.console import screen
from orchard.base.errors import UsageError
from orchard.base.language import chosen, marked, tr
from orchard.base.numerals import fixed
from orchard.machine import packages
from orchard.report import vectors
from orchard.report.read import Run
from orchard.runs import data_plane


class Match(NamedTuple):
    """A photograph of the run: path, class, and the cosine of the angle between both photographs' features."""

    path: str
    label: str
    similarity: float


def featurise(photograph: Path, run: Run, settings: Settings) -> np.ndarray:
    """Compute a photograph's features as the run did, on this machine and without Spark: float32 (d,).

    The engine is the fastest that there is here, whatever the run's: all give the same within `fruits.tolerance`.

    Raises:
        UsageError: there is no such file, or it is no photograph.
        OrchardError: the run's features are not on this machine; its weights are others, or none can be had; or the
            packages that compute cannot be installed.
    """
    if not photograph.is_file():
        what = "a directory" if photograph.is_dir() else "not there"
        raise UsageError(f"the photograph {photograph} is {what}", "name the file of a photograph: ./inv similar PHOTO")
    vectors.require(run)
    packages.require("jobs")
    asked = run.features.get("parameters", {})
    words = [str(photograph.resolve())]
    words += ["--weights", str(Path(settings.weights).expanduser().resolve())] if settings.weights else []
    words += ["--exif-transpose"] if asked.get("exif_transpose") else []
    look = "./inv doctor looks at this machine"
    doing = marked("computing the photograph's features")
    told = json.loads(data_plane.call("photograph", *words, doing=doing, otherwise=look))
    theirs = run.features.get("weights")
    if theirs and theirs != told["weights"]:
        raise UsageError(
            f"the features of the run {run.name} were computed with other weights ({theirs[:12]}) than this Orchard's "
            f"({told['weights'][:12]})",
            "make the run anew (./inv run), or name one of these weights: --run NAME",
        )
    return np.asarray(told["features"], np.float32)


def nearest(run: Run, features: np.ndarray, count: int) -> list[Match]:
    """Find the photographs of a run whose features point most nearly the same way, the most alike first.

    Raises:
        OrchardError: the run's features are not on this machine, damaged, or differ in number.
    """
    best: list[Match] = []
    for table, values in vectors.parts(run):
        if values.shape[1] != len(features):
            raise UsageError(
                f"the run {run.name} has {values.shape[1]} features a photograph, and this one {len(features)}",
                "name a run of this Orchard's: --run NAME",
            )
        lengths = np.linalg.norm(values, axis=1) * np.linalg.norm(features)
        cosines = values @ features / np.where(lengths > 0, lengths, 1)
        for row in np.argsort(-cosines, kind="stable")[:count]:
            path, label = table["path"][int(row)].as_py(), table["label"][int(row)].as_py()
            best.append(Match(path, label, float(cosines[row])))
    return sorted(best, key=lambda match: (-match.similarity, match.path))[:count]


def verdict(matches: list[Match]) -> str:
    """Say which class most of the nearest are of: `7 of the 10 nearest are Apple Red`, `all 10 nearest are Kiwi`."""
    label, number = Counter(match.label for match in matches).most_common(1)[0]
    if len(matches) == 1:
        return marked(f"the nearest is {label}")
    if number == len(matches):
        return marked(f"all {number} nearest are {label}")
    return marked(f"{number} of the {len(matches)} nearest are {label}")


def as_data(run: Run, matches: list[Match], page: Path) -> dict[str, Any]:
    """Return them as plain data: run, verdict, the nearest, and the page."""
    nearest = [match._asdict() for match in matches]
    return {"run": run.name, "verdict": verdict(matches), "nearest": nearest, "page": str(page)}


def show(matches: list[Match]) -> None:
    """Print them as a table."""
    table = Table()
    for name, side in ((tr("similarity"), "right"), (tr("class"), "left"), (tr("photograph"), "left")):
        table.add_column(name, justify=side, overflow="fold")  # type: ignore[arg-type]
    for match in matches:
        table.add_row(fixed(match.similarity, 3, chosen()), match.label, match.path)
    screen(highlight=False, markup=False).print(table)
