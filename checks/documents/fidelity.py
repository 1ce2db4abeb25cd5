"""The table of AWS's behaviours that the local AWS models, made from the tests that show them."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from checks.documents.markdown import table
from orchard.base.places import ROOT

LONG_NAMES = ("Every service", "Resource Groups Tagging API", "Session Manager", "Systems Manager")


class Row(NamedTuple):
    """A behaviour of AWS, where it is written, and the test that fails when the local AWS behaves otherwise."""

    behaviour: str
    source: str
    test: str

    @property
    def service(self) -> str:
        """Return the service: the first word of the behaviour, or the first words."""
        told = self.behaviour.removeprefix("The ")
        long = next((name for name in LONG_NAMES if told.startswith(name)), None)
        return long or told.split()[0].rstrip("':,").removesuffix("'s")


def modelled() -> str:
    """Return the behaviours that are modelled, a table for each service."""
    found = sorted(rows())
    return "\n\n".join(
        f"### {service}\n\n"
        + table(("behaviour", "source", "shown by"), [row for row in found if row.service == service])
        for service in sorted({row.service for row in found})
    )


def rows(tests: Path = ROOT / "tests") -> Iterator[Row]:
    """Find the tests that say `@models(behaviour, source=...)`."""
    for file in sorted(tests.rglob("test_*.py")):
        text = file.read_text()
        if "@models(" not in text:
            continue
        for node in ast.parse(text).body:
            if isinstance(node, ast.FunctionDef):
                where = f"`{file.relative_to(tests.parent)}::{node.name}`"
                yield from (Row(*told, where) for told in map(_words, node.decorator_list) if told)


def _words(mark: ast.expr) -> tuple[str, str] | None:
    """Return the behaviour and the source of a decorator `models`; None for another decorator."""
    if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "models":
        return ast.literal_eval(mark.args[0]), ast.literal_eval(mark.keywords[0].value)
    return None
