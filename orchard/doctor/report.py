"""The findings on the terminal, or as JSON (orchard/doctor/doctor.schema.json)."""

import json
import sys
from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from orchard.doctor.finding import Finding, Place

COLOURS = {"ok": "green", "warn": "yellow", "fail": "bold red", "unknown": "cyan"}
WIDTHS = {"what": 14, "state": 7}


def show(findings: Iterable[Finding]) -> list[Finding]:
    """Print each finding on a line as it comes: what, state, what was found, and the remedy; returns them all."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else 10_000)
    seen = []
    for found in findings:
        seen.append(found)
        line = Table.grid(padding=(0, 1))
        line.add_column(width=WIDTHS["what"], no_wrap=True)
        line.add_column(width=WIDTHS["state"], no_wrap=True)
        line.add_column(ratio=1, overflow="fold")
        told = Text(found.said)
        if found.remedy and found.state != "ok":
            told.append(" -> ", "dim").append(found.remedy)
        line.add_row(found.what, Text(found.state, COLOURS[found.state]), told)
        console.print(line, soft_wrap=False)
    return seen


def summary(findings: list[Finding]) -> str:
    """Count the states."""
    counts = {state: sum(found.state == state for found in findings) for state in COLOURS}
    told = ", ".join(f"{count} {state}" for state, count in counts.items() if count)
    return f"{told}: {'something would stop ./inv up or ./inv run' if counts['fail'] else 'nothing stands in the way'}"


def as_json(place: Place, findings: Iterable[Finding]) -> tuple[str, list[Finding]]:
    """Return the findings as JSON, and themselves."""
    seen = list(findings)
    value = {
        "emulated": place.target is None or not place.target.charges,  # only an emulated one may not be there
        "region": place.settings.region,
        "ok": not any(found.state == "fail" for found in seen),
        "findings": [found._asdict() for found in seen],
    }
    return json.dumps(value, indent=2), seen
