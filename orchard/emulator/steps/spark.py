"""Spark on this machine for one step: where it is, what it is told, its command line."""

import importlib.util
from pathlib import Path
from typing import TYPE_CHECKING

from orchard.base.errors import OrchardError
from orchard.emulator.s3 import access
from orchard.emulator.steps import container, resources
from orchard.emulator.steps.command import SparkSubmit
from orchard.machine import packages
from orchard.machine.java import find_java

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

LOCAL = "org.apache.hadoop.fs.RawLocalFileSystem"  # without the .crc file beside every file that others keep
OVERLOAD = "org.apache.hadoop.fs.viewfs.ViewFileSystemOverloadScheme"
ABSTRACT = "org.apache.hadoop.fs.viewfs.ViewFs"


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


def settings(cluster: "ManagedCluster", submit: SparkSubmit, mirror: Path, work: Path) -> dict[str, str]:
    """Say what spark-defaults.conf says: `s3://` is the mirror, the machine's share is the cluster's.

    Hadoop's ViewFileSystemOverloadScheme mounts a directory under the authority (the bucket) of a URI, so that jobs
    keep their `s3://` paths (Hadoop documentation, "View File System Overload Scheme"). It cannot list the bare root
    of a bucket, only prefixes in it.
    """
    share = resources.of(cluster, submit.driver_memory)
    told = {
        "spark.master": f"local[{share.cores}]",
        "spark.driver.memory": f"{share.heap}m",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": (work / "spark-warehouse").as_uri(),
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={work} -Djava.io.tmpdir={work / 'tmp'}",
        # Listing files would spawn a process for each, to learn its permissions (129 s against 3.3 s for 67,692).
        "spark.sql.sources.ignoreDataLocality": "true",
        "spark.hadoop.fs.viewfs.overload.scheme.target.file.impl": LOCAL,
    }
    for scheme in ("s3", "s3a", "s3n"):
        told[f"spark.hadoop.fs.{scheme}.impl"] = OVERLOAD
        told[f"spark.hadoop.fs.AbstractFileSystem.{scheme}.impl"] = ABSTRACT
        told[f"spark.hadoop.fs.viewfs.overload.scheme.target.{scheme}.impl"] = LOCAL
    for bucket in access.buckets():
        told[f"spark.hadoop.fs.viewfs.mounttable.{bucket}.linkFallback"] = f"{(mirror / bucket).as_uri()}/"
    return told


def command(
    cluster: "ManagedCluster", submit: SparkSubmit, mirror: Path, work: Path
) -> tuple[list[str], dict[str, str]]:
    """Write the local command line and what it needs in its environment.

    The resources are fetched into the working directory, `spark-defaults.conf` is written beside it, and everything
    else is as it was given.

    Raises:
        OrchardError: a resource does not exist, or there is no Java or no Spark.
    """
    conf = work.parent / "conf"
    conf.mkdir()
    told = settings(cluster, submit, mirror, work)
    (conf / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in told.items()))
    extra = {
        "JAVA_HOME": str(find_java()),
        "SPARK_HOME": str(home()),
        "SPARK_CONF_DIR": str(conf),
        "SPARK_LOCAL_DIRS": str(work / "tmp"),
    }
    return _line(submit, work), submit.environment | extra


def _line(submit: SparkSubmit, work: Path) -> list[str]:
    line = [str(home() / "bin" / "spark-submit"), *submit.options]
    for name, value in submit.conf.items():
        line += ["--conf", f"{name}={value}"]
    for archive in submit.resources.get("--archives", []):
        container.unpack(archive, work)
    for resource in submit.resources.get("--files", []):
        container.localize(resource, work)
    for option in ("--py-files", "--jars"):
        if uris := submit.resources.get(option):
            line += [option, ",".join(str(container.localize(uri, work)) for uri in uris)]
    return [*line, str(container.localize(submit.application, work)), *submit.arguments]
