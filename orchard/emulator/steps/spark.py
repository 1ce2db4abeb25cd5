"""Spark on this machine: where it is, what it is told, its command line."""

import importlib.util
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchard.emulator.outside import OrchardError, find_java, packages
from orchard.emulator.steps import container, memory
from orchard.emulator.steps.command import SparkSubmit
from orchard.emulator.steps.container import Locate

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster
    from orchard.emulator.steps.resources import Resources


def home() -> Path:
    """Find the directory of the Spark that the pyspark package of this environment carries, installing it first.

    Raises:
        OrchardError: it cannot be installed.
    """
    packages.require("jobs")
    importlib.invalidate_caches()
    found = importlib.util.find_spec("pyspark")
    if found is None or found.origin is None:
        raise OrchardError("pyspark is not in this environment any more", "remove .venv and call ./inv again")
    return Path(found.origin).parent


def settings(share: "Resources", work: Path) -> dict[str, str]:
    """Say what spark-defaults.conf says: the machine's share is the cluster's, and files stay in `work`."""
    return {
        "spark.master": f"local[{share.cores}]",
        "spark.driver.memory": f"{share.heap}m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": (work / "spark-warehouse").as_uri(),
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={work} -Djava.io.tmpdir={work / 'tmp'}",
        # Listing files would spawn a process for each, to learn its permissions (129 s against 3.3 s for 67,692).
        "spark.sql.sources.ignoreDataLocality": "true",
    }


def command(
    cluster: "ManagedCluster", submit: SparkSubmit, mirror: Path, work: Path
) -> tuple[list[str], dict[str, str]]:
    """Lay out a workplace and write the command line of a driver in it; returns its environment, too.

    Raises:
        OrchardError: a resource does not exist, or there is no Java or no Spark.
    """
    # With moto, which the programs of the node do without: to import it takes them longer than all else that they do.
    from orchard.emulator.steps import resources, store, workplace

    environment = workplace.Workplace.of(cluster, work.parent, mirror).prepare(cluster)
    environment.setdefault("JAVA_HOME", str(find_java()))
    words = line(submit, work, resources.of(cluster).heap, store.Store(cluster).locate, {})
    return words, submit.environment | environment


def line(submit: SparkSubmit, work: Path, share: int, locate: Locate, given: Mapping[str, str]) -> list[str]:
    """Write the local command line: the resources are fetched into `work`, and everything else is as it was given.

    Args:
        submit: the parts of the command line that was given.
        work: the working directory.
        share: the heap (MiB) that the driver may have.
        locate: finds the file of a resource.
        given: settings that say what it was given of the cluster.

    Raises:
        OrchardError: a resource does not exist.
    """
    words = [str(home() / "bin" / "spark-submit"), *submit.options]
    if submit.driver_memory:
        words += ["--driver-memory", f"{memory.granted(submit.driver_memory, share)}m"]
    for name, value in {**submit.conf, **given}.items():
        words += ["--conf", f"{name}={value}"]
    for archive in submit.resources.get("--archives", []):
        container.unpack(archive, work, locate)
    for resource in submit.resources.get("--files", []):
        container.localize(resource, work, locate)
    for option in ("--py-files", "--jars"):
        if uris := submit.resources.get(option):
            words += [option, ",".join(str(container.localize(uri, work, locate)) for uri in uris)]
    return [*words, str(container.localize(submit.application, work, locate)), *submit.arguments]
