"""The matrix of faults, made from the tests that inject them."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from checks.documents.markdown import table
from orchard.base.places import ROOT

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
    """Find the tests that say `@cell(...)` or `@grid(...)` (tests/support/cells.py)."""
    for file in sorted(tests.rglob("test_*.py")):
        text = file.read_text()
        if "@cell(" not in text and "@grid(" not in text:
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                for mark in node.decorator_list:
                    yield from _rows(mark, f"{file.relative_to(tests.parent)}::{node.name}")


def _rows(mark: ast.expr, test: str) -> Iterator[Row]:
    """Return the cells that a decorator declares; none where it is another one."""
    if not isinstance(mark, ast.Call) or not isinstance(mark.func, ast.Name) or mark.func.id not in ("cell", "grid"):
        return
    said = {str(word.arg): ast.literal_eval(word.value) for word in mark.keywords if word.arg != "case"}
    area, holds, quick = said["area"], said["holds"], said.get("quick", False)
    if mark.func.id == "cell":
        yield Row(area, said["fault"], said["at"], holds, f"`{test}[{ast.literal_eval(mark.args[0])}]`", quick)
        return
    for moment, at in said["moments"].items():
        for name, fault in said["faults"].items():
            yield Row(area, fault, at, holds, f"`{test}[{name}-{moment}]`", quick)
