"""Whose log is whose, for a driver that runs in a container of YARN (`--deploy-mode cluster`).

The step itself is then only the client that submits the application and waits: its stderr names the application and how
it ended. What the driver says is in the application's first container (Amazon EMR Release Guide, "Add a Spark step"),
whose logs are at `<log_uri>/<cluster>/containers/<application>/<container>/{stderr,stdout}.gz`.
"""

import gzip
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from orchard.base.errors import UsageError
from orchard.emulator.s3 import access
from orchard.emulator.s3.access import Place
from orchard.emulator.steps import command

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster
    from orchard.emulator.emr.step import ClusterStep

DRIVER_LOGS = ("stderr", "stdout")


def runs_driver(step: "ClusterStep") -> bool:
    """Tell whether a step's driver runs in YARN."""
    if not step.args or step.args[0].rpartition("/")[2] != "spark-submit":
        return False
    try:
        return command.parse(step.args[1:]).deploy_mode == "cluster"
    except UsageError:
        return False


def application(cluster: "ManagedCluster", step: "ClusterStep") -> str:
    """Name the step's application as YARN does: when the ResourceManager started, and a number."""
    started = int((cluster.ready_datetime or cluster.creation_datetime).timestamp() * 1000)
    return f"application_{started}_{1 + cluster.steps.index(step):04d}"


def separate(cluster: "ManagedCluster", step: "ClusterStep", base: Path, code: int) -> None:
    """Put the driver's logs where its container's are, and leave in their place what the client would have said."""
    name = application(cluster, step)
    container = f"{name.replace('application', 'container')}_01_000001"
    for log in DRIVER_LOGS:
        if cluster.log_uri:
            place = Place.parse(f"{cluster.log_uri.rstrip('/')}/{cluster.id}/containers/{name}/{container}/{log}.gz")
            if place.bucket in access.buckets():
                access.put(place, gzip.compress((base / log).read_bytes()))
    (base / "stdout").write_bytes(b"")
    (base / "stderr").write_text(_client(name, code))


def _client(name: str, code: int) -> str:
    """Say what org.apache.spark.deploy.yarn.Client of Spark 3.5 logs."""
    now = f"{datetime.now(UTC):%y/%m/%d %H:%M:%S}"
    end = "FAILED" if code else "SUCCEEDED"
    lines = [
        f"{now} INFO YarnClientImpl: Submitted application {name}",
        f"{now} INFO Client: Application report for {name} (state: FINISHED)",
        f"{now} INFO Client: \n\t client token: N/A\n\t diagnostics: N/A\n\t final status: {end}",
    ]
    if code:
        lines += [
            'Exception in thread "main" org.apache.spark.SparkException: '
            f"Application {name} finished with failed status",
            "\tat org.apache.spark.deploy.yarn.Client.run(Client.scala:1342)",
        ]
    return "\n".join([*lines, f"{now} INFO ShutdownHookManager: Shutdown hook called", ""])
