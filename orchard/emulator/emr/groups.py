"""An instance group, with what moto 5.2.5 drops of it: configurations, EBS optimisation, an AMI, a shrink policy.

Terraform reads all of them back, and makes the group anew where they differ.
"""

from typing import TYPE_CHECKING, Any

from moto.emr.models import InstanceGroup
from moto.emr.utils import random_id

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

# What a group or a fleet is in while its cluster is in a state (API Reference, InstanceGroupStatus); else RUNNING.
STATES = {
    "STARTING": "PROVISIONING",
    "BOOTSTRAPPING": "BOOTSTRAPPING",
    "TERMINATING": "TERMINATING",
    "TERMINATED": "TERMINATED",
    "TERMINATED_WITH_ERRORS": "TERMINATED",
}

# What a gp3 volume has unasked (Amazon EBS User Guide, "General Purpose SSD volumes"). Whether EMR tells it is not
# verified; a client must bear it. Its throughput is left out: with it the provider could make no group of tasks at all.
GP3 = {"Iops": 3000}


def status(cluster: "ManagedCluster", created: Any) -> dict[str, Any]:
    """InstanceGroupStatus, and InstanceFleetStatus: how it goes with the cluster."""
    moments = {
        "CreationDateTime": created,
        "ReadyDateTime": max(created, cluster.ready_datetime) if cluster.ready_datetime else None,
        "EndDateTime": cluster.end_datetime,
    }
    return {
        "State": STATES.get(cluster.state or "", "RUNNING"),
        "StateChangeReason": {"Message": ""},
        "Timeline": {name: moment for name, moment in moments.items() if moment},
    }


def ebs_volumes(configuration: dict[str, Any] | None) -> list[dict[str, Any]]:
    """List the EbsBlockDevices that an EbsConfiguration makes on each instance, with what EBS puts in by itself."""
    asked = (configuration or {}).get("EbsBlockDeviceConfigs", [])
    each = [_filled_in(config) for config in asked for _ in range(config.get("VolumesPerInstance", 1))]
    return [{"VolumeSpecification": volume, "Device": f"/dev/sd{chr(ord('b') + n)}"} for n, volume in enumerate(each)]


def _filled_in(config: dict[str, Any]) -> dict[str, Any]:
    specification = config["VolumeSpecification"]
    return (GP3 if specification.get("VolumeType") == "gp3" else {}) | specification


class ManagedGroup(InstanceGroup):
    """A group of instances of one type in a cluster.

    Args:
        cluster: that it belongs to.
        config: a plain InstanceGroupConfig.
    """

    def __init__(self, cluster: "ManagedCluster", config: dict[str, Any]) -> None:
        self.cluster, role = cluster, config["InstanceRole"]
        super().__init__(
            cluster_id=cluster.id,
            instance_count=int(config["InstanceCount"]),
            instance_role=role,
            instance_type=config["InstanceType"],
            market=config.get("Market") or "ON_DEMAND",
            name=config.get("Name"),
            instance_group_id=f"ig-{random_id()}",
            bid_price=config.get("BidPrice"),
            ebs_configuration=config.get("EbsConfiguration"),
            auto_scaling_policy=config.get("AutoScalingPolicy"),
        )
        self.instance_group_id = self.id
        self.name = config.get("Name")  # moto makes one up, for which Terraform would make the group anew
        self.custom_ami_id = config.get("CustomAmiId")
        self.shrink_policy: dict[str, Any] = {}
        self.configure(config.get("Configurations") or [])

    def configure(self, configurations: list[dict[str, Any]]) -> None:
        """Replace the group's configurations."""
        self.configurations = self.last_successfully_applied_configurations = configurations
        self.configurations_version = getattr(self, "configurations_version", -1) + 1

    @property
    def ebs_optimized(self) -> bool:
        """Whether the group asked for EBS-optimised instances."""
        return bool((self.ebs_configuration or {}).get("EbsOptimized"))

    @property
    def ebs_block_devices(self) -> list[dict[str, Any]]:
        """The volumes of each instance."""
        return ebs_volumes(self.ebs_configuration)

    @property
    def status(self) -> dict[str, Any]:
        """InstanceGroupStatus."""
        return status(self.cluster, self.creation_date_time)
