"""The matrix of faults, made from the tests that inject them."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from checks.documents.markdown import table
from orchard.base.config import ROOT

AREAS = ("Terraform", "AWS", "Spark", "user", "data")


class Row(NamedTuple):
    """A cell: what is injected when, what must hold, and the test that shows it."""

    area: str
    fault: str
    at: str
    holds: str
    test: str
    quick: bool


def matrix() -> str:
    """Return the cells, a table for each area."""
    found = list(rows())
    quick = sum(row.quick for row in found)
    parts = [f"{len(found)} cells, of which `./inv test` runs {quick}."]
    for area in AREAS:
        if some := [row for row in found if row.area == area]:
            head = ("fault", "moment", "what holds", "shown by")
            parts.append(f"### {area}\n\n" + table(head, [(r.fault, r.at, r.holds, r.test) for r in some]))
    return "\n\n".join(parts)


def rows(tests: Path = ROOT / "tests") -> Iterator[Row]:
    """Find the tests that say `@cell(id, area=..., fault=..., at=..., holds=...)`."""
    for file in sorted(tests.rglob("test_*.py")):
        text = file.read_text()
        if "@cell(" not in text:
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                for mark in node.decorator_list:
                    if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "cell":
                        yield _row(mark, f"{file.relative_to(tests.parent)}::{node.name}")


def _row(mark: ast.Call, test: str) -> Row:
    name = ast.literal_eval(mark.args[0])
    said = {str(word.arg): ast.literal_eval(word.value) for word in mark.keywords if word.arg != "case"}
    quick = said.pop("quick", False)
    return Row(**said, test=f"`{test}[{name}]`", quick=quick)
