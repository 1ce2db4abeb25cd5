"""Runs the command of a step on this machine, with the buckets beside it, and publishes what comes of it."""

import shlex
import shutil
import subprocess
import threading
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from orchard.emulator.options import Options
from orchard.emulator.outside import OrchardError
from orchard.emulator.permissions.access import DeniedError
from orchard.emulator.steps import container, failure, logs, processes, publish, yarn
from orchard.emulator.steps.exchange import Exchange
from orchard.emulator.steps.mirror import Mirror
from orchard.emulator.steps.outliving import Outliving
from orchard.emulator.steps.store import Store, refusal
from orchard.emulator.steps.workplace import PROGRAMS, Workplace, hdfs

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
        self._outliving = Outliving()

    def run(self, cluster: "ManagedCluster", step: "ClusterStep") -> dict[str, str] | None:
        """Run a step to its end.

        Returns:
            None for success, else FailureDetails (Reason, Message, LogFile).
        """
        base = self.options.steps / cluster.id / step.id
        base.mkdir(parents=True)
        for name in logs.NAMES:
            (base / name).touch()
        mirror = Mirror(base / "s3", Store(cluster, step.acts_as))
        self._outliving.begin(cluster)
        try:
            code = self._run(cluster, step, base, mirror)
            yarn.upload(cluster, base)
        except OrchardError as error:
            code = 1
            with (base / "stderr").open("a") as file:
                file.write(f"error: {error.cause}\nremedy: {error.remedy}\n")
        except DeniedError as denied:
            code = 1
            with (base / "stderr").open("a") as file:
                file.write(f"{refusal(denied)}\n")
        logs.upload(cluster, step, base)
        if code:
            places = {name: logs.uri(cluster, step, name) for name in failure.LOOKED_AT}
            found = failure.details(base, code, places)
        if living := self._outliving.of(cluster, base):
            self._outliving.follow(cluster, base, mirror, living, lambda: shutil.rmtree(base, ignore_errors=True))
        else:
            shutil.rmtree(base, ignore_errors=True)
        return found if code else None

    def forget(self, cluster: "ManagedCluster") -> None:
        """Drop what the steps of a cluster shared: YARN and HDFS end with it."""
        self._outliving.end(cluster.id)
        shutil.rmtree(hdfs(cluster).parent, ignore_errors=True)

    def _run(self, cluster: "ManagedCluster", step: "ClusterStep", base: Path, mirror: Mirror) -> int:
        controller = Controller(base / "controller")
        controller.say(f"step {step.id} ({step.name}) of {cluster.id}: {step.jar} {shlex.join(step.args)}")
        controller.say(f"{mirror.fill()} objects of S3 are at hand")
        for uri in mirror.skipped:
            controller.say(f"left out, since it is no path of a file: {uri}")
        for uri in mirror.withheld:
            controller.say(f"left out, since the nodes' role may not read it: {uri}")
        place = Workplace.of(cluster, base, mirror.root)
        env = processes.environment(self.options, cluster) | place.prepare(cluster) | step.environment
        line = _command(step, base / "bin", place.work, mirror.store.locate)
        controller.say(f"running {shlex.join(line)}")
        with ExitStack() as stack:
            stack.enter_context(publish.ProgressWatch(mirror))
            if Path(line[0]).parent != base / "bin":  # a script: its programs exchange objects while it runs
                env |= stack.enter_context(Exchange(mirror, place.mount)).environment
            code = self._wait(step, line, base, place.work, env)
        controller.say(f"exit code {code}")
        hand_out = publish.interim if self._outliving.of(cluster, base) else publish.results
        written, removed = hand_out(mirror)
        controller.say(f"{written} objects written to S3, {removed} removed from it")
        return code

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
        self._outliving.end_all()
        for process in running:
            process.wait(self.options.grace + 5)


def _command(step: "ClusterStep", programs: Path, work: Path, locate: container.Locate) -> list[str]:
    """Write the command line of a step (EMR Release Guide, "Run commands and scripts on an Amazon EMR cluster").

    Raises:
        OrchardError: it names no command, or a script that does not exist.
    """
    args, jar = list(step.args), PurePosixPath(step.jar).name
    if jar == "command-runner.jar" and args:
        name = PurePosixPath(args[0]).name
        return [str(programs / name), *args[1:]] if name in PROGRAMS else args
    if jar == "script-runner.jar" and args:
        return ["bash", str(container.localize(args[0], work, locate)), *args[1:]]
    if jar in ("command-runner.jar", "script-runner.jar"):
        raise OrchardError(f"the step names nothing that {jar} could run", "give a command, or the URI of a script")
    main = [step.main_class] if step.main_class else []
    return [str(programs / "hadoop"), "jar", step.jar, *main, *args]


class Controller:
    """The controller log: what was done for a step, and when (UTC)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def say(self, text: str) -> None:
        """Write a line."""
        with self._path.open("a") as file:
            file.write(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ} INFO {text}\n")
