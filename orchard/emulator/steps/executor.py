"""Runs the command of a step on this machine, with the buckets beside it, and publishes what comes of it."""

import shlex
import shutil
import subprocess
import threading
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from orchard.base.errors import OrchardError
from orchard.emulator.options import Options
from orchard.emulator.steps import command, container, failure, logs, processes, publish, spark, yarn
from orchard.emulator.steps.mirror import Mirror

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster
    from orchard.emulator.emr.step import ClusterStep


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
            code = self._wait(step, line, base, work, processes.environment(self.options, cluster) | extra)
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
        return spark.command(cluster, command.parse(args[1:]), mirror.root, work)

    def _wait(self, step: "ClusterStep", line: list[str], base: Path, work: Path, env: dict[str, str]) -> int:
        process = processes.start(self.options, line, work, env, base / "stdout", base / "stderr")
        with self._lock:
            self._running[step.id] = process
            if step.id in self._stopped:
                processes.close(process)
        code = process.wait()
        with self._lock:
            del self._running[step.id]
        processes.kill(process)  # what the command left running in its group
        processes.close(process)
        return code

    def stop(self, step: "ClusterStep", *, at_once: bool = False) -> None:
        """Tell a step to stop: SIGTERM and, after the grace time or at once, SIGKILL. Returns without waiting."""
        with self._lock:
            self._stopped.add(step.id)
            process = self._running.get(step.id)
            if process and at_once:
                processes.kill(process)
            elif process:
                processes.close(process)

    def stop_all(self) -> None:
        """Stop every step and wait for the ends of their processes."""
        with self._lock:
            running = list(self._running.values())
            for process in running:
                processes.close(process)
        for process in running:
            process.wait(self.options.grace + 5)


class Controller:
    """The controller log: what was done for a step, and when (UTC)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def say(self, text: str) -> None:
        """Write a line."""
        with self._path.open("a") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ} INFO {text}\n")
