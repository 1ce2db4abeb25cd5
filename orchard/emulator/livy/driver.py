"""The Spark driver of a session: a process like a step's, which is sent statements over a local socket.

spark-submit leaves its application no standard input, so the program connects back, and proves by a secret from its
environment that it is the one that was started. What it writes to S3 is published after each statement.
"""

import json
import secrets
import shutil
import socket
import subprocess
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchard.emulator.livy.request import Request
from orchard.emulator.options import Options
from orchard.emulator.steps import container, processes, publish, spark, yarn_cluster, yarn_request
from orchard.emulator.steps.command import SparkSubmit
from orchard.emulator.steps.mirror import Mirror
from orchard.emulator.steps.node.resource_manager import Application, ResourceManager
from orchard.emulator.steps.store import Store
from orchard.emulator.steps.workplace import hdfs

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

PROGRAM = (Path(__file__).with_name("shell.py"), Path(__file__).with_name("packages.py"))
LOG_TAIL = 256 << 10  # bytes of the driver's log that are kept at hand


class DriverEndedError(Exception):
    """The driver's process has ended."""


class Driver:
    """One driver; its methods are called by one thread, except `cancel`, `log` and `stop`."""

    def __init__(self, options: Options, cluster: "ManagedCluster", request: Request, folder: Path) -> None:
        self._options, self._cluster, self._request, self._folder = options, cluster, request, folder
        self._mirror = Mirror(folder / "s3", Store(cluster))
        self._output = folder / "log"
        self._process: subprocess.Popen | None = None
        self._stopped = threading.Event()
        self._sending = threading.Lock()
        self._application: Application | None = None
        self._to_it: Any = None
        self._from_it: Any = None

    def start(self) -> str:
        """Start the process and wait until Spark is there; returns the application's id.

        Raises:
            OrchardError: a file that the request names does not exist.
            DriverEndedError: it did not come up.
        """
        work = self._folder / "container"
        (work / "tmp").mkdir(parents=True)
        self._mirror.fill()
        for part in PROGRAM[1:]:
            container.localize(str(part), work)
        submit = self._request.submit(str(PROGRAM[0]))
        self._room(submit)
        line, extra = spark.command(self._cluster, submit, self._mirror.root, work)
        secret = secrets.token_hex(16)
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            env = processes.environment(self._options, self._cluster) | extra | {
                "LIVY_PORT": str(server.getsockname()[1]),
                "LIVY_SECRET": secret,
                "MPLBACKEND": "agg",
            }  # fmt: skip
            self._process = processes.start(self._options, line, work, env, self._output, self._output)
            return self._accept(server, secret)

    def _room(self, submit: SparkSubmit) -> None:
        """Wait until YARN has room for the application master, for as long as that takes.

        A session is not given executors of its own: an idle one has none, since dynamic allocation takes them back.

        Raises:
            DriverEndedError: no node has so much, or the session was ended meanwhile.
        """
        yarn = ResourceManager(hdfs(self._cluster).with_name("applications"), yarn_cluster.scheduler(self._cluster))
        settings = submit.settings(yarn_cluster.spark_defaults(self._cluster)) | yarn_cluster.of_livy(self._cluster)
        request = yarn_request.of(settings, yarn.scheduler.largest)
        if request.refusal:
            raise DriverEndedError(request.refusal)
        self._application, told = yarn.submit(), ""
        while isinstance(found := self._application.admit(request._replace(executors=0)), str):
            if found != told:
                self._output.write_text(f"INFO Client: Application report (state: ACCEPTED)\n\t diagnostics: {found}\n")
            told = found
            if self._stopped.wait(1):
                raise DriverEndedError("The session was ended before YARN had room for it.")

    def _accept(self, server: socket.socket, secret: str) -> str:
        assert self._process is not None  # noqa: S101 - started by the caller
        while self._process.poll() is None and not self._stopped.is_set():
            try:
                connection, _ = server.accept()
            except TimeoutError:
                continue
            connection.settimeout(None)
            stream = connection.makefile("rw", encoding="utf-8")
            hello = json.loads(stream.readline() or "{}")
            if secrets.compare_digest(str(hello.get("secret", "")), secret):
                self._to_it = self._from_it = stream
                return hello["application"]
            connection.close()
        raise DriverEndedError(self._last_words())

    def execute(self, number: int, code: str) -> dict[str, Any]:
        """Execute code and publish what it wrote to S3; returns the output as Livy describes it.

        Raises:
            DriverEndedError: the process ended meanwhile.
        """
        self._mirror.refresh()
        with publish.ProgressWatch(self._mirror):
            self._send({"execute": number, "code": code})
            answer = self._from_it.readline()
        publish.interim(self._mirror)
        if not answer:
            raise DriverEndedError(self._last_words())
        return json.loads(answer)

    def cancel(self, number: int) -> None:
        """Cancel the Spark jobs of a statement."""
        self._send({"cancel": number})

    def _send(self, message: dict[str, Any]) -> None:
        try:
            with self._sending:
                self._to_it.write(json.dumps(message) + "\n")
                self._to_it.flush()
        except OSError:
            raise DriverEndedError(self._last_words()) from None

    def log(self) -> list[str]:
        """Return the driver's log, line by line; of a long one the end."""
        try:
            with self._output.open("rb") as file:
                file.seek(max(0, self._output.stat().st_size - LOG_TAIL))
                return file.read().decode(errors="replace").splitlines()
        except FileNotFoundError:
            return []

    def _last_words(self) -> str:
        marked = [line for line in self.log() if "Error" in line or "Exception" in line]
        return f"The Spark driver has ended. {marked[-1] if marked else ''}".strip()

    def stop(self) -> None:
        """End the process; returns when it is gone."""
        self._stopped.set()
        if self._process is not None:
            processes.close(self._process)
            try:
                self._process.wait(self._options.grace + 5)
            finally:
                processes.kill(self._process)

    def remove(self) -> None:
        """Remove its files; what it wrote to S3 stays."""
        self.stop()
        if self._application:
            self._application.end()
            self._application = None
        self._mirror.remove()
        shutil.rmtree(self._folder / "container", ignore_errors=True)
