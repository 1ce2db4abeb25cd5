"""Seconds until a report of the full set is seen and can be used, and its size, against Plotly's own page of it.

    .venv/bin/python benchmarks/bench_report.py [--rounds 3]

The run has as many images and classes as Fruits-360's Training split (67,692 in 131, k = 50), with random scores, as
many features as MobileNetV2 gives, and drawn photographs. The peer is `plotly.io.to_html` of the same scatter with
every point, Plotly inside. Both are opened in headless Chromium, in turn. First view: the numbers and the map's points
are on the screen. Usable: the map answers the mouse. The bars are 5 MB and 3 s to the first view.
"""

import argparse
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "support")]

import numpy as np  # noqa: E402
import report_runs  # noqa: E402
from plotly import graph_objects as go  # noqa: E402

from orchard.photographs import drawing  # noqa: E402
from orchard.report import analysis, browser, page, points, read  # noqa: E402

SIZES = {f"Fruit {number % 68} {number}": 516 + (number < 96) for number in range(131)}
SEEN = """Math.max(...["first view", "first-contentful-paint"].map(
    (name) => performance.getEntriesByName(name)[0].startTime))"""


def photographs(home: Path, paths: list[str]) -> None:
    """Put a drawn picture at each path."""
    drawing.draw(home / "drawn")
    drawn = sorted((home / "drawn" / "Training").rglob("*.jpg"))
    for number, path in enumerate(paths):
        link = home / "photographs" / path
        link.parent.mkdir(parents=True, exist_ok=True)
        link.hardlink_to(drawn[number % len(drawn)])


def peer(run: read.Run, path: Path) -> Path:
    """Write Plotly's page of all points."""
    figure = go.Figure()
    for label in np.unique(run.labels):
        mine = run.labels == label
        figure.add_scattergl(x=run.scores[mine, 0], y=run.scores[mine, 1], mode="markers", name=str(label))
    figure.write_html(path, include_plotlyjs=True)
    return path


def main() -> None:
    """Measure and print a line a round, then the medians."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, browser.launch() as chrome:
        home = Path(folder)
        report_runs.COLUMNS = 1280
        report_runs.write(home, sizes=SIZES, k=50)
        run = read.load(None, home)
        photographs(home, [run.paths[row] for row in analysis.sample(run.labels, points.SHOWN)])
        started = time.perf_counter()
        ours = page.write(run, None, home / "photographs", home / "report.html")
        print(f"written in {time.perf_counter() - started:.1f} s")
        theirs = peer(run, home / "plotly.html")
        rows = []
        for number in range(options.rounds):
            shown = browser.open_report(chrome, ours, viewport={"width": 1280, "height": 800})
            seen = shown.evaluate(SEEN) / 1000
            usable = shown.evaluate("performance.getEntriesByName('interactive')[0].startTime") / 1000
            shown.close()
            other = chrome.new_page(viewport={"width": 1280, "height": 800})
            other.goto(theirs.as_uri(), wait_until="commit")
            other.wait_for_selector(".gl-container canvas", state="attached", timeout=120_000)
            drawn = other.evaluate("new Promise((next) => requestAnimationFrame(() => next(performance.now())))") / 1000
            other.close()
            rows.append((seen, usable, drawn))
            print(f"round {number + 1}: first view {seen:.1f} s, usable {usable:.1f} s; Plotly's page {drawn:.1f} s")
        seen, usable, drawn = (statistics.median(column) for column in zip(*rows, strict=True))
        size, large = ours.stat().st_size / 1e6, theirs.stat().st_size / 1e6
        print(
            f"median of {options.rounds}, {run.rows} images: first view {seen:.1f} s, usable {usable:.1f} s, "
            f"{size:.1f} MB; Plotly's page {drawn:.1f} s, {large:.1f} MB; "
            f"ratio {drawn / seen:.1f} to the first view, {large / size:.1f} in size"
        )


if __name__ == "__main__":
    main()
