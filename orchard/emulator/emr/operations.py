"""The operations of the EMR API that moto 5.2.5 lacks or answers differently from EMR."""

from typing import Any

from moto.core.responses import ActionResult, BaseResponse, EmptyResult, PaginatedResult
from moto.emr.responses import ElasticMapReduceResponse

from orchard.emulator.emr import policies, validation
from orchard.emulator.emr.backend import EmrBackend
from orchard.emulator.emr.errors import InvalidRequestException
from orchard.emulator.emr.policies import AUTO_TERMINATION, MANAGED_SCALING
from orchard.emulator.emr.requests import plain

# RunJobFlow member -> attribute of the cluster, for what moto drops.
KEPT = {
    "ScaleDownBehavior": "scale_down_behavior",
    "OSReleaseLabel": "os_release_label",
    "LogEncryptionKmsKeyId": "log_encryption_kms_key_id",
    "PlacementGroupConfigs": "placement_groups",
}


class EmrOperations(ElasticMapReduceResponse):
    """One method for each operation, in the order of the Amazon EMR API Reference."""

    # moto's EMR answers for us-east-1 unless the region is in the host name, which an endpoint URL never has.
    get_region_from_url = BaseResponse.get_region_from_url

    @property
    def emr(self) -> EmrBackend:
        """The backend of the request's region."""
        return self.backend

    @property
    def fields(self) -> dict[str, Any]:
        """The request's members."""
        return plain(self.params)

    # Clusters ---------------------------------------------------------------------------------------------------
    def run_job_flow(self) -> ActionResult:
        """RunJobFlow: moto registers the cluster; then it begins to live."""
        fields = self.fields
        validation.check_cluster(self.emr, fields)
        self.params["Steps"] = fields.get("Steps", [])  # plain ones: moto's constructor would unpack its own
        answer = super().run_job_flow()
        cluster = self.emr.describe_cluster(answer.result["JobFlowId"])
        for member, attribute in KEPT.items():
            if fields.get(member) is not None:
                setattr(cluster, attribute, fields[member])
        cluster.unhealthy_node_replacement = fields["Instances"].get("UnhealthyNodeReplacement", False)
        for kind in (AUTO_TERMINATION, MANAGED_SCALING):
            if fields.get(kind):
                policies.put(self.emr, cluster.id, kind, fields[kind])
        self.emr.begin(cluster)
        return answer

    def add_instance_groups(self) -> ActionResult:
        """AddInstanceGroups: moto answers with the groups under `InstanceGroups`.

        EMR answers with their ids, and without those the AWS provider 5.100 panics. moto launches no instances either.
        """
        cluster = self.emr.describe_cluster(self._get_param("JobFlowId"))
        groups = self.emr.add_instance_groups(cluster.id, self._get_param("InstanceGroups", []))
        self.emr.launch(cluster, groups)
        return ActionResult(
            {
                "JobFlowId": cluster.id,
                "InstanceGroupIds": [group.id for group in groups],
                "ClusterArn": cluster.arn,
            }
        )

    def list_instance_fleets(self) -> ActionResult:
        """ListInstanceFleets: refused, as for every cluster of groups; the provider always asks."""
        self.emr.describe_cluster(self._get_param("ClusterId"))
        raise InvalidRequestException(
            "Instance fleets and instance groups are mutually exclusive. The EMR cluster specified in the request "
            "uses instance groups. The ListInstanceFleets request does not support clusters that use instance groups."
        )

    def set_unhealthy_node_replacement(self) -> EmptyResult:
        """SetUnhealthyNodeReplacement."""
        for number in self._get_param("JobFlowIds", []):
            cluster = self.emr.describe_cluster(number)
            cluster.unhealthy_node_replacement = self._get_bool_param("UnhealthyNodeReplacement")
        return EmptyResult()

    def set_keep_job_flow_alive_when_no_steps(self) -> EmptyResult:
        """SetKeepJobFlowAliveWhenNoSteps."""
        for number in self._get_param("JobFlowIds", []):
            cluster = self.emr.describe_cluster(number)
            with cluster.changed:
                cluster.keep_job_flow_alive_when_no_steps = self._get_bool_param("KeepJobFlowAliveWhenNoSteps")
                cluster.changed.notify_all()
        return EmptyResult()

    # Steps ------------------------------------------------------------------------------------------------------
    def add_job_flow_steps(self) -> ActionResult:
        """AddJobFlowSteps."""
        fields = self.fields
        role = {"ExecutionRoleArn": fields.get("ExecutionRoleArn")}
        steps = self.emr.add_job_flow_steps(fields["JobFlowId"], [role | step for step in fields["Steps"]])
        return ActionResult({"StepIds": [step.id for step in steps]})

    def cancel_steps(self) -> ActionResult:
        """CancelSteps."""
        option = self._get_param("StepCancellationOption") or "SEND_INTERRUPT"
        answers = self.emr.cancel_steps(self._get_param("ClusterId"), self._get_param("StepIds"), option)
        return ActionResult({"CancelStepsInfoList": answers})

    # Policies ---------------------------------------------------------------------------------------------------
    def put_auto_termination_policy(self) -> EmptyResult:
        """PutAutoTerminationPolicy."""
        return self._put_policy(AUTO_TERMINATION)

    def get_auto_termination_policy(self) -> ActionResult:
        """GetAutoTerminationPolicy."""
        return ActionResult(policies.get(self.emr, self._get_param("ClusterId"), AUTO_TERMINATION))

    def remove_auto_termination_policy(self) -> EmptyResult:
        """RemoveAutoTerminationPolicy."""
        return self._remove_policy(AUTO_TERMINATION)

    def put_managed_scaling_policy(self) -> EmptyResult:
        """PutManagedScalingPolicy."""
        return self._put_policy(MANAGED_SCALING)

    def get_managed_scaling_policy(self) -> ActionResult:
        """GetManagedScalingPolicy."""
        return ActionResult(policies.get(self.emr, self._get_param("ClusterId"), MANAGED_SCALING))

    def remove_managed_scaling_policy(self) -> EmptyResult:
        """RemoveManagedScalingPolicy."""
        return self._remove_policy(MANAGED_SCALING)

    def _put_policy(self, kind: str) -> EmptyResult:
        fields = self.fields
        policies.put(self.emr, fields["ClusterId"], kind, fields.get(kind) or {})
        return EmptyResult()

    def _remove_policy(self, kind: str) -> EmptyResult:
        policies.remove(self.emr, self._get_param("ClusterId"), kind)
        return EmptyResult()

    # Studios ----------------------------------------------------------------------------------------------------
    def create_studio(self) -> ActionResult:
        """CreateStudio."""
        return ActionResult(self.emr.studios.create(self.fields))

    def describe_studio(self) -> ActionResult:
        """DescribeStudio."""
        return ActionResult({"Studio": self.emr.studios.get(self._get_param("StudioId"))})

    def list_studios(self) -> ActionResult:
        """ListStudios."""
        return PaginatedResult({"Studios": self.emr.studios.summaries()})

    def update_studio(self) -> EmptyResult:
        """UpdateStudio."""
        self.emr.studios.update(self._get_param("StudioId"), self.fields)
        return EmptyResult()

    def delete_studio(self) -> EmptyResult:
        """DeleteStudio."""
        self.emr.studios.delete(self._get_param("StudioId"))
        return EmptyResult()

    # Tags: moto knows those of clusters only --------------------------------------------------------------------
    def add_tags(self) -> ActionResult:
        """AddTags, to clusters and studios."""
        fields = self.fields
        if not fields["ResourceId"].startswith("es-"):
            return super().add_tags()
        self.emr.studios.tag(fields["ResourceId"], fields["Tags"])
        return EmptyResult()

    def remove_tags(self) -> ActionResult:
        """RemoveTags, from clusters and studios."""
        fields = self.fields
        if not fields["ResourceId"].startswith("es-"):
            return super().remove_tags()
        self.emr.studios.untag(fields["ResourceId"], fields["TagKeys"])
        return EmptyResult()
