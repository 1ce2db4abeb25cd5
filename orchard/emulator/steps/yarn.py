"""Whose log is whose, for applications of YARN.

With `--deploy-mode cluster` the step itself is only the client that submits the application and waits: its stderr names
the application and how it ended. What the driver says is in the application's first container (Amazon EMR Release
Guide, "Add a Spark step"), whose logs are at
`<log_uri>/<cluster>/containers/<application>/<container>/{stderr,stdout}.gz`. In client mode the driver is the step,
and that container holds the application master alone.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from orchard.emulator.s3.access import Place
from orchard.emulator.steps.store import deliver

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster


def upload(cluster: "ManagedCluster", base: Path) -> None:
    """Put the logs of a step's first containers (`drivers/<application>.{stderr,stdout}`) where EMR puts them."""
    for file in (base / "drivers").glob("application_*"):
        application, log = file.stem, file.suffix.removeprefix(".")
        container = f"{application.replace('application', 'container')}_01_000001"
        if cluster.log_uri:
            root = cluster.log_uri.rstrip("/")
            place = Place.parse(f"{root}/{cluster.id}/containers/{application}/{container}/{log}.gz")
            deliver(cluster, place, file.read_bytes())
