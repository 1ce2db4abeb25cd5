"""The instances of a cluster, those that are gone included, as ListInstances shows them."""

from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow
from moto.emr.models import Instance
from moto.emr.utils import random_id

from orchard.emulator.emr import groups
from orchard.emulator.emr.fleets import Fleet
from orchard.emulator.emr.groups import ManagedGroup

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster


class Node(Instance):
    """An instance of EC2 in a group or a fleet.

    Args:
        ec2_instance: moto's.
        owner: the group or the fleet that it is in.
        market: ON_DEMAND or SPOT.
    """

    market = "ON_DEMAND"  # a plain attribute, where moto's is the group's

    def __init__(self, ec2_instance: Any, owner: ManagedGroup | Fleet, market: str) -> None:
        super().__init__(ec2_instance, owner, instance_id=f"ci-{random_id()}")
        self.instance_fleet_id = owner.id if isinstance(owner, Fleet) else None
        self.market, self.created, self.ended = market, utcnow(), None

    @property
    def owner(self) -> ManagedGroup | Fleet:
        """The group or fleet."""
        return self.instance_group

    @property
    def instance_group_id(self) -> str | None:
        """The group's id; an instance of a fleet is in no group."""
        return None if isinstance(self.owner, Fleet) else self.owner.id

    def end(self) -> None:
        """Note that the instance is terminated."""
        self.ended = self.ended or utcnow()

    @property
    def state(self) -> str:
        """InstanceState: the cluster's, until the instance itself is terminated."""
        state = "TERMINATED" if self.ended else groups.STATES.get(self.owner.cluster.state or "", "RUNNING")
        return "RUNNING" if state == "TERMINATING" else state

    @property
    def status(self) -> dict[str, Any]:
        """InstanceStatus."""
        described = groups.status(self.owner.cluster, self.created)
        described["Timeline"] |= {"EndDateTime": self.ended} if self.ended else {}
        return described | {"State": self.state}


def select(cluster: "ManagedCluster", asked: dict[str, Any]) -> list[Node]:
    """Find the instances that ListInstances' members ask for, in the order of their start."""
    wanted = {
        "InstanceGroupId": lambda node, value: node.instance_group_id == value,
        "InstanceFleetId": lambda node, value: node.instance_fleet_id == value,
        "InstanceGroupTypes": lambda node, value: node.owner.role in value,
        "InstanceFleetType": lambda node, value: node.owner.role == value,
        "InstanceStates": lambda node, value: node.state in value,
    }
    filters = [(test, asked[name]) for name, test in wanted.items() if asked.get(name)]
    return [node for node in cluster.nodes if all(test(node, value) for test, value in filters)]
