"""The cluster's plan, apply and destroy, broken off: the next `up`, or the next `down`, is all that it takes."""

import pytest

from tests.faults import moments
from tests.faults.stand import Stand
from tests.support.cells import grid

UP, DOWN = ("up", "--yes"), ("down", "--yes")
TAKES_TURNS = True
PLAN = {"begun": moments.begun, "reads": moments.told("refresh_start"), "planned": moments.told("change_summary")}
APPLY = {
    "guard": moments.is_done("aws_scheduler_schedule"),
    "starting": moments.begins("aws_emr_cluster"),
    "made": moments.is_done("aws_emr_cluster"),
}
DESTROY = {"first": moments.done(1), "second": moments.done(2), "third": moments.done(3)}


@pytest.fixture
def running(stand: Stand) -> Stand:
    if not stand.clusters():
        stand.inv(*UP)
    return stand


@pytest.fixture
def without(stand: Stand) -> Stand:
    if not stand.has_foundation():
        stand.inv("up", "--only", "foundation")
    if stand.clusters():
        stand.inv(*DOWN)
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
        "guard": "the cluster's apply, the schedule made and no cluster yet",
        "starting": "the cluster's apply, while EMR makes the cluster",
        "made": "the cluster's apply, the cluster made and its alarm not",
    },
    holds="the next `up` takes in what is there: one cluster, which has its end, and nothing that no state knows",
)
def test_up_goes_on_where_an_apply_was_broken_off(without: Stand, case: tuple[str, str]) -> None:
    by, moment = case
    without.broken_off(*UP, at=APPLY[moment], by=by)
    without.inv(*UP)
    without.is_good(cluster=True)


@grid(
    area="Terraform",
    faults={
        "power": "the power goes: `tf.plan` and its Terraform are killed (SIGKILL)",
        "SIGTERM": "SIGTERM to `tf.plan`",
        "SIGHUP": "the terminal of `tf.plan` is closed (SIGHUP)",
    },
    moments={
        "begun": "the cluster's plan, just begun",
        "reads": "the cluster's plan, while it reads what is there",
        "planned": "the cluster's plan, made and not saved",
    },
    holds="nothing is changed, and the next plan is not locked out",
)
def test_a_plan_that_is_broken_off_changes_nothing(running: Stand, case: tuple[str, str]) -> None:
    by, moment = case
    before = running.left()
    running.broken_off("tf.plan", "--root", "cluster", "--quiet", at=PLAN[moment], by=by)
    assert running.left() == before
    assert "No changes" in running.inv("tf.plan", "--root", "cluster", "--quiet")


@grid(
    area="Terraform",
    faults={
        "power": "the power goes: `down` and its Terraform are killed (SIGKILL)",
        "SIGTERM": "SIGTERM to `down`",
        "SIGHUP": "the terminal of `down` is closed (SIGHUP)",
    },
    moments={
        "first": "the cluster's destroy, the first resource removed",
        "second": "the cluster's destroy, two removed",
        "third": "the cluster's destroy, three removed",
    },
    holds="the cluster has ended whatever comes after; the next `down` removes the rest, and nothing costs by the hour",
)
def test_down_goes_on_where_a_destroy_was_broken_off(running: Stand, case: tuple[str, str]) -> None:
    by, moment = case
    running.broken_off(*DOWN, at=DESTROY[moment], by=by)
    assert running.clusters() == []
    running.inv(*DOWN)
    running.is_good()
    assert running.client("scheduler").list_schedules()["Schedules"] == []
