"""The EMR of one region: clusters that live, steps, instance groups, studios and policies."""

from functools import partial
from typing import TYPE_CHECKING, Any

from moto.emr import urls
from moto.emr.models import ElasticMapReduceBackend, Instance, InstanceGroup

from orchard.emulator.emr.cluster import ManagedCluster
from orchard.emulator.emr.errors import (
    Registry,
    ValidationException,
    not_modifiable,
    unknown_step,
)
from orchard.emulator.emr.life import ClusterLife
from orchard.emulator.emr.step import ClusterStep
from orchard.emulator.emr.studios import Studios
from orchard.emulator.emr.validation import check_concurrency, check_steps
from orchard.emulator.options import Options

if TYPE_CHECKING:
    from orchard.emulator.livy.server import Livy
    from orchard.emulator.steps.executor import Executor

# System tags of a cluster's instances (Amazon EMR Management Guide, "Tag and categorize Amazon EMR cluster resources").
JOB_FLOW, ROLE = "aws:elasticmapreduce:job-flow-id", "aws:elasticmapreduce:instance-group-role"


class EmrBackend(ElasticMapReduceBackend):
    """moto's tables with the behaviour of EMR."""

    options: Options
    executor: "Executor"
    livy: "Livy"
    _url_module = urls  # moto looks for urls beside the module of the class itself otherwise

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.clusters = Registry("Cluster")
        self.instance_groups = Registry("Instance group")
        self.studios = Studios(region_name, account_id)
        self.policies: dict[tuple[str, str], dict] = {}  # (cluster id, name of the policy) -> policy

    def run_job_flow(self, **kwargs: Any) -> ManagedCluster:
        """Register a cluster in STARTING. It does not live before `begin`, once its groups are there."""
        kwargs["steps"] = kwargs.get("steps") or []
        attributes = kwargs["instance_attrs"]
        names = ("master", "slave")
        groups = [f"emr_managed_{name}_security_group" for name in names] + ["service_access_security_group"]
        attributes.update(zip(groups, self._manage_security_groups(**attributes), strict=True))
        return ManagedCluster(self, **kwargs)

    def begin(self, cluster: ManagedCluster) -> None:
        """Let a registered cluster live."""
        self.tag_nodes(cluster)
        busy = partial(self.livy.busy, cluster.id)
        ClusterLife(cluster, self.options, self.executor, self._release, busy).start()

    def launch(self, cluster: ManagedCluster, groups: list[InstanceGroup]) -> None:
        """Launch the instances of groups that were added to a living cluster."""
        for group in groups:
            asked = {"instance_count": group.num_instances, "instance_type": group.instance_type}
            if group.market == "SPOT":
                asked["instance_market_options"] = {"MarketType": "spot"}
            self.run_instances(cluster.id, asked, group)
        self.tag_nodes(cluster)

    def terminate_job_flows(self, job_flow_ids: list[str]) -> list[ManagedCluster]:
        """End clusters; unknown ids are refused before any of them ends."""
        for number in job_flow_ids:
            self.describe_cluster(number)
        return super().terminate_job_flows([n for n in job_flow_ids if self.clusters[n].living])

    def _release(self, cluster: ManagedCluster) -> None:
        self.livy.end(cluster.id)
        self._dismiss(cluster, cluster.ec2_instances)

    def _dismiss(self, cluster: ManagedCluster, nodes: list[Instance]) -> None:
        if ids := [node.ec2_instance_id for node in nodes]:
            self.ec2_backend.terminate_instances(ids)
            # Terminated instances lose their tags (EC2 User Guide, "Terminate Amazon EC2 instances").
            self.ec2_backend.delete_tags(ids, dict.fromkeys([*cluster._tags, JOB_FLOW, ROLE]))

    def tag_nodes(self, cluster: ManagedCluster) -> None:
        """Give the nodes the cluster's tags and EMR's own; moto 5.2.5 leaves them without any."""
        for node in cluster.ec2_instances:
            own = {JOB_FLOW: cluster.id, ROLE: node.instance_group.role}
            self.ec2_backend.create_tags([node.ec2_instance_id], {**cluster._tags, **own})

    def add_tags(self, cluster_id: str, tags: dict[str, str]) -> None:
        """Tag a cluster, and with it its nodes."""
        super().add_tags(cluster_id, tags)
        self.tag_nodes(self.clusters[cluster_id])

    # Steps ------------------------------------------------------------------------------------------------------
    def add_job_flow_steps(self, job_flow_id: str, steps: list[dict]) -> list[ClusterStep]:
        """Queue steps on a living cluster."""
        cluster = self.describe_cluster(job_flow_id)
        if not cluster.living:
            raise not_modifiable()
        check_steps(steps, cluster.step_concurrency_level, active=len(cluster.active_steps()))
        return cluster.add_steps(steps)

    def describe_step(self, cluster_id: str, step_id: str) -> ClusterStep:
        """Find a step; moto answers an unknown id with an empty step."""
        step = super().describe_step(cluster_id, step_id)
        if step is None:
            raise unknown_step(step_id)
        return step

    def cancel_steps(self, cluster_id: str, step_ids: list[str], option: str) -> list[dict[str, str]]:
        """Cancel steps (moto lacks the operation): pending ones end at once, running ones are told to stop."""
        cluster = self.describe_cluster(cluster_id)
        if not cluster.living:
            raise not_modifiable()
        steps = [self.describe_step(cluster_id, number) for number in step_ids]
        return [{"StepId": step.id, **self._cancel(cluster, step, option)} for step in steps]

    def _cancel(self, cluster: ManagedCluster, step: ClusterStep, option: str) -> dict[str, str]:
        with cluster.changed:
            state = step.state
            if state == "PENDING":
                step.finish("CANCELLED", "Cancelled by user")
                cluster.changed.notify_all()
            elif state == "RUNNING":
                step.state = "CANCEL_PENDING"
            else:
                return {"Status": "FAILED", "Reason": f"The step is in the state {state}."}
        if state == "RUNNING":
            self.executor.stop(step, at_once=option == "TERMINATE_PROCESS")
        return {"Status": "SUBMITTED"}

    # Changes in place -------------------------------------------------------------------------------------------
    def modify_cluster(self, cluster_id: str, step_concurrency_level: int) -> ManagedCluster:
        """Set how many steps run at a time."""
        cluster = self.describe_cluster(cluster_id)
        if not cluster.living:
            raise not_modifiable()
        check_concurrency(int(step_concurrency_level))
        with cluster.changed:
            cluster.step_concurrency_level = int(step_concurrency_level)
            cluster.changed.notify_all()
        return cluster

    def modify_instance_groups(self, instance_groups: list[dict[str, Any]]) -> None:
        """Resize groups. moto changes the number only; here instances come and go with it."""
        for change in instance_groups:
            group = self.instance_groups[change["instance_group_id"]]
            cluster, count = self.clusters[group.cluster_id], change.get("instance_count")
            if not cluster.living:
                raise not_modifiable()
            if count is not None and group.role == "MASTER":
                raise ValidationException("A master instance group may not be resized.")
            if count is not None:
                self._resize(cluster, group, int(count))

    def _resize(self, cluster: ManagedCluster, group: InstanceGroup, count: int) -> None:
        nodes = [node for node in cluster.ec2_instances if node.instance_group is group]
        surplus = nodes[count:]
        if surplus:
            self._dismiss(cluster, surplus)
            cluster.ec2_instances = [node for node in cluster.ec2_instances if node not in surplus]
        elif count > len(nodes):
            missing = {"instance_count": count - len(nodes), "instance_type": group.instance_type}
            self.run_instances(cluster.id, missing, group)
            self.tag_nodes(cluster)
        group.set_instance_count(count)
