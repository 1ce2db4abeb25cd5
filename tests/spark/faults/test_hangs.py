"""A task that runs and does not end, beside an executor that lives: Spark would wait for it for ever."""

import json
import os
import signal
import subprocess
from types import SimpleNamespace

import pytest
from whole_runs import whole

from fruits import featurizer, hung, progress
from fruits.errors import JobError
from tests.support.cells import cell
from tests.waiting import until


def workers() -> list[int]:
    """The Python workers of this process's Spark: what its daemon has forked."""
    listed = subprocess.run(["ps", "-eww", "-o", "pid=,ppid=,args="], capture_output=True, text=True, check=True)
    table = [line.split(None, 2) for line in listed.stdout.splitlines()]
    mine, found = {os.getpid()}, []
    while grown := {int(pid) for pid, above, *_ in table if int(above) in mine} - mine:
        mine |= grown
    daemons = {int(pid) for pid, _, *said in table if int(pid) in mine and "pyspark.daemon" in "".join(said)}
    found = [int(pid) for pid, above, *_ in table if int(above) in daemons]
    return [pid for pid in found if pid in daemons]


@pytest.fixture
def impatient(monkeypatch) -> None:
    """Minutes are seconds."""
    monkeypatch.setattr(progress, "INTERVAL", 0.2)
    monkeypatch.setattr(hung, "PATIENCE", 12.0)  # a worker that begins on a busy machine takes some of them


@cell(
    "stopped",
    area="Spark",
    fault="a Python worker is stopped (SIGSTOP), its executor lives: Spark itself would wait for ever",
    at="a run's features",
    holds="the task is ended with its worker after ten minutes, which is told, and done again: the run is complete",
)
def test_a_stopped_worker_is_ended_and_its_task_done_again(spark, run, output, impatient, capfd):
    spark.range(2, numPartitions=2).mapInArrow(lambda batches: batches, "id long").collect()
    stopped = workers()[0]  # they wait for work, and take it in turns
    os.kill(stopped, signal.SIGSTOP)
    run()
    assert whole(spark, output)["counts"] == {"read": 12, "featurised": 12, "rejected": 0}
    assert "a task has not ended within 0 min on" in capfd.readouterr().out
    assert "it was stopped, and is done again" in json.loads((output / progress.NAME).read_text())["remark"]
    until(lambda: stopped not in workers())


@cell(
    "endless",
    area="Spark",
    fault="tasks compute for ever, whichever worker has them",
    at="a run's features",
    holds="the job ends after the third try with its cause and where it was; no worker goes on, the next run resumes",
)
def test_tasks_that_never_end_end_the_job(spark, run, output, impatient, monkeypatch):
    def endless(batches, *_):
        list(batches)
        while True:
            pass

    monkeypatch.setattr(hung, "PATIENCE", 1.0)
    with monkeypatch.context() as patched:
        patched.setattr(featurizer, "featurise", endless)
        with pytest.raises(JobError, match=r"has not ended within 0 min on .* nor had it in 2 tries before") as raised:
            run()
    assert "./inv run --run-name NAME resumes it" in raised.value.remedy
    assert json.loads((output / progress.NAME).read_text())["phase"] == "failed"
    assert not (output / "_manifest.json").exists()
    until(lambda: not busy(workers()))
    monkeypatch.setattr(hung, "PATIENCE", 600.0)
    run()
    assert whole(spark, output)["counts"]["featurised"] == 12


def busy(pids: list[int]) -> list[str]:
    """Those that have a core at this moment."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,stat=", "-p", ",".join(map(str, pids)) or "0"], capture_output=True, text=True, check=False
    )
    return [line for line in listed.stdout.splitlines() if " R" in line]


@pytest.fixture
def watch(monkeypatch) -> SimpleNamespace:
    """A watch over tasks that the test names, at a time that it says; `killed` is what Spark was told."""
    told = SimpleNamespace(now=0.0, running=[], killed=[])
    context = SimpleNamespace(killTaskAttempt=lambda number, *_: told.killed.append(number))
    spark = SimpleNamespace(sparkContext=SimpleNamespace(_jsc=SimpleNamespace(sc=lambda: context)))
    told.watch = hung.Watch(spark)
    monkeypatch.setattr(told.watch, "_running", lambda _: told.running)
    monkeypatch.setattr(hung, "time", SimpleNamespace(monotonic=lambda: told.now))

    def look(after: float, *running: tuple[int, int]) -> JobError | None:
        told.now, told.running = told.now + after, [hung.Task(task, (1, place), "n1") for task, place in running]
        told.watch.look("group", 600.0)
        return told.watch.error

    told.look = look
    return told


def test_only_what_runs_for_too_long_is_stopped(watch):
    assert not watch.look(0, (1, 1), (2, 2))
    assert not watch.look(599, (1, 1), (3, 3))
    assert not watch.look(2, (1, 1), (3, 3))
    assert watch.killed == [1]
    assert watch.watch.said == "a task has not ended within 10 min on n1: it was stopped, and is done again"
    assert not watch.look(2, (1, 1), (3, 3))
    assert watch.killed == [1], "once"


def test_the_third_try_is_the_last(watch):
    for task in (1, 2):
        assert not watch.look(0, (task, 7))
        assert not watch.look(601, (task, 7))
    watch.look(0, (3, 7))
    assert "nor had it in 2 tries before" in watch.look(601, (3, 7)).cause
    assert watch.killed == [1, 2]


def test_a_task_that_does_not_obey_ends_the_job(watch):
    watch.look(0, (1, 1))
    assert not watch.look(601, (1, 1))
    assert not watch.look(50, (1, 1))
    assert "told to stop goes on, on n1" in watch.look(10, (1, 1)).cause
