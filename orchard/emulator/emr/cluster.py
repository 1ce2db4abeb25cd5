"""A cluster: its state, its steps, why it ended.

moto 5.2.5 emr/models.py puts a new cluster into WAITING at once, never runs its steps and ends it in the middle of a
request. Here the states are entered by `life.ClusterLife`, one after the other, with the reasons and timelines of
the Amazon EMR API Reference (ClusterStatus).
"""

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow
from moto.emr.models import Cluster

from orchard.emulator.emr.step import ACTIVE, ClusterStep

if TYPE_CHECKING:
    from orchard.emulator.emr.fleets import Fleet
    from orchard.emulator.emr.nodes import Node

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
    requested_subnets: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.changed = threading.Condition()
        self.end: End | None = None
        self.reason: dict[str, str] = {}
        self.has_cleanup_role = True  # whether there is a role in which EMR can give its instances back
        self.idle_timeout: int | None = None  # seconds, of the auto-termination policy
        self.idle_since = 0.0  # emulated time
        self.ended_at: float | None = None  # emulated time
        self.asked_instances: dict[str, Any] = {}  # JobFlowInstancesConfig, as the request has it
        self.fleets: list[Fleet] = []
        self.nodes: list[Node] = []  # also those that are gone; moto's `ec2_instances` are those that are there
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
    def instance_collection_type(self) -> str:
        """Whether the instances are in groups or in fleets."""
        return "INSTANCE_FLEET" if self.fleets else "INSTANCE_GROUP"

    @property
    def units(self) -> list[Any]:
        """The groups or fleets: what has a role, an instance type and a number of instances."""
        return self.fleets or self.instance_groups

    @property
    def _primary(self) -> "Node | None":
        primaries = [node for node in self.nodes if node.owner.role == "MASTER"]
        return primaries[0] if primaries else None

    @property
    def primary_instance(self) -> str:
        """The id of the EC2 instance that runs the primary node, for paths and messages."""
        return self._primary.ec2_instance_id if self._primary else "i-00000000000000000"

    @property
    def namenode(self) -> str:
        """The host that HDFS goes by: the primary node's private name."""
        return self._primary.private_dns_name if self._primary else "primary"

    @property
    def master_public_dns_name(self) -> str | None:
        """The name of the primary node. moto's instances are named as those of us-east-1 are."""
        if self._primary is None:
            return None
        public = self._primary.public_dns_name
        named = public and public.replace(".compute-1.", f".{self.emr_backend.region_name}.compute.")
        return named or self._primary.private_dns_name

    @property
    def master_instance_type(self) -> str:
        """The type of the primary node, as DescribeJobFlows shows it."""
        return self._type_of("MASTER")

    @property
    def slave_instance_type(self) -> str:
        """The type of the core nodes, as DescribeJobFlows shows it."""
        return self._type_of("CORE")

    def _type_of(self, role: str) -> str:
        return next((unit.instance_type for unit in self.units if unit.role == role), "")

    @property
    def ec2_instance_attributes(self) -> Any:
        """Ec2InstanceAttributes, with the subnets that a cluster of fleets may choose from.

        Additional groups are a set, and EMR promises no order: they come in another than they were given in.
        """
        described = super().ec2_instance_attributes
        described.additional_master_security_groups = (described.additional_master_security_groups or [])[::-1]
        described.requested_ec2_subnet_ids = list(self.requested_subnets)
        return described

    @property
    def cluster_arn(self) -> str:
        """The ARN, under the name that ListClusters gives it."""
        return self.arn

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
