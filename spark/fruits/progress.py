"""What a job is doing, as a small JSON file next to its output that anyone who reads the output can follow.

The file is also a lease: as long as it is renewed, no other attempt writes the same output. To be followed is advice,
so that no failure to write the file ever fails a job. To be taken over is not: who finds another's name in it stops.
"""

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from pyspark import InheritableThread
from pyspark.sql import SparkSession

from fruits import executors, hadoop, hung, lease
from fruits.errors import JobError

NAME = "_progress.json"  # Spark's readers pass over names with an underscore
INTERVAL = 2.0  # seconds between writes
LAST_TRIES = 3  # for the last word; every other one is followed by the next


class Progress:
    """Writes `<output>/_progress.json` while a job runs. A context manager: inside it the output is the job's own.

    The file holds: job, writer (a name for this attempt), phase, done and total (images, in phases that count them),
    images_per_second, elapsed (seconds in this phase), timings (seconds of each finished phase), started and updated
    (Unix time), attempts (what earlier ones did), and at the end either phase `complete` or phase `failed` with cause
    and remedy. Where images are featurised, also engine; where a task had to be stopped, remark.

    Attributes:
        earlier: what earlier attempts did: started, ended (Unix time), outcome (`failed`, `interrupted`), timings,
            engine where known.
        timings: seconds of each phase that this attempt has finished.
        started: Unix time.
        engine: what computes the features, where that is the job.

    Raises on entry:
        JobError: another attempt is at work in the output, or it cannot be written to.
    """

    def __init__(self, spark: SparkSession, output: str, job: str) -> None:
        self._spark, self._job = spark, job
        self._run, self._uri = output.rsplit("/", 1)[-1], f"{output}/{NAME}"
        self._writer = uuid.uuid4().hex
        self._watch, self._hung = executors.Watch(spark), hung.Watch(spark)
        self._task_limit: float | None = None
        self._taken_by: dict[str, Any] | None = None
        self._lock, self._ended = threading.RLock(), threading.Event()
        self._phase: tuple[str, float, int, int] = ("starting", time.monotonic(), 0, 0)
        self.earlier: list[dict[str, Any]] = []
        self.timings: dict[str, float] = {}
        self.started = time.time()
        self.engine: str | None = None

    def __enter__(self) -> "Progress":
        before = lease.wait_for_its_end(self._spark, self._uri)
        self.earlier = [*before.get("attempts", []), lease.summary(before)] if before else []
        hadoop.write_text(self._spark, self._uri, self._text(self._now()))
        self._reporter = InheritableThread(target=self._report, daemon=True)
        self._reporter.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._reporter.join()

    @contextmanager
    def phase(self, name: str, total: int = 0, already: int = 0, task_limit: float | None = None) -> Iterator[None]:
        """Time a phase; with a total, follow the tasks of the Spark jobs in it.

        Args:
            name: of the phase.
            total: images that the phase is about, 0 when it does not count any.
            already: images of the total that are done before it.
            task_limit: seconds within which each task of it ends, unless something is wrong; None where that depends
                on the data.
        """
        started = time.monotonic()
        self._spark.sparkContext.setJobGroup(self._group(name), f"{self._job}: {name}", interruptOnCancel=True)
        self._phase, self._task_limit = (name, started, total, already), task_limit
        self._put(self._now())
        try:
            yield
        finally:
            self.timings[name] = round(self.timings.get(name, 0.0) + time.monotonic() - started, 3)
            self._spark.sparkContext.setLocalProperty("spark.jobGroup.id", None)
            self._task_limit = None
        self.check()

    def check(self) -> None:
        """See to it that the output is still this attempt's own.

        Raises:
            JobError: another attempt has taken over, because this one had been silent for so long.
        """
        self._put(self._now())
        if self.lost:
            raise self.loss()

    @property
    def lost(self) -> bool:
        """Whether another attempt has taken over."""
        return self._taken_by is not None

    @property
    def cores(self) -> int:
        """The most cores that executors have had together, at least 1."""
        self._watch.look()
        return max(1, self._watch.cores)

    def stopped(self) -> JobError | None:
        """Say why the jobs of this attempt were cancelled, where that is so."""
        if self._watch.starved:
            return executors.nothing()
        return self.loss() if self.lost else self._hung.error

    def loss(self) -> JobError:
        """Say that another attempt has taken over."""
        return JobError(
            f"another attempt at the run {self._run} took over, because this one was silent for {lease.SILENT:.0f} s",
            "nothing is lost: watch the other one (./inv run --follow)",
        )

    def summary(self, outcome: str) -> dict[str, Any]:
        """Say what this attempt has done, as `earlier` says it of those before."""
        done = {"started": self.started, "ended": time.time(), "outcome": outcome, "timings": dict(self.timings)}
        return done | ({"engine": self.engine} if self.engine else {})

    @property
    def total_timings(self) -> dict[str, float]:
        """Seconds of each phase, those of earlier attempts included."""
        total: Counter[str] = Counter()
        for timings in [*(attempt["timings"] for attempt in self.earlier), self.timings]:
            total.update(timings)
        return {phase: round(seconds, 3) for phase, seconds in total.items()}

    def complete(self) -> None:
        """Say that the results are all there."""
        self._end({"phase": "complete"})

    def failed(self, cause: str, remedy: str) -> None:
        """Say why the job ended."""
        self._end({"phase": "failed", "cause": cause, "remedy": remedy})

    def _end(self, state: dict[str, Any]) -> None:
        with self._lock:
            self._ended.set()  # no renewal comes after it
        for _ in range(LAST_TRIES):
            if self._put(state):
                return
            time.sleep(INTERVAL)
        print(f"{self._uri} could not be written; the job itself is {state['phase']}")

    def _report(self) -> None:
        while not self._ended.wait(INTERVAL):
            with self._lock:
                if not self._ended.is_set():
                    self._put(self._now())
            with suppress(Exception):  # Spark may be ending
                self._watch.look()
                if self._task_limit:
                    self._hung.look(self._group(self._phase[0]), self._task_limit)
            if self.stopped():
                self._spark.sparkContext.cancelJobGroup(self._group(self._phase[0]))

    def _put(self, state: dict[str, Any]) -> bool:
        """Renew the file, unless it is another's by now; tells whether it was written."""
        with self._lock:
            try:
                there = hadoop.read_json(self._spark, self._uri)
                if there and there.get("writer") != self._writer:
                    self._taken_by = there
                    return True
                hadoop.write_text(self._spark, self._uri, self._text(state))
            except Exception:  # whatever a file system or a gateway raises: the next write may do
                return False
            return True

    def _text(self, state: dict[str, Any]) -> str:
        about = {"job": self._job, "writer": self._writer, "started": self.started, "attempts": self.earlier}
        if self.engine:
            about["engine"] = self.engine
        if self._hung.said:
            about["remark"] = self._hung.said
        return json.dumps({**about, **state, "timings": self.timings, "updated": time.time()})

    def _now(self) -> dict[str, Any]:
        name, started, total, already = self._phase
        elapsed = time.monotonic() - started
        new = int((total - already) * self._share_done(self._group(name))) if total else 0
        return {
            "phase": name,
            "done": already + new,
            "total": total,
            "images_per_second": round(new / elapsed, 1) if elapsed > 0 else 0.0,
            "elapsed": round(elapsed, 1),
        }

    def _group(self, phase: str) -> str:
        return f"{self._job}-{self._writer}-{phase}"

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


def refuse_going(spark: SparkSession, output: str) -> None:
    """Refuse an output directory that another job writes at this moment, so that a notebook says so in its first cell.

    Raises:
        JobError: a job has written its progress there a few seconds ago, and has not ended.
    """
    state = hadoop.read_json(spark, f"{output}/{NAME}")
    if state and lease.lives(state):
        raise lease.going(output.rsplit("/", 1)[-1], state)
