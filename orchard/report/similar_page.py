"""A photograph of the user's and its nearest ones in a run, as one HTML page that needs nothing else."""

import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

from orchard.base.language import marked, tr
from orchard.report import page, thumbnails
from orchard.report.read import Run
from orchard.report.similar import Match, verdict
from orchard.runs import run_names

OWN, SIZE = 240, 140  # pixels a side of the user's photograph, and of each of the others


def path_for(run: Run, photograph: Path) -> Path:
    """Return where the page goes: beside the reports, by the names of the run and the photograph."""
    letters = unicodedata.normalize("NFKD", photograph.stem).encode("ascii", "ignore").decode()  # without accents
    stem = re.sub(r"[^A-Za-z0-9._-]+", "-", letters)[:80]
    return run_names.RESULTS / "reports" / f"{run.name}-similar-{stem}.html"


def write(run: Run, photograph: Path, matches: list[Match], dataset: Path | None, output: Path) -> Path:
    """Write the page.

    Args:
        run: the run that was searched.
        photograph: the user's.
        matches: its nearest ones, from `similar.nearest`.
        dataset: the setting: where the run's photographs are; words alone are shown where they are not here.
        output: the HTML file; its directory is made.

    Raises:
        OrchardError: the file cannot be written.
    """
    paths = [match.path for match in matches]
    root = thumbnails.find_root(paths, dataset, str(run.features.get("input", "")))
    shown = [thumbnails.address(thumbnails.file_of(root, path), SIZE) if root else None for path in paths]
    text = (
        page.environment()
        .get_template("similar.html.j2")
        .render(
            run=run,
            photograph=photograph.name,
            own=thumbnails.address(photograph, OWN),
            matches=list(zip(matches, shown, strict=True)),
            verdict=tr(verdict(matches)),
            without=""
            if root
            else marked("The run's photographs are not on this machine (name their directory: ORCHARD_DATASET)."),
            made=datetime.now(UTC),
            styles=page.styles(),
        )
    )
    return page.save(text, output)
