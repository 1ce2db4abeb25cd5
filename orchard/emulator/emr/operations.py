"""The operations of the EMR API that moto 5.2.5 lacks or answers differently from EMR."""

from moto.core.responses import ActionResult, EmptyResult

from orchard.emulator.emr import policies, registration, roles, validation
from orchard.emulator.emr.cluster import ManagedCluster
from orchard.emulator.emr.instance_operations import InstanceOperations
from orchard.emulator.emr.notebook_operations import NotebookOperations
from orchard.emulator.emr.policies import AUTO_TERMINATION, MANAGED_SCALING
from orchard.emulator.emr.release_operations import ReleaseOperations
from orchard.emulator.emr.session_operations import SessionOperations
from orchard.emulator.emr.studio_operations import StudioOperations
from orchard.emulator.permissions.access import CALLER


class EmrOperations(InstanceOperations, ReleaseOperations, StudioOperations, NotebookOperations, SessionOperations):
    """One method for each operation; those on clusters, steps and policies are here."""

    # Clusters ---------------------------------------------------------------------------------------------------
    def run_job_flow(self) -> ActionResult:
        """RunJobFlow."""
        fields = self.fields
        validation.check_cluster(self.emr, fields)
        cluster = registration.register(self.emr, fields)
        cluster.has_cleanup_role = roles.ensure_cleanup(self.normalized_request.environ[CALLER], cluster)
        self.emr.begin(cluster)
        return ActionResult({"JobFlowId": cluster.id, "ClusterArn": cluster.arn})

    def set_unhealthy_node_replacement(self) -> EmptyResult:
        """SetUnhealthyNodeReplacement."""
        for cluster in self._job_flows():
            cluster.unhealthy_node_replacement = self._get_bool_param("UnhealthyNodeReplacement")
        return EmptyResult()

    def set_termination_protection(self) -> EmptyResult:
        """SetTerminationProtection."""
        for cluster in self._job_flows():
            cluster.set_termination_protection(self._get_bool_param("TerminationProtected"))
        return EmptyResult()

    def set_visible_to_all_users(self) -> EmptyResult:
        """SetVisibleToAllUsers."""
        for cluster in self._job_flows():
            cluster.set_visibility(self._get_bool_param("VisibleToAllUsers"))
        return EmptyResult()

    def set_keep_job_flow_alive_when_no_steps(self) -> EmptyResult:
        """SetKeepJobFlowAliveWhenNoSteps."""
        for cluster in self._job_flows():
            with cluster.changed:
                cluster.keep_job_flow_alive_when_no_steps = self._get_bool_param("KeepJobFlowAliveWhenNoSteps")
                cluster.changed.notify_all()
        return EmptyResult()

    def _job_flows(self) -> list[ManagedCluster]:
        return [self.emr.job_flow(number) for number in self._get_param("JobFlowIds", [])]

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
