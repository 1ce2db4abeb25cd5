"""The one-time schedule that ends a cluster whatever it does: give it the cluster, read it, and move it."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from orchard.base import durations
from orchard.base.errors import OrchardError, UsageError
from orchard.diagnosis.aws import NotFoundError

MOST = timedelta(hours=168)  # from a cluster's creation, as terraform/modules/lifetime allows
SOON = timedelta(minutes=5)  # for a cluster that has outlived a lifetime which was shortened; none in the past is taken
_SUFFIX = "-end-of-life"  # as terraform/modules/lifetime has it
_ONCE = re.compile(r"at\((\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\)")
# What UpdateSchedule takes of what GetSchedule tells. It replaces the whole schedule: what is left out is lost
# (EventBridge Scheduler API Reference, UpdateSchedule).
_KEPT = (
    *("Name", "GroupName", "Description", "State", "StartDate", "EndDate", "ScheduleExpressionTimezone"),
    *("FlexibleTimeWindow", "Target", "KmsKeyArn", "ActionAfterCompletion"),
)


class HardLimit(NamedTuple):
    """When a cluster ends whatever it does.

    Attributes:
        ends_at: the moment, UTC.
        enabled: whether the schedule will act.
        cluster_ids: which clusters it ends.
    """

    ends_at: datetime
    enabled: bool
    cluster_ids: list[str]


def name_of(cluster_name: str) -> str:
    """Name the schedule that ends the cluster of that name."""
    return cluster_name + _SUFFIX


def cluster_of(name: str) -> str | None:
    """Name the cluster that a schedule of that name ends; None where it is none of Orchard's."""
    return name.removesuffix(_SUFFIX) if name.endswith(_SUFFIX) else None


def hard_limit(scheduler: Any, cluster_name: str) -> HardLimit | None:
    """Read a cluster's hard limit; None where it has none, or none that Orchard made.

    Args:
        scheduler: boto3's client.
        cluster_name: on EMR.

    Raises:
        AwsError: AWS refuses.
    """
    told = _schedule(scheduler, cluster_name)
    return _read(told) if told else None


def arm(scheduler: Any, cluster_id: str, cluster_name: str, created: datetime, lifetime: timedelta) -> bool:
    """Make the schedule of that name end a cluster that it does not know yet.

    Terraform makes the schedule before the cluster, of which EMR then makes up the id; it ends clusters by id alone
    (Amazon EMR API Reference, TerminateJobFlows).

    Args:
        scheduler: boto3's client.
        cluster_id: of the cluster.
        cluster_name: on EMR.
        created: when the cluster was made.
        lifetime: how long it may live.

    Returns:
        whether the cluster has an end now; not where there is no schedule yet.

    Raises:
        AwsError: AWS refuses.
    """
    if not (told := _schedule(scheduler, cluster_name)):
        return False
    limit = _read(told)
    if limit is None or cluster_id not in limit.cluster_ids:
        end = max(created + lifetime, datetime.now(UTC) + SOON)
        target = told["Target"] | {"Input": json.dumps({"JobFlowIds": [cluster_id]})}
        _update(scheduler, told | {"Target": target, "State": "ENABLED"}, end)
    return True


def extend(scheduler: Any, cluster_id: str, cluster_name: str, created: datetime, by: timedelta) -> datetime:
    """Move a cluster's hard limit; Terraform leaves it where it is moved to.

    Args:
        scheduler: boto3's client.
        cluster_id: of the cluster.
        cluster_name: on EMR.
        created: when the cluster was made.
        by: how much later it is to end.

    Returns:
        the new end.

    Raises:
        OrchardError: the cluster has no such schedule, or it is another cluster's.
        UsageError: the end would be later than a week after the cluster's creation.
    """
    told = _schedule(scheduler, cluster_name)
    limit = _read(told) if told else None
    if limit is None or cluster_id not in limit.cluster_ids:
        raise OrchardError(
            f"the cluster {cluster_name} ({cluster_id}) has no schedule that ends it", "./inv up makes one"
        )
    end = limit.ends_at + by
    if end > created + MOST:
        left = created + MOST - limit.ends_at
        more = f"extend it by {durations.say(left.total_seconds())} at most, or " if left > timedelta(minutes=1) else ""
        raise UsageError(
            f"the cluster may live until {created + MOST:%Y-%m-%d %H:%M} UTC, a week after its creation, not longer",
            f"{more}start a new one after it: ./inv down up",
        )
    _update(scheduler, told, end)
    return end


def _update(scheduler: Any, told: dict[str, Any], end: datetime) -> None:
    kept = {member: told[member] for member in _KEPT if told.get(member) is not None}
    scheduler.update_schedule(**kept, ScheduleExpression=f"at({end.astimezone(UTC):%Y-%m-%dT%H:%M:%S})")


def _schedule(scheduler: Any, cluster_name: str) -> dict[str, Any]:
    """Ask for a cluster's schedule; empty where it has none."""
    try:
        return scheduler.get_schedule(Name=name_of(cluster_name))
    except NotFoundError:
        return {}


def _read(told: dict[str, Any]) -> HardLimit | None:
    found = _ONCE.fullmatch(told["ScheduleExpression"])
    if not found or told.get("ScheduleExpressionTimezone", "UTC") != "UTC":
        return None
    ids = json.loads(told["Target"].get("Input") or "{}").get("JobFlowIds", [])
    return HardLimit(
        datetime.fromisoformat(found[1]).replace(tzinfo=UTC), told.get("State", "ENABLED") == "ENABLED", ids
    )
