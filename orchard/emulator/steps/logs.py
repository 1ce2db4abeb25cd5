"""The log files of a step, where EMR puts them: `<log_uri>/<cluster>/steps/<step>/{controller,stderr,stdout}.gz`."""

from pathlib import Path
from typing import TYPE_CHECKING

from orchard.emulator.s3.access import Place
from orchard.emulator.steps.store import deliver

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster
    from orchard.emulator.emr.step import ClusterStep

NAMES = ("controller", "stderr", "stdout")
SYSLOG = "syslog"  # what Hadoop says of its own jobs; only steps that have such leave one


def uri(cluster: "ManagedCluster", step: "ClusterStep", name: str) -> str | None:
    """Where a log file goes; None for a cluster without a log URI, which keeps no logs."""
    if not cluster.log_uri:
        return None
    return f"{cluster.log_uri.rstrip('/')}/{cluster.id}/steps/{step.id}/{name}.gz"


def upload(cluster: "ManagedCluster", step: "ClusterStep", work: Path) -> None:
    """Put the log files of a step that has ended."""
    for name in (*NAMES, SYSLOG):
        target = uri(cluster, step, name)
        if target and (work / name).exists():
            deliver(cluster, Place.parse(target), (work / name).read_bytes())
