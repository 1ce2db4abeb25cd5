"""Runs the command of a step on this machine, with the buckets beside it, and publishes what comes of it."""

import logging
import os
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from orchard.emulator.options import KEY, Options
from orchard.emulator.steps import command, container, failure, logs, publish, spark, yarn
from orchard.emulator.steps.mirror import Mirror
from orchard.errors import OrchardError
from orchard.java import find_java

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster
    from orchard.emulator.emr.step import ClusterStep

log = logging.getLogger(__name__)
GUARD = Path(__file__).with_name("guard.py")
FOREIGN = ("SPARK_", "PYSPARK_", "HADOOP_", "AWS_", "ORCHARD_", "TF_")  # the user's own settings stay outside


class Executor:
    """Runs steps in process groups of their own; they end with the emulator, however it ends."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._running: dict[str, subprocess.Popen] = {}
        self._stopped: set[str] = set()  # also steps whose process has yet to start
        self._lock = threading.Lock()

    def run(self, cluster: "ManagedCluster", step: "ClusterStep") -> dict[str, str] | None:
        """Run a step to its end.

        Returns:
            None for success, else FailureDetails (Reason, Message, LogFile).
        """
        base = self.options.steps / cluster.id / step.id
        work = base / "container"
        (work / "tmp").mkdir(parents=True)
        for name in logs.NAMES:
            (base / name).touch()
        mirror = Mirror(base / "s3")
        try:
            code = self._run(cluster, step, base, work, mirror)
            if yarn.runs_driver(step):
                yarn.separate(cluster, step, base, code)
        except OrchardError as error:
            code = 1
            with (base / "stderr").open("a") as file:
                file.write(f"error: {error.cause}\nremedy: {error.remedy}\n")
        logs.upload(cluster, step, base)
        if code:
            found = failure.details(base / "stderr", code, logs.uri(cluster, step, "stderr"))
        shutil.rmtree(base, ignore_errors=True)
        return found if code else None

    def _run(self, cluster: "ManagedCluster", step: "ClusterStep", base: Path, work: Path, mirror: Mirror) -> int:
        controller = Controller(base / "controller")
        controller.say(f"step {step.id} ({step.name}) of {cluster.id}: {step.jar} {shlex.join(step.args)}")
        controller.say(f"{mirror.fill()} objects of S3 are at hand")
        for uri in mirror.skipped:
            controller.say(f"left out, since it is no path of a file: {uri}")
        line, extra = self._command(cluster, step, work, mirror)
        controller.say(f"running {shlex.join(line)}")
        with publish.ProgressWatch(mirror):
            code = self._wait(step, line, base, work, environment(self.options, cluster) | extra)
        controller.say(f"exit code {code}")
        written, removed = publish.results(mirror)
        controller.say(f"{written} objects written to S3, {removed} removed from it")
        return code

    def _command(
        self, cluster: "ManagedCluster", step: "ClusterStep", work: Path, mirror: Mirror
    ) -> tuple[list[str], dict[str, str]]:
        args = list(step.args)
        jar = PurePosixPath(step.jar).name
        if jar not in ("command-runner.jar", "script-runner.jar") or not args:
            raise OrchardError(
                f"the local AWS runs steps of command-runner.jar and script-runner.jar, not {step.jar}",
                "start the program through command-runner.jar, as spark-submit or bash -c",
            )
        if jar == "script-runner.jar":
            return ["bash", str(container.localize(args[0], work)), *args[1:]], {}
        if PurePosixPath(args[0]).name != "spark-submit":
            return args, {}
        submit = command.parse(args[1:])
        conf = work.parent / "conf"
        conf.mkdir()
        told = spark.settings(cluster, submit, mirror.root, work)
        (conf / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in told.items()))
        java = find_java()
        extra = {
            "JAVA_HOME": str(java),
            "SPARK_HOME": str(spark.home()),
            "SPARK_CONF_DIR": str(conf),
            "SPARK_LOCAL_DIRS": str(work / "tmp"),
        }
        return spark.command(submit, work), submit.environment | extra

    def _wait(self, step: "ClusterStep", line: list[str], base: Path, work: Path, env: dict[str, str]) -> int:
        guarded = [sys.executable, "-I", "-S", str(GUARD), str(self.options.grace), *line]
        with (base / "stdout").open("ab") as stdout, (base / "stderr").open("ab") as stderr:
            process = subprocess.Popen(
                guarded,
                stdin=subprocess.PIPE,
                stdout=stdout,
                stderr=stderr,
                cwd=work,
                env=env,
                start_new_session=True,
            )
        with self._lock:
            self._running[step.id] = process
            if step.id in self._stopped:
                _close(process)
        code = process.wait()
        with self._lock:
            del self._running[step.id]
        _kill(process)  # what the command left running in its group
        _close(process)
        return code

    def stop(self, step: "ClusterStep", *, at_once: bool = False) -> None:
        """Tell a step to stop: SIGTERM and, after the grace time or at once, SIGKILL. Returns without waiting."""
        with self._lock:
            self._stopped.add(step.id)
            process = self._running.get(step.id)
            if process and at_once:
                _kill(process)
            elif process:
                _close(process)

    def stop_all(self) -> None:
        """Stop every step and wait for the ends of their processes."""
        with self._lock:
            running = list(self._running.values())
            for process in running:
                _close(process)
        for process in running:
            process.wait(self.options.grace + 5)


def environment(options: Options, cluster: "ManagedCluster") -> dict[str, str]:
    """Make the environment of a step's command: this machine's, with AWS in it being this emulator."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    for name in ("PYTHONPATH", "PYTHONHOME", "JAVA_HOME"):
        kept.pop(name, None)
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{options.port}",
        "AWS_ACCESS_KEY_ID": KEY,
        "AWS_SECRET_ACCESS_KEY": KEY,
        "AWS_REGION": cluster.emr_backend.region_name,
        "AWS_DEFAULT_REGION": cluster.emr_backend.region_name,
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


class Controller:
    """The controller log: what was done for a step, and when (UTC)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def say(self, text: str) -> None:
        """Write a line."""
        with self._path.open("a") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ} INFO {text}\n")


def _close(process: subprocess.Popen) -> None:
    if process.stdin and not process.stdin.closed:
        process.stdin.close()


def _kill(process: subprocess.Popen) -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        log.debug("the process group %s has ended by itself", process.pid)
