"""Where EMR puts a cluster's logs in S3, and reading them.

Under the cluster's log URI (Amazon EMR Management Guide, "View log files"), each file gzipped and uploaded every five
minutes:

    <cluster>/steps/<step>/{controller,stderr,stdout,syslog}.gz
    <cluster>/containers/<application>/<container>/{stderr,stdout}.gz     the first container is the driver's
    <cluster>/node/<instance>/bootstrap-actions/<number>/{controller,stderr,stdout}.gz
"""

import gzip
import re
import zlib
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from orchard.base.errors import OrchardError
from orchard.diagnosis.aws import AwsError

TAIL = 4 << 20  # characters of a log that are looked at: what tells the cause is at the end
_CHUNK = 1 << 20
_APPLICATION = re.compile(r"\bapplication_\d+_\d+\b")
_DRIVER = re.compile(r"\bSparkContext: |YarnSchedulerBackend|YarnClientSchedulerBackend")  # who says so is a driver
_STATE = re.compile(r"Application report for application_\S+ \(state: (\w+)\)")
_CONTAINER = re.compile(r"/container_(?:e\d+_)?\d+_\d+_\d+_(\d+)/")
# A log must not steer the reader's terminal.
_CONTROLS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class LogFile(NamedTuple):
    """One log.

    Attributes:
        key: in the bucket.
        kind: `driver`, `step`, `bootstrap` or `executor`.
        size: bytes, compressed.
    """

    key: str
    kind: str
    size: int

    @property
    def name(self) -> str:
        """`stderr`, `stdout`, `controller` or `syslog`."""
        return self.key.rpartition("/")[2].removesuffix(".gz")


class ClusterLogs:
    """The logs of one cluster.

    Args:
        s3: boto3's S3 client.
        log_uri: the cluster's, as DescribeCluster gives it (`s3n://` on AWS).
        cluster_id: `j-...`.
    """

    def __init__(self, s3: Any, log_uri: str, cluster_id: str) -> None:
        parts = urlsplit(log_uri)
        self.s3, self.bucket = s3, parts.netloc
        self.prefix = f"{parts.path.strip('/')}/{cluster_id}/".lstrip("/")

    def uri(self, log: LogFile) -> str:
        """Return the `s3://` URI of a log."""
        return f"s3://{self.bucket}/{log.key}"

    def of_step(self, step_id: str) -> list[LogFile]:
        """List what the step itself said: stderr, stdout, syslog and EMR's controller."""
        order = ("stderr", "stdout", "syslog", "controller")
        logs = self._list(f"steps/{step_id}/", "step")
        return sorted(logs, key=lambda log: order.index(log.name) if log.name in order else len(order))

    def of_containers(self, application: str, *, driver: bool = True) -> list[LogFile]:
        """List what driver and executors of a YARN application said, the driver first.

        Args:
            application: its id.
            driver: whether the driver is in the first container; else only the application master is.
        """
        logs = [log for log in self._list(f"containers/{application}/", "executor") if log.name in ("stderr", "stdout")]
        numbers = {log.key: int(n[1]) for log in logs if (n := _CONTAINER.search(log.key))}
        first = min(numbers.values(), default=0)
        if driver:
            logs = [log._replace(kind="driver") if numbers.get(log.key) == first else log for log in logs]
        return sorted(logs, key=lambda log: (numbers.get(log.key, 0), log.name))

    def of_bootstrap(self) -> list[LogFile]:
        """List what the bootstrap actions said, on every node."""
        logs = [log for log in self._list("node/", "bootstrap") if "/bootstrap-actions/" in log.key]
        return sorted(logs, key=lambda log: (log.name != "stderr", log.key))

    def _list(self, under: str, kind: str) -> Iterator[LogFile]:
        pages = self.s3.get_paginator("list_objects_v2")
        try:
            for page in pages.paginate(Bucket=self.bucket, Prefix=self.prefix + under):
                yield from (LogFile(entry["Key"], kind, entry["Size"]) for entry in page.get("Contents", []))
        except AwsError as error:
            raise self._refused(error) from None

    def chunks(self, log: LogFile) -> Iterator[str]:
        """Read a log from its beginning in pieces, as far as it goes, without what would steer a terminal."""
        try:
            body = self.s3.get_object(Bucket=self.bucket, Key=log.key)["Body"]
            stream: Any = gzip.GzipFile(fileobj=body) if log.key.endswith(".gz") else body
            while piece := stream.read(_CHUNK):
                yield _CONTROLS.sub("", piece.decode(errors="replace"))
        except (gzip.BadGzipFile, EOFError, zlib.error):
            yield f"\n(the log {self.uri(log)} is cut off here)\n"
        except AwsError as error:
            raise self._refused(error) from None

    def tail(self, log: LogFile) -> str:
        """Read the last TAIL characters of a log."""
        kept = ""
        for piece in self.chunks(log):
            kept = (kept + piece)[-TAIL:]
        return kept

    def _refused(self, error: AwsError) -> OrchardError:
        return OrchardError(f"the logs in s3://{self.bucket}/{self.prefix} cannot be read: {error.cause}", error.remedy)


def application(step_log: str) -> str | None:
    """Find the YARN application that a step submitted, in the step's stderr; the last one where there are several."""
    return next(reversed(_APPLICATION.findall(step_log)), None)


def is_driver(step_log: str) -> bool:
    """Tell by a step's stderr whether it is the driver's (client mode), or that of a client which waits for it."""
    return bool(_DRIVER.search(step_log))


def waits(step_log: str) -> bool:
    """Tell by a step's stderr whether YARN has had no room for it, so that it has no containers."""
    return _STATE.findall(step_log)[-1:] == ["ACCEPTED"]
