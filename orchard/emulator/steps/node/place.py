"""Where a program of the node finds files, and how it asks the emulator to bring in and hand out objects of S3."""

import json
import os
import re
import socket
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from orchard.emulator.outside import OrchardError

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

    @classmethod
    def here(cls) -> "Node":
        """Read the one that this process works on."""
        return cls(**json.loads(Path(os.environ["ORCHARD_NODE"]).read_text()))

    def next_application(self) -> int:
        """Take the next number of an application of the cluster's."""
        taken = Path(self.applications)
        taken.mkdir(exist_ok=True)
        for number in count(1):
            try:
                (taken / str(number)).touch(exist_ok=False)
            except FileExistsError:
                continue
            return number
        raise AssertionError("there is always another number")

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
