"""Where a program of the node finds files, and how it asks the emulator to bring in and hand out objects of S3."""

import json
import os
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchard.emulator.outside import OrchardError
from orchard.emulator.steps.node.resource_manager import ResourceManager
from orchard.emulator.steps.placement import Scheduler
from orchard.emulator.steps.yarn_request import Container

FILE = "node.json"  # beside Spark's and Hadoop's settings
S3 = ("s3", "s3a", "s3n")
URI = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*):(?://(?P<authority>[^/]*))?(?P<path>(?:/.*)?)", re.DOTALL)
HOME = "user/hadoop"


@dataclass(frozen=True)
class Node:
    """What the workplace wrote for the programs: directories, and the step's share of the machine."""

    base: str
    mirror: str
    hdfs: str
    cores: int
    heap: int
    applications: str  # a directory with a file for each application of YARN
    started: int  # when the cluster was ready, in ms since 1970
    nodes: list[list[int]]  # MiB and virtual cores that YARN has on each node
    scheduler: dict[str, Any]  # the other members of Scheduler
    defaults: dict[str, str]  # what the cluster's configuration says of Spark
    cluster: str  # a file that is locked for as long as the cluster lives
    grace: float  # seconds from SIGTERM to SIGKILL

    @classmethod
    def here(cls) -> "Node":
        """Read the one that this process works on."""
        return cls(**json.loads(Path(os.environ["ORCHARD_NODE"]).read_text()))

    @property
    def yarn(self) -> ResourceManager:
        """The cluster's YARN."""
        nodes = tuple(Container(*node) for node in self.nodes)
        return ResourceManager(Path(self.applications), Scheduler(nodes, **self.scheduler))

    @property
    def work(self) -> Path:
        """The step's working directory."""
        return Path(self.base) / "container"

    def path(self, uri: str) -> Path:
        """Say which file or directory of this machine a URI stands for; without a scheme it is in HDFS, as on EMR.

        Raises:
            OrchardError: a scheme that is not here.
        """
        scheme, authority, path = _parts(uri)
        if scheme in S3:
            return Path(self.mirror) / authority / path.lstrip("/")
        if scheme in ("hdfs", ""):
            return Path(self.hdfs) / (path.lstrip("/") if path.startswith("/") else f"{HOME}/{path}")
        if scheme == "file":
            return Path(path)
        raise OrchardError(f"there is no file system for the scheme {scheme}: {uri}", "use s3://, hdfs:// or file://")

    def local(self, uri: str) -> Path:
        """Say which file a resource is: without a scheme it is one of this machine, as spark-submit takes it."""
        return self.path(uri) if _parts(uri)[0] else Path(uri)


def _parts(uri: str) -> tuple[str, str, str]:
    """Split into scheme, authority and path as Hadoop does: `?`, `#` and `%` are characters like any other."""
    found = URI.fullmatch(uri)
    return (found["scheme"], found["authority"] or "", found["path"]) if found else ("", "", uri)


def refresh() -> None:
    """Bring in what S3 has got since the step began, where the step is not this program alone."""
    _ask("refresh")


def publish() -> None:
    """Hand out what was written, so that the rest of the script finds it in S3."""
    _ask("publish")


def _ask(what: str) -> None:
    port = os.environ.get("ORCHARD_EXCHANGE_PORT")
    if not port:
        return  # the executor does it before and after
    with socket.create_connection(("127.0.0.1", int(port))) as connection, connection.makefile("rw") as stream:
        stream.write(f"{os.environ['ORCHARD_EXCHANGE_SECRET']} {what}\n")
        stream.flush()
        answer = stream.readline().strip()
    if answer != "done":
        raise OrchardError(
            f"the objects of S3 could not be exchanged: {answer or 'no answer'}", "look at the local AWS's log"
        )
