"""A cluster: its state, its steps, why it ended.

moto 5.2.5 emr/models.py puts a new cluster into WAITING at once, never runs its steps and ends it in the middle of a
request. Here the states are entered by `life.ClusterLife`, one after the other, with the reasons and timelines of
the Amazon EMR API Reference (ClusterStatus).
"""

import threading
from dataclasses import dataclass
from typing import Any

from moto.core.utils import utcnow
from moto.emr.models import Cluster

from orchard.emulator.emr.step import ACTIVE, ClusterStep

OVER = frozenset({"TERMINATING", "TERMINATED", "TERMINATED_WITH_ERRORS"})


@dataclass(frozen=True)
class End:
    """Why a cluster ends: a ClusterStateChangeReason code, its message, and whether that is an error."""

    code: str
    message: str
    with_errors: bool = False


class ManagedCluster(Cluster):
    """A cluster whose states follow one another. Changes to it are made while holding `changed`."""

    # RunJobFlow members that moto drops, and DescribeCluster shows.
    scale_down_behavior: str | None = None
    os_release_label: str | None = None
    log_encryption_kms_key_id: str | None = None
    unhealthy_node_replacement: bool | None = None
    custom_ami_id: str | None = None
    placement_groups: list[dict[str, str]] | None = None
    instance_collection_type = "INSTANCE_GROUP"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.changed = threading.Condition()
        self.end: End | None = None
        self.reason: dict[str, str] = {}
        self.idle_timeout: int | None = None  # seconds, of the auto-termination policy
        self.idle_since = 0.0  # emulated time
        super().__init__(*args, **kwargs)

    def start_cluster(self) -> None:
        """Enter STARTING (called by moto's constructor)."""
        self.state, self.start_datetime = "STARTING", utcnow()
        self.reason = {"Message": "Configuring cluster software"}

    def run_bootstrap_actions(self) -> None:
        """Do nothing: `ClusterLife` does it when its turn comes (called by moto's constructor)."""

    def enter(self, state: str, message: str = "") -> None:
        """Enter a state of a living cluster, unless the cluster has been told to end."""
        with self.changed:
            if self.end is None and self.state != state:
                self.state, self.reason = state, {"Message": message} if message else {}
                self.changed.notify_all()

    def end_with(self, end: End) -> None:
        """Tell the cluster to end. TERMINATING shows at once; the first reason given stays."""
        with self.changed:
            if self.end is None:
                self.end, self.state = end, "TERMINATING"
                self.reason = {"Code": end.code, "Message": end.message}
                self.changed.notify_all()

    def finish(self) -> None:
        """Enter the final state, and let the instances go."""
        with self.changed:
            assert self.end is not None  # noqa: S101 - only the life of an ending cluster calls this
            self.end_datetime = utcnow()
            for group in self.instance_groups:
                group.state, group.end_date_time = "TERMINATED", self.end_datetime
            self.state = "TERMINATED_WITH_ERRORS" if self.end.with_errors else "TERMINATED"
            self.changed.notify_all()

    def terminate(self) -> None:
        """End the cluster because a user asked for it (called by moto's TerminateJobFlows)."""
        self.end_with(End("USER_REQUEST", "Terminated by user request"))

    @property
    def living(self) -> bool:
        """Whether the cluster accepts changes."""
        return self.state not in OVER

    def add_steps(self, steps: list[Any]) -> list[ClusterStep]:
        """Queue steps (plain StepConfig members)."""
        added = [ClusterStep(step) for step in steps]
        with self.changed:
            self.steps.extend(added)
            self.changed.notify_all()
        return added

    def active_steps(self) -> list[ClusterStep]:
        """List the steps that have not ended, oldest first."""
        return [step for step in self.steps if step.state in ACTIVE]

    @property
    def primary_instance(self) -> str:
        """The id of the EC2 instance that runs the primary node, for paths and messages."""
        nodes = [node for node in self.ec2_instances if node.instance_group.role == "MASTER"]
        return nodes[0].ec2_instance_id if nodes else "i-00000000000000000"

    @property
    def status(self) -> dict[str, Any]:
        """ClusterStatus; moto's has no reason code, and a ready time from the first moment."""
        timeline = {
            "CreationDateTime": self.creation_datetime,
            "ReadyDateTime": self.ready_datetime,
            "EndDateTime": self.end_datetime,
        }
        return {
            "State": self.state,
            "StateChangeReason": self.reason,
            "Timeline": {name: moment for name, moment in timeline.items() if moment},
        }
