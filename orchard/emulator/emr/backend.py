"""The EMR of one region: clusters that live, steps, instance groups, studios and policies."""

from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Any

from moto.emr import urls
from moto.emr.models import ElasticMapReduceBackend

from orchard.emulator.emr.capacity import Capacity
from orchard.emulator.emr.cluster import ManagedCluster
from orchard.emulator.emr.errors import (
    Registry,
    ValidationException,
    not_modifiable,
    unknown_job_flow,
    unknown_step,
)
from orchard.emulator.emr.life import ClusterLife
from orchard.emulator.emr.notebook_executions import NotebookExecutions
from orchard.emulator.emr.step import ClusterStep
from orchard.emulator.emr.studios import Studios
from orchard.emulator.emr.validation import check_concurrency, check_steps
from orchard.emulator.options import Options

if TYPE_CHECKING:
    from orchard.emulator.livy.server import Livy
    from orchard.emulator.steps.executor import Executor

REMEMBERED = 60 * 86_400.0  # emulated seconds after its end that a cluster is known: two months


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
        self.capacity = Capacity(self.ec2_backend)
        self.studios = Studios(region_name, account_id)
        self.notebooks = NotebookExecutions(self)
        self.policies: dict[tuple[str, str], dict] = {}  # (cluster id, name of the policy) -> policy

    def list_clusters(self, cluster_states: list[str] | None = None, *created: Any) -> list[ManagedCluster]:
        """List clusters as they are at one moment: one that ends meanwhile must not show a state not asked for."""
        now = [copy(cluster) for cluster in super().list_clusters(None, *created)]
        return [cluster for cluster in now if not cluster_states or cluster.state in cluster_states]

    def living(self, cluster_id: str) -> ManagedCluster:
        """Find a cluster that takes changes.

        Raises:
            InvalidRequestException: no cluster has that id.
            ValidationException: it has ended or is ending.
        """
        cluster = self.describe_cluster(cluster_id)
        if not cluster.living:
            raise not_modifiable()
        return cluster

    def job_flow(self, number: str, *, living: bool = True) -> ManagedCluster:
        """Find a cluster for the operations that call it a job flow.

        Raises:
            ValidationException: no cluster has that id, or it has ended or is ending.
        """
        if number not in self.clusters:
            raise unknown_job_flow()
        return self.living(number) if living else self.clusters[number]

    def run_job_flow(self, **kwargs: Any) -> ManagedCluster:
        """Register a cluster in STARTING, with EMR's own security groups where it names none.

        Where it names those of its nodes, moto 5.2.5 adds a group of the service's, also in a public subnet, where EMR
        wants none.
        """
        attributes = kwargs["instance_attrs"]
        names = [f"emr_managed_{name}_security_group" for name in ("master", "slave")]
        names.append("service_access_security_group")
        if not any(attributes[name] for name in names):
            attributes.update(zip(names, self._manage_security_groups(**attributes), strict=True))
        return ManagedCluster(self, **kwargs)

    def forget_the_old(self) -> None:
        """Forget the clusters that ended long ago."""
        before = self.options.clock.now() - REMEMBERED
        for cluster in [c for c in list(self.clusters.values()) if c.ended_at is not None and c.ended_at < before]:
            self.forget(cluster)

    def forget(self, cluster: ManagedCluster) -> None:
        """Take back a cluster that has not begun to live or has ended, and all that was made for it."""
        self.capacity.dismiss(cluster, cluster.ec2_instances)
        for group in cluster.instance_groups:
            self.instance_groups.pop(group.id, None)
        self.clusters.pop(cluster.id, None)

    def begin(self, cluster: ManagedCluster) -> None:
        """Let a registered cluster live."""
        ClusterLife(cluster, self.options, self.executor, self._release, partial(self._busy, cluster)).start()

    def _busy(self, cluster: ManagedCluster) -> bool:
        return self.livy.busy(cluster.id) or self.notebooks.busy(cluster.id)

    def terminate_job_flows(self, job_flow_ids: list[str]) -> list[ManagedCluster]:
        """End clusters; unknown ids are refused before any of them ends."""
        for number in job_flow_ids:
            self.job_flow(number, living=False)
        if len(set(job_flow_ids)) < len(job_flow_ids):
            raise ValidationException("Specified job flow ID does not exist.")
        return super().terminate_job_flows([n for n in job_flow_ids if self.clusters[n].living])

    def _release(self, cluster: ManagedCluster) -> None:
        self.notebooks.end(cluster.id)
        self.livy.end(cluster.id)
        self.executor.forget(cluster)
        self.capacity.dismiss(cluster, cluster.ec2_instances)

    def add_tags(self, cluster_id: str, tags: dict[str, str]) -> None:
        """Tag a cluster, and with it its nodes."""
        self.living(cluster_id)
        super().add_tags(cluster_id, tags)
        self.capacity.tag(self.clusters[cluster_id])

    def remove_tags(self, cluster_id: str, tag_keys: list[str]) -> None:
        """Remove tags of a cluster; a terminated one keeps them (Management Guide, "Tag and categorize")."""
        self.living(cluster_id)
        super().remove_tags(cluster_id, tag_keys)

    # Steps ------------------------------------------------------------------------------------------------------
    def add_job_flow_steps(self, job_flow_id: str, steps: list[dict]) -> list[ClusterStep]:
        """Queue steps on a living cluster."""
        cluster = self.job_flow(job_flow_id)
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
        cluster = self.living(cluster_id)
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
        cluster = self.living(cluster_id)
        check_concurrency(int(step_concurrency_level))
        with cluster.changed:
            cluster.step_concurrency_level = int(step_concurrency_level)
            cluster.changed.notify_all()
        return cluster
