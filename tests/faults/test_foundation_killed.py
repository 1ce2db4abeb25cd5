"""The foundation's plan, apply and destroy, broken off: the next `up`, or the next `cleanup`, is all that it takes."""

import pytest

from tests.faults import moments
from tests.faults.stand import Stand
from tests.support.cells import grid

UP, CLEANUP = ("up", "--only", "foundation"), ("cleanup", "--yes")
TAKES_TURNS = True
PLAN = {"begun": moments.begun, "reads": moments.told("apply_start"), "planned": moments.looked(50)}
APPLY = {"first": moments.done(1), "half": moments.done(30), "late": moments.done(60)}


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


@grid(
    area="Terraform",
    faults={
        "power": "the power goes: `up` and its Terraform are killed (SIGKILL)",
        "SIGKILL": "`up` alone is killed (SIGKILL)",
        "SIGTERM": "SIGTERM to `up`",
        "SIGHUP": "the terminal of `up` is closed (SIGHUP)",
    },
    moments={
        "first": "the foundation's apply, the first resource made",
        "half": "the foundation's apply, half of the resources made",
        "late": "the foundation's apply, nearly all made",
    },
    holds="the next `up` takes in what is there and makes the rest: each thing once, one key, none that no state knows",
)
def test_up_goes_on_where_an_apply_was_broken_off(gone: Stand, case: tuple[str, str]) -> None:
    by, moment = case
    gone.broken_off(*UP, at=APPLY[moment], by=by)
    gone.inv(*UP)
    gone.is_good()


@grid(
    area="Terraform",
    faults={
        "power": "the power goes: `up` and its Terraform are killed (SIGKILL)",
        "SIGTERM": "SIGTERM to `up`",
        "SIGHUP": "the terminal of `up` is closed (SIGHUP)",
    },
    moments={
        "begun": "the foundation's plan, just begun",
        "reads": "the foundation's plan, while it reads what is there",
        "planned": "the foundation's plan, nearly made",
    },
    holds="nothing is changed, and the next plan is not locked out",
)
def test_a_plan_that_is_broken_off_changes_nothing(standing: Stand, case: tuple[str, str]) -> None:
    by, moment = case
    before = standing.left()
    standing.broken_off(*UP, at=PLAN[moment], by=by)
    assert standing.left() == before
    assert "No changes" in standing.inv("tf.plan", "--root", "foundation", "--quiet")


@grid(
    area="Terraform",
    faults={
        "power": "the power goes: `cleanup` and its Terraform are killed (SIGKILL)",
        "SIGTERM": "SIGTERM to `cleanup`",
        "SIGHUP": "the terminal of `cleanup` is closed (SIGHUP)",
    },
    moments={
        "first": "the foundation's destroy, the first resource removed",
        "half": "the foundation's destroy, half of the resources removed",
        "late": "the foundation's destroy, nearly all removed",
    },
    holds="the next `cleanup` removes the rest: nothing with the project's tag or name is left, no key in use",
)
def test_cleanup_goes_on_where_a_destroy_was_broken_off(standing: Stand, case: tuple[str, str]) -> None:
    by, moment = case
    standing.broken_off(*CLEANUP, at=APPLY[moment], by=by)
    said = standing.inv(*CLEANUP)
    assert "Nothing tagged Project=orchard is left." in said
    assert standing.left() == standing.keys() == []
