"""What a command finds on the primary node: Spark's and Hadoop's settings, and the programs that EMR puts on PATH.

On a cluster every command finds them, however deep in a script it is started; so they are in files and in the
environment, and not in one command line. The programs are those of `node`.
"""

import json
import os
import sys
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchard.emulator.steps import command, filesystems, quick_java, resources, spark, yarn_cluster
from orchard.emulator.steps.node.place import FILE, Node

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

MAIN = Path(__file__).with_name("node") / "main.py"
PROGRAMS = (
    "spark-submit",
    "spark-sql",
    "spark-shell",
    "spark-example",
    "run-example",
    "hadoop",
    "hdfs",
    "mapred",
    "hadoop-streaming",
    "s3-dist-cp",
    "notebook-execution",
)


@dataclass(frozen=True)
class Workplace:
    """The directories of one step (or session) on the primary node.

    Attributes:
        base: holds all of them, and the step's logs.
        mirror: the buckets.
        hdfs: HDFS, which the steps of a cluster share.
        namenode: its host.
    """

    base: Path
    mirror: Path
    hdfs: Path
    namenode: str

    @classmethod
    def of(cls, cluster: "ManagedCluster", base: Path, mirror: Path) -> "Workplace":
        """Name the directories of something that works on a cluster."""
        return cls(base, mirror, hdfs(cluster), cluster.namenode)

    @property
    def work(self) -> Path:
        """The working directory."""
        return self.base / "container"

    @property
    def conf(self) -> Path:
        """The directory of Spark's and Hadoop's settings."""
        return self.base / "conf"

    def prepare(self, cluster: "ManagedCluster") -> dict[str, str]:
        """Lay it out; returns what a command needs in its environment."""
        share = resources.of(cluster)
        bin_ = self.base / "bin"
        for folder in (self.work / "tmp", self.conf, bin_):
            folder.mkdir(parents=True, exist_ok=True)
        filesystems.make_hdfs(self.hdfs)
        filesystems.install(self.conf)
        self.mount()
        defaults, scheduler = yarn_cluster.spark_defaults(cluster), asdict(yarn_cluster.scheduler(cluster))
        settings = command.of_this_machine(defaults) | spark.settings(share, self.work)
        lines = [f"{name} {value}\n" for name, value in settings.items()]
        (self.conf / "spark-defaults.conf").write_text("".join(lines))
        node = Node(
            base=str(self.base),
            mirror=str(self.mirror),
            hdfs=str(self.hdfs),
            cores=share.cores,
            heap=share.heap,
            applications=str(self.hdfs.with_name("applications")),
            started=int((cluster.ready_datetime or cluster.creation_datetime).timestamp() * 1000),
            nodes=scheduler.pop("nodes"),
            scheduler=scheduler,
            defaults=defaults,
            cluster=str(self.hdfs.with_name("cluster")),
            grace=cluster.emr_backend.options.grace,
        )
        (self.conf / FILE).write_text(json.dumps(asdict(node)))
        _programs(bin_, PROGRAMS)
        return self._environment(bin_)

    def mount(self) -> None:
        """Tell Hadoop of the buckets that are there now."""
        filesystems.write(self.conf / "core-site.xml", filesystems.properties(self.mirror, self.hdfs, self.namenode))

    def _environment(self, bin_: Path) -> dict[str, str]:
        python = Path(sys.executable).parent
        told = {
            "PATH": os.pathsep.join([str(bin_), str(python), os.environ.get("PATH", os.defpath)]),
            "SPARK_HOME": str(spark.home()),
            "SPARK_CONF_DIR": str(self.conf),
            "HADOOP_CONF_DIR": str(self.conf),
            "HADOOP_USER_NAME": filesystems.USER,
            "SPARK_LOCAL_DIRS": str(self.work / "tmp"),
            "ORCHARD_NODE": str(self.conf / FILE),
        }
        found = quick_java.home()  # what needs one gets one where there is none
        return told | ({"JAVA_HOME": str(found)} if found else {})


def hdfs(cluster: "ManagedCluster") -> Path:
    """Say where the HDFS of a cluster is: beside its steps."""
    return cluster.emr_backend.options.steps / cluster.id / "hdfs"


def _programs(folder: Path, names: Iterable[str]) -> None:
    for name in names:
        program = folder / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -I "{MAIN}" {name} "$@"\n')
        program.chmod(0o755)
