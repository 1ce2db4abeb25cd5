"""What AWS's answers say, in the terms of the model."""

from datetime import datetime, timedelta
from typing import Any

from orchard.aws import scheduler
from orchard.aws.emr import ALIVE, OPEN
from orchard.aws.layout import StepName
from orchard.base.language import marked
from orchard.base.progress import seconds_left
from orchard.cluster.status.model import Ended, HardLimit, Idle, Progress, Step

LATE = timedelta(minutes=5)  # a schedule acts within its minute (EventBridge Scheduler User Guide, "Schedule types")


def progress(state: dict[str, Any]) -> Progress:
    """Read a job's progress file."""
    return Progress(
        phase=state.get("phase", ""),
        done=state.get("done", 0),
        total=state.get("total", 0),
        images_per_second=state.get("images_per_second", 0),
        seconds_left=seconds_left(state),
    )


def step(entry: dict[str, Any]) -> Step:
    """Read an entry of ListSteps."""
    timeline = entry["Status"].get("Timeline", {})
    of = StepName.parse(entry["Name"])
    return Step(
        id=entry["Id"],
        name=entry["Name"],
        run=of.run if of else None,
        job=of.job if of else None,
        state=entry["Status"]["State"],
        created=timeline["CreationDateTime"],
        started=timeline.get("StartDateTime"),
        ended=timeline.get("EndDateTime"),
        progress=None,
    )


def idle(
    policy: dict[str, Any] | None, tag: str | None, state: str, ready: datetime | None, steps: list[Step] | None
) -> Idle | None:
    """Tell what the idle time-out is and when it strikes.

    Args:
        policy: the answer of GetAutoTerminationPolicy; None where it was not asked.
        tag: what the nodes' tag says, in seconds.
        state: of the cluster.
        ready: since when it has taken steps.
        steps: all of its steps; None where they are not known.
    """
    if policy is not None:
        seconds, source = policy.get("AutoTerminationPolicy", {}).get("IdleTimeout"), "policy"
    else:
        seconds, source = int(tag) if tag else None, "tag"
    if seconds is None:
        return None
    since = None
    if state == "WAITING" and ready and steps is not None and not any(step.state in OPEN for step in steps):
        since = max([ready, *(step.ended for step in steps if step.ended)])
    strikes = since + timedelta(seconds=seconds) if since else None
    return Idle(timeout_seconds=seconds, since=since, strikes_at=strikes, source=source)  # type: ignore[arg-type]


def hard_limit(limit: scheduler.HardLimit | None, entry: dict[str, Any], now: datetime) -> HardLimit | None:
    """Tell what ends a cluster whatever it does, and whether it should have.

    Args:
        limit: what the schedule of its name says; None where there is none.
        entry: of ListClusters.
        now: by AWS's clock.
    """
    if limit is None or entry["Id"] not in limit.cluster_ids:
        return None
    overdue = entry["Status"]["State"] in ALIVE and now > limit.ends_at + LATE
    return HardLimit(strikes_at=limit.ends_at, enabled=limit.enabled, overdue=overdue)


def ended(entry: dict[str, Any], limit: scheduler.HardLimit | None) -> Ended:
    """Read an entry of ListClusters that has ended; AWS calls an end by the schedule a user's request."""
    status, timeline = entry["Status"], entry["Status"]["Timeline"]
    end, why = timeline.get("EndDateTime"), reason(status)
    by_schedule = status.get("StateChangeReason", {}).get("Code") == "USER_REQUEST"
    if limit and entry["Id"] in limit.cluster_ids and by_schedule and end and end >= limit.ends_at:
        why = marked(f"its hard limit of {limit.ends_at:%Y-%m-%d %H:%M} UTC was reached")
    return Ended(
        id=entry["Id"],
        name=entry["Name"],
        state=status["State"],
        reason=why,
        created=timeline["CreationDateTime"],
        ended=end,
    )


def reason(status: dict[str, Any]) -> str:
    """Say why a cluster is in its state."""
    change = status.get("StateChangeReason", {})
    return change.get("Message") or change.get("Code") or ""
