"""The findings on the terminal, or as JSON (orchard/doctor/doctor.schema.json)."""

import json
import sys
from collections import Counter
from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from orchard.base.console import screen
from orchard.base.language import marked, tr
from orchard.doctor.finding import Finding, Setup, State

STATES: dict[State, str] = {
    "ok": marked("ok"),
    "warn": marked("warn"),
    "fail": marked("fail"),
    "unknown": marked("unknown"),
}
COLOURS: dict[State, str] = {"ok": "green", "warn": "yellow", "fail": "bold red", "unknown": "cyan"}


def show(findings: Iterable[tuple[str, Finding]]) -> dict[str, Finding]:
    """Print each finding on a line as it comes: what was checked, state, what was found, remedy; returns them all."""
    console = screen(highlight=False, width=None if sys.stdout.isatty() else 10_000)
    shown = {}
    for what, finding in findings:
        shown[what] = finding
        line = Table.grid(padding=(0, 1))
        line.add_column(width=14, no_wrap=True)
        line.add_column(width=7, no_wrap=True)
        line.add_column(ratio=1, overflow="fold")
        detail = Text(tr(finding.detail))
        if finding.remedy and finding.state != "ok":
            detail.append(" -> ", "dim").append(tr(finding.remedy))
        line.add_row(tr(what), Text(tr(STATES[finding.state]), COLOURS[finding.state]), detail)
        console.print(line, soft_wrap=False)
    return shown


def summary(findings: dict[str, Finding]) -> str:
    """Say how many checks ended in which state, and whether anything stands in the way of `up` and `run`."""
    counts = Counter(finding.state for finding in findings.values())
    told = ", ".join(f"{counts[state]} {tr(STATES[state])}" for state in COLOURS if counts[state])
    stop = f"{told}: something would stop ./inv up or ./inv run"
    return tr(stop if counts["fail"] else f"{told}: nothing stands in the way")


def as_json(setup: Setup, findings: dict[str, Finding]) -> str:
    """Return the findings as JSON."""
    value = {
        "emulated": setup.target is None or not setup.target.charges,  # only an emulated one may not be there
        "region": setup.settings.region,
        "ok": not any(finding.state == "fail" for finding in findings.values()),
        "findings": [{"what": what, **finding._asdict()} for what, finding in findings.items()],
    }
    return json.dumps(value, indent=2)
