"""What a job is doing, as a small JSON file next to its output that anyone who reads the output can follow."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyspark import InheritableThread
from pyspark.sql import SparkSession

from fruits import hadoop
from fruits.errors import JobError

NAME = "_progress.json"  # Spark's readers pass over names with an underscore
INTERVAL = 2.0  # seconds between writes
SILENT = 10 * INTERVAL  # without a write for so long, a job is taken for dead
ENDED = ("complete", "failed")


class Progress:
    """Writes `<output>/_progress.json` while a job runs.

    The file holds: job, phase, done and total (images, in phases that count them), images_per_second, elapsed
    (seconds in this phase), timings (seconds of each finished phase), updated (Unix time), and at the end either
    phase `complete` or phase `failed` with cause and remedy.
    """

    def __init__(self, spark: SparkSession, output: str, job: str) -> None:
        self._spark = spark
        self._uri = f"{output}/{NAME}"
        self._job = job
        self.timings: dict[str, float] = {}

    @contextmanager
    def phase(self, name: str, total: int = 0, already: int = 0) -> Iterator[None]:
        """Time a phase; with a total, follow the tasks of the Spark jobs in it.

        Args:
            name: of the phase.
            total: images that the phase is about, 0 when it does not count any.
            already: images of the total that an earlier attempt did.
        """
        started = time.monotonic()
        group = f"{self._job}-{name}"
        self._spark.sparkContext.setJobGroup(group, f"{self._job}: {name}")
        ended = threading.Event()

        def report() -> None:
            while not ended.wait(INTERVAL):
                self._write(name, started, total, already, self._share_done(group))

        self._write(name, started, total, already, 0.0)
        reporter = InheritableThread(target=report, daemon=True)
        reporter.start()
        try:
            yield
        finally:
            ended.set()
            reporter.join()
            self.timings[name] = round(time.monotonic() - started, 3)

    def complete(self) -> None:
        """Say that the results are all there."""
        self._put({"phase": "complete"})

    def failed(self, cause: str, remedy: str) -> None:
        """Say why the job ended; silent when not even that can be written."""
        try:
            self._put({"phase": "failed", "cause": cause, "remedy": remedy})
        except JobError as error:
            print(f"the progress file could not be written either: {error.cause}")

    def _share_done(self, group: str) -> float:
        """Return the share of finished tasks in the group's largest stage."""
        tracker = self._spark.sparkContext.statusTracker()
        stages = [
            info
            for job in tracker.getJobIdsForGroup(group)
            for stage in getattr(tracker.getJobInfo(job), "stageIds", ())
            if (info := tracker.getStageInfo(stage))
        ]
        if not stages:
            return 0.0
        largest = max(stages, key=lambda stage: stage.numTasks)
        return largest.numCompletedTasks / max(1, largest.numTasks)

    def _write(self, phase: str, started: float, total: int, already: int, share: float) -> None:
        elapsed = time.monotonic() - started
        new = int((total - already) * share)
        self._put(
            {
                "phase": phase,
                "done": already + new,
                "total": total,
                "images_per_second": round(new / elapsed, 1) if elapsed > 0 else 0.0,
                "elapsed": round(elapsed, 1),
            }
        )

    def _put(self, state: dict[str, Any]) -> None:
        state = {"job": self._job, **state, "timings": self.timings, "updated": time.time()}
        hadoop.write_text(self._spark, self._uri, json.dumps(state))


def refuse_going(spark: SparkSession, output: str) -> None:
    """Refuse an output directory that another job writes at this moment.

    A step is not asked this: EMR runs it again only when the former one has ended. In a notebook a cell can be run
    while a step of the same run, or another notebook, is at it.

    Raises:
        JobError: a job has written its progress there a few seconds ago, and has not ended.
    """
    uri = f"{output}/{NAME}"
    if not hadoop.exists(spark, uri):
        return
    state = json.loads(hadoop.read_bytes(spark, uri))
    age = time.time() - state["updated"]
    if state["phase"] not in ENDED and age < SILENT:
        raise JobError(
            f"the run {output.rsplit('/', 1)[-1]} is going on: {state['job']}, {state['phase']} ({age:.0f} s ago)",
            "wait for it (./inv run --follow watches a step), or give this notebook another RUN",
        )
