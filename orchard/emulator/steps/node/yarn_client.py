"""Spark's client of YARN: it submits an application, waits until there is room for it, and says what it sees.

The words are those of Spark 3.5 (org.apache.spark.deploy.yarn.Client, YarnAllocator and
YarnSchedulerBackend).
"""

import sys
import time
from datetime import UTC, datetime

from orchard.emulator.steps.node.place import Node
from orchard.emulator.steps.placement import Placement
from orchard.emulator.steps.yarn_request import Request

EVERY = 1.0  # seconds between two reports: spark.yarn.report.interval


class Client:
    """Speaks for one application.

    Args:
        node: of the cluster.
        request: what the application asks for.
    """

    def __init__(self, node: Node, request: Request) -> None:
        self._request = request
        self.application = node.yarn.submit()
        self.name = f"application_{node.started}_{self.application.number:04d}"

    def accepted(self) -> Placement:
        """Wait in ACCEPTED until there is room for the application master; for as long as that takes."""
        mib = self._request.master.mib
        self._say("Client", f"Will allocate AM container, with {mib} MB memory including overhead")
        self._say("YarnClientImpl", f"Submitted application {self.name}")
        told = ""
        while isinstance(found := self.application.admit(self._request), str):
            self._report("ACCEPTED", found if found != told else "")
            told = found
            time.sleep(EVERY)
        self._report("RUNNING", "")
        return found

    def finished(self, code: int) -> None:
        """Say how it ended."""
        self._report("FINISHED", f"N/A\n\t final status: {'FAILED' if code else 'SUCCEEDED'}")
        if code:
            self._print(
                'Exception in thread "main" org.apache.spark.SparkException: '
                f"Application {self.name} finished with failed status\n"
                "\tat org.apache.spark.deploy.yarn.Client.run(Client.scala:1342)"
            )
        self._say("ShutdownHookManager", "Shutdown hook called")

    def _report(self, state: str, diagnostics: str) -> None:
        self._say("Client", f"Application report for {self.name} (state: {state})")
        if diagnostics:
            self._say("Client", f"\n\t client token: N/A\n\t diagnostics: {diagnostics}")

    def _say(self, who: str, what: str) -> None:
        self._print(_line(who, what))

    def _print(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


def master(placement: Placement) -> str:
    """Say what an application master asked for and got, in its own log."""
    cores, mib = placement.executor_size.vcores, placement.executor_size.mib
    asked = f"Will request executor container(s), each with {cores} core(s) and {mib} MB memory."
    got = (f"Launching container on host node-{node + 1} for executor" for node in placement.executors)
    numbered = (f"{what} with ID {number}" for number, what in enumerate(got, 1))
    return "\n".join(_line("YarnAllocator", what) for what in (asked, *numbered))


def executors(placement: Placement) -> str:
    """Say which executors an application has, as its driver does, a line each."""
    cores, mib = placement.executor_size.vcores, placement.executor_size.mib
    return "\n".join(
        _line(
            "YarnSchedulerBackend$YarnDriverEndpoint",
            f"Registered executor NettyRpcEndpointRef(spark-client://Executor) (node-{node + 1}:0) with ID {number},  "
            f"ResourceProfileId 0 ({cores} cores, {mib} MB)",
        )
        for number, node in enumerate(placement.executors, 1)
    )


def _line(who: str, what: str) -> str:
    return f"{datetime.now(UTC):%y/%m/%d %H:%M:%S} INFO {who}: {what}"


def given(placement: Placement, cores: int) -> dict[str, str]:
    """Say by Spark's settings what an application was given, as far as this machine can give it.

    Without an executor Spark waits for one, and so it does here: on a cluster of its own that has no workers.

    Args:
        placement: of its containers.
        cores: of this machine that it may use.
    """
    executors, size = len(placement.executors), placement.executor_size
    if not executors:
        room = {"spark.executor.memory": "512m", "spark.dynamicAllocation.enabled": "false"}
        return {"spark.master": "local-cluster[0,1,1024]", **room}
    return {
        "spark.master": f"local[{min(executors * size.vcores, cores)}]",
        "spark.executor.instances": str(executors),
    }
