"""Tasks that run and do not end: a Python worker that is stopped or computes for ever, of which Spark says nothing.

Spark notices an executor that is silent (`spark.network.timeout`, two minutes), not a worker beside it whose executor
sends heartbeats all the while. `spark.speculation` begins a second attempt on another host only, which a small cluster
has not. So such a task is stopped, which ends its worker, too, and Spark does it again; what other tasks have written
stays.
"""

import time
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from pyspark.sql import SparkSession

from fruits.errors import JobError

PATIENCE = 600.0  # seconds: a task of features is ten seconds' work (fruits.tasks), on a cold node half a minute's
TRIES = 3  # after which the job ends: what is wrong goes with the photographs, or with the node
OBEYS = 60.0  # seconds that a stopped task may take to end; Spark itself takes four to kill its worker
MOST = 10_000  # tasks that run at a time


class Task(NamedTuple):
    """A task that runs: its number, its place (stage and partition), and where it is."""

    number: int
    place: tuple[int, int]
    where: str


class Watch:
    """Stops tasks that do not end, and gives up where that helps nothing.

    Attributes:
        said: what happened last, in a line.
        error: why the job must end; None while it need not.
    """

    def __init__(self, spark: SparkSession) -> None:
        self._context = spark.sparkContext
        self._since: dict[int, float] = {}
        self._stopped: set[int] = set()
        self._tries: Counter[tuple[int, int]] = Counter()
        self.said = ""
        self.error: JobError | None = None

    def look(self, group: str, limit: float) -> None:
        """Look at a job group's tasks, of which each must end within so many seconds."""
        now, running = time.monotonic(), list(self._running(group))
        self._since = {task.number: self._since.get(task.number, now) for task in running}
        for task in running:
            age = now - self._since[task.number]
            if age > limit and task.number not in self._stopped:
                self._stop(task, limit)
            elif age > limit + OBEYS:
                self._give_up(f"a task that was told to stop goes on, on {task.where}")

    def _stop(self, task: Task, limit: float) -> None:
        self._stopped.add(task.number)
        self._tries[task.place] += 1
        told = f"a task has not ended within {limit / 60:.0f} min on {task.where}"
        if self._tries[task.place] == TRIES:
            self.said = told
            self._give_up(f"{told}, nor had it in {TRIES - 1} tries before")
            return
        self.said = f"{told}: it was stopped, and is done again"
        print(self.said, flush=True)
        # Without an interrupt, which would end the task at once and leave its worker as it is. So Spark kills the
        # worker first (PythonRunner's monitor), and does the task again without counting it as failed.
        self._context._jsc.sc().killTaskAttempt(task.number, False, "it does not end")

    def _give_up(self, cause: str) -> None:
        self.error = JobError(
            f"{cause}: its Python worker is stopped, or computes for ever",
            "look at that node (./inv logs --all), or take others by ./inv down and ./inv up; then "
            "./inv run --run-name NAME resumes it",
        )

    def _running(self, group: str) -> Iterator[Task]:
        tracker, store = self._context.statusTracker(), self._context._jsc.sc().statusStore()
        api = self._context._jvm.org.apache.spark.status.api.v1
        for job in tracker.getJobIdsForGroup(group):
            for stage in getattr(tracker.getJobInfo(job), "stageIds", ()):
                info = tracker.getStageInfo(stage)
                if not info or not info.numActiveTasks:
                    continue
                wanted = (0, MOST, api.TaskSorting.ID, [api.TaskStatus.RUNNING])
                listed = store.taskList(stage, info.currentAttemptId, *wanted)
                for task in map(listed.apply, range(listed.size())):
                    where = f"{task.host()} (executor {task.executorId()})"
                    yield Task(task.taskId(), (stage, task.index()), where)
