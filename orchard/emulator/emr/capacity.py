"""The instances of clusters: groups and fleets get them, are resized, and give them back."""

from typing import Any

from moto.emr.models import EXAMPLE_AMI_ID

from orchard.emulator.emr import instance_rules
from orchard.emulator.emr.cluster import ManagedCluster
from orchard.emulator.emr.errors import ValidationException, not_running
from orchard.emulator.emr.fleets import MARKETS, Fleet
from orchard.emulator.emr.groups import ManagedGroup
from orchard.emulator.emr.nodes import Node

# System tags of a cluster's instances (Amazon EMR Management Guide, "Tag and categorize Amazon EMR cluster resources").
JOB_FLOW, ROLE = "aws:elasticmapreduce:job-flow-id", "aws:elasticmapreduce:instance-group-role"
SIZES = ("TargetOnDemandCapacity", "TargetSpotCapacity", "ResizeSpecifications", "InstanceTypeConfigs", "Context")


class Capacity:
    """Brings instances to clusters and takes them away again, in the EC2 of one region."""

    def __init__(self, ec2: Any) -> None:
        self.ec2 = ec2

    def add_groups(self, cluster: ManagedCluster, configs: list[dict[str, Any]]) -> list[ManagedGroup]:
        """Make groups with their instances from plain InstanceGroupConfigs."""
        added = [ManagedGroup(cluster, config) for config in configs]
        for group in added:
            cluster.emr_backend.instance_groups[group.id] = group
            cluster.add_instance_group(group)
            self._launch(cluster, group, group.market, group.num_instances)
        return added

    def add_fleet(self, cluster: ManagedCluster, config: dict[str, Any]) -> Fleet:
        """Make a fleet with its instances from a plain InstanceFleetConfig."""
        fleet = Fleet(cluster, config)
        cluster.fleets.append(fleet)
        for market in MARKETS:
            self._launch(cluster, fleet, market, fleet.instances(market))
        return fleet

    def change_group(self, group: ManagedGroup, change: dict[str, Any]) -> None:
        """Apply an InstanceGroupModifyConfig: another number of instances, other configurations.

        Raises:
            ValidationException: the cluster is not up, or the group is the primary node's.
        """
        count, leaving = change.get("InstanceCount"), change.get("EC2InstanceIdsToTerminate") or []
        if group.cluster.state not in ("RUNNING", "WAITING"):
            raise not_running("instance group")
        if count is not None and group.role == "MASTER":
            raise ValidationException("A master instance group may not be resized.")
        if leaving:
            self.dismiss(group.cluster, [n for n in group.cluster.ec2_instances if n.ec2_instance_id in leaving])
            count = sum(node.owner is group for node in group.cluster.ec2_instances)
        if "Configurations" in change:
            group.configure(change["Configurations"])
        group.shrink_policy = change.get("ShrinkPolicy", group.shrink_policy)
        if count is not None:
            self._fit(group.cluster, group, group.market, int(count))
            group.set_instance_count(int(count))

    def change_fleet(self, fleet: Fleet, change: dict[str, Any]) -> None:
        """Apply an InstanceFleetModifyConfig.

        Raises:
            ValidationException: the cluster is not up, or the fleet is the primary node's.
        """
        if fleet.cluster.state not in ("RUNNING", "WAITING"):
            raise not_running("instance fleet")
        if fleet.role == "MASTER":
            raise ValidationException("A master instance fleet may not be resized.")
        sizes = {name: change[name] for name in SIZES if change.get(name) is not None}
        for config in sizes.get("InstanceTypeConfigs", []):
            instance_rules.check_type(config["InstanceType"], fleet.cluster.release_label, self.ec2.region_name)
        fleet.config |= sizes
        for market in MARKETS:
            self._fit(fleet.cluster, fleet, market, fleet.instances(market))

    def _fit(self, cluster: ManagedCluster, owner: ManagedGroup | Fleet, market: str, count: int) -> None:
        here = [node for node in cluster.ec2_instances if node.owner is owner and node.market == market]
        self.dismiss(cluster, here[count:])
        self._launch(cluster, owner, market, count - len(here))

    def _launch(self, cluster: ManagedCluster, owner: ManagedGroup | Fleet, market: str, count: int) -> None:
        if count <= 0:
            return
        asked = {"instance_type": owner.instance_type, "is_instance_type_default": False}
        if market == "SPOT":
            asked["instance_market_options"] = {"MarketType": "spot"}
        for instance in self.ec2.run_instances(EXAMPLE_AMI_ID, count, None, [], **asked).instances:
            node = Node(instance, owner, market)
            cluster.nodes.append(node)
            cluster.add_instance(node)
        self.tag(cluster)

    def dismiss(self, cluster: ManagedCluster, nodes: list[Node]) -> None:
        """Terminate instances of a cluster."""
        if ids := [node.ec2_instance_id for node in nodes]:
            self.ec2.terminate_instances(ids)
            # Terminated instances lose their tags (EC2 User Guide, "Terminate Amazon EC2 instances").
            self.ec2.delete_tags(ids, dict.fromkeys([*cluster._tags, JOB_FLOW, ROLE]))
            cluster.ec2_instances = [node for node in cluster.ec2_instances if node.ec2_instance_id not in ids]
            for node in nodes:
                node.end()

    def tag(self, cluster: ManagedCluster) -> None:
        """Give the nodes the cluster's tags and EMR's own; moto 5.2.5 leaves them without any."""
        for node in cluster.ec2_instances:
            own = {JOB_FLOW: cluster.id, ROLE: node.owner.role}
            self.ec2.create_tags([node.ec2_instance_id], {**cluster._tags, **own})
