"""The foundation's plan, apply and destroy, broken off: the next `up`, or the next `cleanup`, is all that it takes."""

from collections.abc import Callable

import pytest

from tests.faults.stand import Event, Stand
from tests.support.cells import cell

UP, CLEANUP = ("up", "--only", "foundation"), ("cleanup", "--yes")


def done(count: int) -> Callable[[list[Event]], bool]:
    """When so many resources are made, or removed."""
    return lambda heard: sum(event["type"] == "apply_complete" and not _reads(event) for event in heard) >= count


def told(kind: str) -> Callable[[list[Event]], bool]:
    """When Terraform has said something of a kind."""
    return lambda heard: any(event["type"] == kind for event in heard)


def _reads(event: Event) -> bool:
    return event.get("hook", {}).get("action") == "read"


@pytest.fixture
def standing(stand: Stand) -> Stand:
    if not stand.has_foundation():
        stand.inv(*UP)
    return stand


@pytest.fixture
def gone(stand: Stand) -> Stand:
    if stand.left():
        stand.inv(*CLEANUP)
    return stand


@cell(
    "power-first",
    area="Terraform",
    fault="the power goes: `up` and its Terraform are killed (SIGKILL)",
    at="the foundation's apply, first resource made",
    holds="the next `up` takes in what was made, and makes the rest: all once, one key, nothing unnamed",
    case=("power", 1),
)
def test_up_goes_on_where_an_apply_was_broken_off(gone: Stand, case: tuple[str, int]) -> None:
    by, count = case
    gone.broken_off(*UP, at=done(count), by=by)
    gone.inv(*UP)
    gone.is_good()
