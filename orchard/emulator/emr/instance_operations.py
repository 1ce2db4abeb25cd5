"""The operations on instances, their groups and fleets."""

from moto.core.responses import ActionResult, EmptyResult, PaginatedResult

from orchard.emulator.emr import instance_rules, nodes
from orchard.emulator.emr.cluster import ManagedCluster
from orchard.emulator.emr.errors import InvalidRequestException, ValidationException, wrong_collection
from orchard.emulator.emr.fleets import Fleet
from orchard.emulator.emr.requests import EmrRequest


class InstanceOperations(EmrRequest):
    """One method for each operation."""

    # Groups -----------------------------------------------------------------------------------------------------
    def add_instance_groups(self) -> ActionResult:
        """AddInstanceGroups. moto's answer lacks the ids, without which the AWS provider 5.100 panics."""
        fields = self.fields
        cluster = self._with_groups(self.emr.job_flow(fields["JobFlowId"]), "AddInstanceGroups", "AddInstanceFleet")
        for group in fields["InstanceGroups"]:
            instance_rules.check_group(group, cluster.release_label, self.emr.region_name)
            role = group["InstanceRole"]
            if role != "TASK" and any(role == other.role for other in cluster.instance_groups):
                raise ValidationException(
                    f"Multiple {role.lower()} instance groups supplied, "
                    f"you must specify exactly one {role.lower()} instance group"
                )
        added = self.emr.capacity.add_groups(cluster, fields["InstanceGroups"])
        return ActionResult(
            {
                "JobFlowId": cluster.id,
                "InstanceGroupIds": [group.id for group in added],
                "ClusterArn": cluster.arn,
            }
        )

    def list_instance_groups(self) -> ActionResult:
        """ListInstanceGroups."""
        cluster = self.emr.describe_cluster(self._get_param("ClusterId"))
        groups = self._with_groups(cluster, "ListInstanceGroups", "ListInstanceFleets").instance_groups
        return PaginatedResult({"InstanceGroups": groups})

    def modify_instance_groups(self) -> EmptyResult:
        """ModifyInstanceGroups."""
        for change in self.fields.get("InstanceGroups", []):
            group = self.emr.instance_groups[change["InstanceGroupId"]]
            self.emr.living(group.cluster_id)
            self.emr.capacity.change_group(group, change)
        return EmptyResult()

    def put_auto_scaling_policy(self) -> ActionResult:
        """PutAutoScalingPolicy; moto fails on an unknown group."""
        self.emr.living(self._get_param("ClusterId"))
        self.emr.instance_groups[self._get_param("InstanceGroupId")]
        return super().put_auto_scaling_policy()

    def remove_auto_scaling_policy(self) -> ActionResult:
        """RemoveAutoScalingPolicy."""
        self.emr.instance_groups[self._get_param("InstanceGroupId")]
        return super().remove_auto_scaling_policy()

    # Fleets -----------------------------------------------------------------------------------------------------
    def add_instance_fleet(self) -> ActionResult:
        """AddInstanceFleet."""
        fields = self.fields
        cluster = self._with_fleets(self.emr.living(fields["ClusterId"]), "AddInstanceFleet", "AddInstanceGroups")
        asked = fields["InstanceFleet"]
        instance_rules.check_fleet(asked, cluster.release_label, self.emr.region_name)
        if any(fleet.role == asked["InstanceFleetType"] for fleet in cluster.fleets):
            role = asked["InstanceFleetType"].lower()
            raise ValidationException(
                f"Multiple {role} instance fleets supplied, you must specify exactly one {role} instance fleet"
            )
        fleet = self.emr.capacity.add_fleet(cluster, asked)
        return ActionResult({"ClusterId": cluster.id, "InstanceFleetId": fleet.id, "ClusterArn": cluster.arn})

    def list_instance_fleets(self) -> ActionResult:
        """ListInstanceFleets; the AWS provider asks for them of every cluster."""
        cluster = self.emr.describe_cluster(self._get_param("ClusterId"))
        fleets = self._with_fleets(cluster, "ListInstanceFleets", "ListInstanceGroups").fleets
        return PaginatedResult({"InstanceFleets": [fleet.describe() for fleet in fleets]})

    def modify_instance_fleet(self) -> EmptyResult:
        """ModifyInstanceFleet."""
        fields = self.fields
        cluster = self._with_fleets(self.emr.living(fields["ClusterId"]), "ModifyInstanceFleet", "ModifyInstanceGroups")
        change = fields["InstanceFleet"]
        self.emr.capacity.change_fleet(_fleet(cluster, change["InstanceFleetId"]), change)
        return EmptyResult()

    # Instances --------------------------------------------------------------------------------------------------
    def list_instances(self) -> ActionResult:
        """ListInstances; moto knows neither the states nor the fleets."""
        fields = self.fields
        cluster = self.emr.describe_cluster(fields["ClusterId"])
        if fields.get("InstanceGroupId"):
            self.emr.instance_groups[fields["InstanceGroupId"]]
        if fields.get("InstanceFleetId"):
            _fleet(cluster, fields["InstanceFleetId"])
        return PaginatedResult({"Instances": nodes.select(cluster, fields)})

    @staticmethod
    def _with_groups(cluster: ManagedCluster, operation: str, other: str) -> ManagedCluster:
        if cluster.fleets:
            raise wrong_collection(operation, "fleets", other)
        return cluster

    @staticmethod
    def _with_fleets(cluster: ManagedCluster, operation: str, other: str) -> ManagedCluster:
        if not cluster.fleets:
            raise wrong_collection(operation, "groups", other)
        return cluster


def _fleet(cluster: ManagedCluster, number: str) -> Fleet:
    for fleet in cluster.fleets:
        if fleet.id == number:
            return fleet
    raise InvalidRequestException(f"Instance fleet id '{number}' is not valid.")
