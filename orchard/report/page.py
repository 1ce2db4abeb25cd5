"""One run as one HTML file: numbers, charts, photographs and the scripts that show them, with no need of a network."""

import base64
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import jinja2
import numpy as np

from orchard.base import durations, numerals
from orchard.base.errors import OrchardError, UsageError
from orchard.base.language import chosen, headed, marked, tr
from orchard.base.visible import shown
from orchard.report import (
    analysis,
    compare,
    facts,
    figures,
    neighbourhoods,
    points,
    probe,
    separation,
    spoken,
    thumbnails,
    worth,
)
from orchard.report.read import Run
from orchard.report.separation import Separation
from orchard.runs import run_names

HERE = Path(__file__).parent
LARGEST = 5_000_000  # bytes of a page, so that it goes through any mail
SHEET = 1_600_000  # bytes of the photographs in it; a third more as text
RANKED = 8  # classes at either end of the ranking
STYLES = ("theme.css", "layout.css", "parts.css", "print.css")
SCRIPTS = ("load.js", "theme.js", "charts.js", "map.js", "preview.js", "legend.js", "main.js")

Say = Callable[[str], None]


def path_for(run: Run, named: str | None = None) -> Path:
    """Return where a run's report goes: the named file, or one by the run's name.

    Raises:
        UsageError: the name is not one of an HTML file.
    """
    if named is None:
        return run_names.RESULTS / "reports" / f"{run.name}.html"
    path = Path(named).expanduser().resolve()
    if path.suffix.lower() not in (".html", ".htm") or path.is_dir():
        raise UsageError(f"{named} is no name of an HTML file", "name one: --output report.html")
    return path


def write(run: Run, other: Run | None, dataset: Path | None, output: Path, say: Say = lambda line: None) -> Path:
    """Write a run's report.

    Args:
        run: what it is about.
        other: a run to compare it with.
        dataset: the setting: where the photographs are.
        output: the HTML file; its directory is made.
        say: is called with a line before each longer piece of work.

    Raises:
        OrchardError: the run's tables are damaged, or the file cannot be written.
    """
    return save(render(run, other, dataset, say), output)


