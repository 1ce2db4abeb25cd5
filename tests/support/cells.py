"""Cells of the matrix of faults: a row of docs/reliability.md for each, and a test that injects it for real.

A test with cells is run once for each of them, and asks for the fixture `case` where what it injects differs. A cell
that is not `quick` is left to `./inv check.faults`.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from checks.documents.reliability import AREAS


class Cell(NamedTuple):
    """A fault at a moment.

    Attributes:
        id: of the cell within its test.
        case: what the test injects, as it takes it; None where it knows.
        quick: whether `./inv test` runs it, too.
    """

    id: str
    case: Any
    quick: bool


def cell(
    id: str, *, area: str, fault: str, at: str, holds: str, case: Any = None, quick: bool = False
) -> Callable[[Any], Any]:
    """Declare a cell of a test; `./inv check.docs` makes the table from these words, which are literals.

    Args:
        id: of the cell within its test: small letters, digits and hyphens.
        area: one of `checks.documents.reliability.AREAS`.
        fault: what is injected.
        at: the moment.
        holds: what must hold, as the test asserts it.
        case: handed to the test as the fixture `case`.
        quick: whether `./inv test` runs it, too: for cells of a second or so.
    """
    assert area in AREAS, area
    assert all((id, fault, at, holds))

    def declare(test: Any) -> Any:
        test.cells = [Cell(id, case, quick), *getattr(test, "cells", [])]
        return test

    return declare


def grid(
    *, area: str, faults: dict[str, str], moments: dict[str, str], holds: str, quick: bool = False
) -> Callable[[Any], Any]:
    """Declare a cell for each fault at each moment; its `case` is the pair of their names.

    Args:
        area: one of `checks.documents.reliability.AREAS`.
        faults: name -> what is injected.
        moments: name -> when.
        holds: what must hold over all of them.
        quick: as for `cell`.
    """

    def declare(test: Any) -> Any:
        for moment, at in reversed(moments.items()):
            for name, fault in reversed(faults.items()):
                test = cell(
                    f"{name}-{moment}", area=area, fault=fault, at=at, holds=holds, case=(name, moment), quick=quick
                )(test)
        return test

    return declare
