"""The picture at the head of the README: the report of a real run, made by the commands that a user calls."""

import subprocess
import sys
from pathlib import Path

from orchard.aws.target import connect
from orchard.base.config import load
from orchard.base.errors import OrchardError, UsageError
from orchard.base.places import ROOT
from orchard.photographs import dataset
from orchard.report import browser

PICTURE = ROOT / "docs" / "report.png"
RUN = "readme"
WIDTH, HEIGHT = 1200, 900  # CSS pixels: what the README shows is the first screen


def take(photographs: Path) -> Path:
    """Run over photographs from `up` to `cleanup`, and take a picture of the report; returns it.

    Raises:
        UsageError: there are no photographs, or the local AWS is in use, which this would take down.
        OrchardError: a command failed, or there is no browser.
    """
    if not photographs.is_dir():
        raise UsageError(f"there are no photographs in {photographs}", "./inv fetch-dataset, or --photographs DIR")
    settings = load(target="local")
    if connect(settings, start=False) is not None:
        raise UsageError("the local AWS is up already, and this would take it down", "./inv cleanup clears it away")
    split = dataset.split_of(photographs, settings.split)
    page = ROOT / "data" / "emr_output" / "reports" / f"{RUN}.html"
    try:
        _call("up", "--yes")
        _call("upload-dataset", "--dataset", str(photographs))
        _call("run", "--run-name", RUN, "--mode", "full", "--split", split)
        _call("results", "--run-name", RUN)
        _call("report", "--run-name", RUN, "--output", str(page))
    finally:
        _call("cleanup", "--yes")
    with browser.launch() as chrome:
        window = {"width": WIDTH, "height": HEIGHT}
        browser.open_report(chrome, page, viewport=window, color_scheme="light").screenshot(path=PICTURE)
    return PICTURE


def _call(*words: str) -> None:
    if subprocess.run([sys.executable, str(ROOT / "tasks.py"), *words], cwd=ROOT, check=False).returncode:
        raise OrchardError(f"./inv {' '.join(words)} failed", "its error stands above")