def save(text: str, output: Path) -> Path:
    """Write a page, whole or not at all; its directory is made.

    Raises:
        OrchardError: the file cannot be written.
    """
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        partial = output.with_name(output.name + ".partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(output)
    except OSError as error:
        raise OrchardError(
            f"{output} cannot be written: {error.strerror}", "name another file: --output FILE"
        ) from None
    return output


def render(run: Run, other: Run | None = None, dataset: Path | None = None, say: Say = lambda line: None) -> str:
    """Return a run's report as HTML; arguments and errors as `write`."""
    say(f"reading run {run.name}, {facts.counted(run.rows, 'image')}")
    rows = analysis.sample(run.labels, points.SHOWN)
    paths = [run.paths[row] for row in rows]
    root = thumbnails.find_root(paths, dataset, run.features.get("input", ""))
    if root:
        say(f"putting {facts.counted(len(paths), 'photograph')} on a sheet")
    sheet = thumbnails.sheet(root, paths, SHEET) if root else None
    if sheet is None:
        say(_pictures(sheet, len(paths), root))
    say("looking for the images' nearest neighbours")
    found = neighbourhoods.look(run.scores, run.labels)
    apart = separation.compute(run.scores, run.labels, found) if found else None
    say("trying the features by a linear probe")
    probed = probe.of(run, other)
    use = worth.gather(run, probed, found, apart, root) if found and apart else None
    if other:
        say(f"comparing it with run {other.name}, {facts.counted(other.rows, 'image')}")
    comparison = _comparison(run, other, apart) if other else None
    data = points.pack(run, rows, apart, sheet) | {"charts": _charts(run, other, comparison, apart, use)}
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            other=other,
            made=datetime.now(UTC),
            facts=facts,
            sample=points.describe(len(rows), run.rows),
            pictures=_pictures(sheet, len(rows), root),
            sheet=sheet,
            sheets={"photo": sheet, "large": use.sheet if use else None},
            first_cell=_first_cells(run.labels[rows], sheet),
            separation=apart,
            ranked=max(1, min(RANKED, len(apart.classes) // 2)) if apart else 0,
            probe=probed,
            least=probe.LEAST,
            use=use,
            comparison=comparison,
            colours=figures.PALETTE,
            styles=styles(),
            scripts=spoken.script_in("\n".join((HERE / "page" / name).read_text() for name in SCRIPTS), tr),
            data=_packed(json.dumps(data, separators=(",", ":")).encode()),
            plotly=_packed(files("plotly").joinpath("package_data/plotly.min.js").read_bytes()),
        )
    )


def environment() -> jinja2.Environment:
    """Return what makes pages of templates: all that comes from outside is escaped."""
    made = jinja2.Environment(
        loader=spoken.Loader(HERE / "page"), autoescape=True, undefined=jinja2.StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
        finalize=lambda value: shown(value) if type(value) is str else value,  # names turn no direction of the page's
    )  # fmt: skip
    made.filters |= {
        "tr": tr,
        "headed": headed,
        "percent": lambda share: tr(f"{share:.1%}"),
        "number": lambda number: tr(f"{number:,}"),
        "duration": lambda length: tr(durations.say(length)),
        "fixed": lambda value, digits: numerals.fixed(value, digits, chosen()),
        "base64": _text,
    }
    made.globals["language"] = chosen()
    return made


def styles() -> str:
    """Return the pages' style sheets as one."""
    return "\n".join((HERE / "page" / name).read_text() for name in STYLES)


def _pictures(sheet: thumbnails.Sheet | None, shown: int, root: object) -> str:
    if sheet is None:
        absent = (
            "Without pictures: the photographs are not on this machine (name their directory: "
            "./inv report --dataset DIRECTORY)."
        )
        return marked("Without pictures: the photographs cannot be read.") if root else marked(absent)
    missing = sheet.cells.count(-1)
    return marked(f"{missing:,} of the {shown:,} photographs are missing here.") if missing else ""


def _first_cells(labels: np.ndarray, sheet: thumbnails.Sheet | None) -> dict[str, tuple[int, int]]:
    """Return where on the sheet each class's first photograph is, in pixels from the left and from above."""
    cells: dict[str, tuple[int, int]] = {}
    if sheet:
        for number, label in enumerate(labels):
            if place := sheet.place(number):
                cells.setdefault(str(label), place)
    return cells


def _comparison(run: Run, other: Run, apart: Separation | None) -> dict[str, Any]:
    found = neighbourhoods.look(other.scores, other.labels)
    theirs = separation.compute(other.scores, other.labels, found) if found else None
    degrees = compare.angles(run, other)
    shared = None if degrees is None else (np.cos(np.radians(degrees)) ** 2).mean()
    return {"rows": compare.rows(run, other, (apart, theirs)), "degrees": degrees, "shared": shared}


def _charts(
    run: Run, other: Run | None, comparison: dict[str, Any] | None, apart: Separation | None, use: worth.Worth | None
) -> dict[str, Any]:
    k = run.manifest["counts"]["components"]
    own = {run.name: run.spectrum}
    drawn = {"scree": figures.scree(own), "cumulative": figures.cumulative(own, k)}
    if apart and use:
        order = [apart.names.index(name) for name in use.order]
        drawn["confusion"] = figures.confusion(use.order, apart.confusion[np.ix_(order, order)])
    if other and comparison:
        drawn["overlay"] = figures.cumulative(own | {other.name: other.spectrum})
        if comparison["degrees"] is not None:
            drawn["angles"] = figures.angles(comparison["degrees"])
    return {name: json.loads(figure.to_json()) for name, figure in drawn.items()}


def _packed(content: bytes) -> str:
    """Return bytes as gzip in base64, as the page's `unpack` takes them; the same bytes each time."""
    return _text(gzip.compress(content, 9, mtime=0))


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
