"""What happens to a cluster from STARTING to TERMINATED: one thread for the cluster, one for each running step."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

from moto.core.utils import utcnow

from orchard.emulator.emr import bootstrap, prerequisites, provisioning, service_endpoint
from orchard.emulator.emr.cluster import End, ManagedCluster
from orchard.emulator.emr.step import ClusterStep
from orchard.emulator.options import Options

if TYPE_CHECKING:
    from orchard.emulator.steps.executor import Executor

log = logging.getLogger(__name__)
Release = Callable[[ManagedCluster], None]


class ClusterLife:
    """Drives one cluster.

    Args:
        cluster: in STARTING.
        options: the clock and the delays.
        executor: runs a step's command.
        release: called once with the cluster when its instances are to be given back.
        busy: tells whether something besides steps works there, such as a notebook.
    """

    def __init__(
        self,
        cluster: ManagedCluster,
        options: Options,
        executor: "Executor",
        release: Release,
        busy: Callable[[], bool] = lambda: False,
    ) -> None:
        self.cluster, self.options, self.executor, self.release = cluster, options, executor, release
        self._busy = busy
        self.clock, self.delays = options.clock, options.delays
        self._workers: list[threading.Thread] = []

    def start(self) -> None:
        """Begin; returns at once."""
        threading.Thread(target=self._run, name=self.cluster.id, daemon=True).start()

    def _run(self) -> None:
        try:
            self._bring_up()
            self._serve()
        except Exception:
            log.exception("the cluster %s cannot go on", self.cluster.id)
            self.cluster.end_with(End("INTERNAL_ERROR", "An internal error occurred.", with_errors=True))
        self._wind_down()

    def _bring_up(self) -> None:
        cluster = self.cluster
        self._pause(self.delays.starting)
        if cluster.living and (failure := prerequisites.missing(cluster) or provisioning.launch(cluster)):
            cluster.end_with(End("VALIDATION_ERROR", failure, with_errors=True))
        if cluster.living:
            service_endpoint.ensure(cluster)
        cluster.enter("BOOTSTRAPPING", "Running bootstrap actions" if cluster.bootstrap_actions else "")
        self._pause(self.delays.bootstrapping)
        if cluster.living and (failure := bootstrap.check(cluster)):
            cluster.end_with(End("BOOTSTRAP_FAILURE", failure, with_errors=True))
        if cluster.living:
            cluster.ready_datetime = utcnow()

    def _pause(self, seconds: float) -> None:
        with self.cluster.changed:
            until = self.clock.now() + seconds
            while self.cluster.living and self.clock.now() < until:
                self.clock.wait(self.cluster.changed, until)

    def _serve(self) -> None:
        cluster = self.cluster
        cluster.idle_since = self.clock.now()
        with cluster.changed:
            while cluster.living:
                self._start_steps()
                if cluster.active_steps():
                    cluster.idle_since = self.clock.now()
                    cluster.enter("RUNNING", "Running step")
                    self.clock.wait(cluster.changed, None)
                    cluster.idle_since = self.clock.now()
                elif cluster.auto_terminate:
                    cluster.end_with(self._all_done())
                else:
                    cluster.enter("WAITING", "Cluster ready to run steps.")
                    self._wait_idle()

    def _wait_idle(self) -> None:
        cluster = self.cluster
        if cluster.idle_timeout is None:
            self.clock.wait(cluster.changed, None)
            return
        if self._busy():
            cluster.idle_since = self.clock.now()
        deadline = cluster.idle_since + cluster.idle_timeout
        if self.clock.now() < deadline:
            self.clock.wait(cluster.changed, deadline)
        else:
            # The API Reference has no code of its own for this end; the code is the nearest one, the words are ours.
            message = f"Auto-terminated after {cluster.idle_timeout} seconds of idle time"
            cluster.end_with(End("ALL_STEPS_COMPLETED", message))

    def _all_done(self) -> End:
        failed = any(step.state == "FAILED" for step in self.cluster.steps)
        return End("ALL_STEPS_COMPLETED", "Steps completed with errors" if failed else "Steps completed")

    def _start_steps(self) -> None:
        active = self.cluster.active_steps()
        running = sum(step.state != "PENDING" for step in active)
        waiting = [step for step in active if step.state == "PENDING"]
        for step in waiting[: max(0, self.cluster.step_concurrency_level - running)]:
            step.begin()
            worker = threading.Thread(target=self._work, args=(step,), name=step.id, daemon=True)
            self._workers.append(worker)
            worker.start()

    def _work(self, step: ClusterStep) -> None:
        cluster = self.cluster
        try:
            failure = self.executor.run(cluster, step)
        except Exception as error:
            log.exception("the step %s of %s could not be run", step.id, cluster.id)
            failure = {"Reason": "Unknown Error.", "Message": f"the local executor failed: {error}"}
        with cluster.changed:
            if failure is None:
                step.finish("COMPLETED")
            elif cluster.end is not None:
                step.finish("INTERRUPTED", "The cluster ended while the step was running.")
            elif step.state == "CANCEL_PENDING":
                step.finish("CANCELLED", "Cancelled by user")
            else:
                step.finish("FAILED", failure=failure)
                self._act_on_failure(step)
            cluster.changed.notify_all()

    def _act_on_failure(self, step: ClusterStep) -> None:
        cluster = self.cluster
        if cluster.step_concurrency_level > 1:
            return  # with several steps at a time the action does not fire (EMR Management Guide, concurrent steps)
        if step.action_on_failure == "CANCEL_AND_WAIT":
            self._cancel_pending("Job terminated")
        elif step.action_on_failure in ("TERMINATE_CLUSTER", "TERMINATE_JOB_FLOW"):
            cluster.end_with(End("STEP_FAILURE", "Shut down as step failed", with_errors=True))

    def _cancel_pending(self, reason: str) -> None:
        for step in self.cluster.steps:
            if step.state == "PENDING":
                step.finish("CANCELLED", reason)

    def _wind_down(self) -> None:
        cluster = self.cluster
        with cluster.changed:
            self._cancel_pending("Job terminated")
            running = [step for step in cluster.steps if step.state in ("RUNNING", "CANCEL_PENDING")]
        for step in running:
            self.executor.stop(step)
        for worker in self._workers:
            worker.join()
        self.clock.sleep(self.delays.terminating)
        provisioning.terminate(cluster)
        self.release(cluster)
        cluster.ended_at = self.clock.now()
        cluster.finish()
