"""Finding a step and its logs, and cutting out what matters."""

import gzip
import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import fake_s3
import pytest

from orchard.aws.emr import Cluster, Step
from orchard.base.errors import OrchardError, UsageError
from orchard.diagnosis import failures
from orchard.logs import reading
from orchard.logs.excerpts import AFTER, BEFORE, excerpt
from orchard.logs.files import ClusterLogs, LogFile, application

STEPS = [
    Step("s-4", "20261122T1-full: pca", "CANCELLED", ""),
    Step("s-3", "20261122T1-full: features", "RUNNING", ""),
    Step("s-2", "20261121T1-mini: pca", "FAILED", "Unknown Error."),
    Step("s-1", "20261121T1-mini: features", "COMPLETED", ""),
]
APPLICATION = "application_1645539745894_0001"
CONTAINERS = f"logs/j-1/containers/{APPLICATION}/container_1645539745894_0001_01_"
CLIENT = f'26/11/21 INFO YarnClientImpl: Submitted application {APPLICATION}\nException in thread "main" '
CLIENT += f"org.apache.spark.SparkException: Application {APPLICATION} finished with failed status\n"


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    fake = fake_s3.FakeS3()
    yield fake
    fake.server.shutdown()


@pytest.fixture
def put(s3):
    s3.objects.clear()

    def put(key: str, text: str | bytes) -> None:
        s3.put(key, gzip.compress(text.encode()) if isinstance(text, str) else text)

    return put


@pytest.fixture
def opened(s3, tmp_path):
    return ClusterLogs(s3.target(tmp_path).client("s3"), "s3n://bucket/logs/", "j-1")


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (None, "s-4"),
        ("s-1", "s-1"),
        ("features", "s-3"),
        ("20261121T1-mini: features", "s-1"),
        ("20261121T1-mini", "s-2"),
        ("20261122T1-full", "s-4"),
    ],
)
def test_a_step_is_found_by_id_name_job_and_run(wanted, found):
    assert reading.find_step(STEPS, wanted).id == found


@pytest.mark.parametrize(
    ("run", "wanted", "found"), [("20261121T1-mini", "features", "s-1"), ("20261122T1-full", None, "s-4")]
)
def test_a_step_is_found_in_a_run(run, wanted, found):
    assert reading.find_step(reading.steps_of(STEPS, run), wanted).id == found


def test_an_unknown_run_names_the_nearest():
    with pytest.raises(UsageError, match="no step of a run 20261121T1-mina") as caught:
        reading.steps_of(STEPS, "20261121T1-mina")
    assert caught.value.remedy.startswith("did you mean 20261121T1-mini")
    with pytest.raises(UsageError) as caught:
        reading.steps_of([], "20261121T1-mini")
    assert caught.value.remedy == "./inv run starts one"


@pytest.mark.parametrize(
    ("states", "found"),
    [
        ({"s-3": "FAILED"}, "s-3"),  # what failed, not what was cancelled because of it
        ({"s-4": "PENDING", "s-3": "RUNNING"}, "s-3"),
        ({"s-4": "PENDING", "s-3": "CANCEL_PENDING"}, "s-3"),
        ({"s-4": "PENDING", "s-3": "PENDING"}, "s-2"),  # what has not begun has nothing to tell
    ],
)
def test_without_a_name_the_latest_run_is_meant(states, found):
    steps = [step._replace(state=states.get(step.id, step.state)) for step in STEPS]
    steps = [step._replace(ran=step.state != "PENDING") for step in steps]
    assert reading.find_step(steps, None).id == found


def test_a_step_that_never_started_has_no_logs_to_wait_for():
    waited = STEPS[0]._replace(ran=False)
    assert reading.find_step([waited, *STEPS[1:]], None).id == "s-3"
    for wanted in ("s-4", None):
        with pytest.raises(UsageError, match="cancelled before it started"):
            reading.find_step([waited, *STEPS[2:]], wanted)


@pytest.mark.parametrize("state", ["FAILED", "RUNNING"])
def test_a_run_that_its_canary_kept_from_starting_is_explained_by_the_canary(state):
    names = ["shape: canary", "mine: features", "mine: pca"]
    canary, *own = [Step(f"s-{n}", name, "CANCELLED", "", ran=False) for n, name in enumerate(names)]
    steps = [*own[::-1], canary._replace(state=state, ran=True), *STEPS]
    assert reading.find_step(steps, None).name == "shape: canary"
    assert reading.find_step(reading.steps_of(steps, "mine"), None).name == "shape: canary"


@pytest.mark.parametrize(
    ("wanted", "near"), [("featurs", "did you mean features?"), ("s-9", "s-4"), ("bootstap", "did you mean bootstrap?")]
)
def test_an_unknown_step_names_the_nearest(wanted, near):
    with pytest.raises(UsageError) as caught:
        reading.find_step(STEPS, wanted)
    assert f"no step {wanted}" in caught.value.cause
    assert near in caught.value.remedy


def test_the_driver_comes_first_then_the_step_then_executors(put, opened):
    for name in ("stderr", "stdout", "controller"):
        put(f"logs/j-1/steps/s-2/{name}.gz", CLIENT if name == "stderr" else "")
    for number in ("000003", "000001", "000002"):
        put(f"{CONTAINERS}{number}/stderr.gz", "x")
    put(f"{CONTAINERS}000001/stdout.gz", "x")
    put(f"{CONTAINERS}000001/prelaunch.out.gz", "x")
    put("logs/j-2/steps/s-2/stderr.gz", "of another cluster")
    found = reading.of_step(opened, STEPS[2], datetime.now(UTC))
    assert [(log.kind, log.name) for log in found] == [
        ("driver", "stderr"), ("driver", "stdout"),
        ("step", "stderr"), ("step", "stdout"), ("step", "controller"),
        ("executor", "stderr"), ("executor", "stderr"),
    ]  # fmt: skip


def test_in_client_mode_the_step_is_the_driver(put, opened):
    put("logs/j-1/steps/s-2/stderr.gz", f"26/11/21 INFO SparkContext: Running Spark version 3.5.2\n{CLIENT}")
    for number in ("000001", "000002"):
        put(f"{CONTAINERS}{number}/stderr.gz", "x")
    found = reading.of_step(opened, STEPS[2], datetime.now(UTC))
    assert [log.kind for log in found] == ["step", "executor", "executor"]


def test_what_had_no_room_in_yarn_has_no_containers_to_wait_for(put, opened):
    waiting = f"26/11/21 INFO Client: Application report for {APPLICATION} (state: ACCEPTED)\n"
    said = "\t diagnostics: Application is Activated, waiting for resources to be assigned for AM.  Details : ...\n"
    put("logs/j-1/steps/s-2/stderr.gz", f"26/11/21 INFO YarnClientImpl: Submitted application {APPLICATION}\n"
        + waiting + said + waiting)  # fmt: skip
    found = reading.read(opened, reading.of_step(opened, STEPS[2], datetime.now(UTC), tell=pytest.fail))
    assert found.failure.id == "no-room-in-yarn"


def test_the_cause_is_the_drivers_not_the_clients(put, opened):
    put("logs/j-1/steps/s-2/stderr.gz", CLIENT)
    put(f"{CONTAINERS}000001/stderr.gz", "x INFO y\njava.io.IOException: No space left on device\n")
    found = reading.read(opened, reading.of_step(opened, STEPS[2], datetime.now(UTC)))
    assert (found.failure.id, found.log.kind) == ("disk-full", "driver")


def test_executors_are_asked_where_the_driver_only_knows_that_they_were_lost(put, opened):
    put("logs/j-1/steps/s-2/stderr.gz", CLIENT)
    put(f"{CONTAINERS}000001/stderr.gz", "ERROR YarnScheduler: Lost executor 4 on h: remote Rpc client disassociated\n")
    put(f"{CONTAINERS}000002/stderr.gz", "ERROR Executor: Exception\njava.lang.OutOfMemoryError: Java heap space\n")
    found = reading.read(opened, reading.of_step(opened, STEPS[2], datetime.now(UTC)))
    assert (found.failure.id, found.log.kind) == ("executor-memory", "executor")
    put(f"{CONTAINERS}000002/stderr.gz", "all is well\n")
    found = reading.read(opened, reading.of_step(opened, STEPS[2], datetime.now(UTC)))
    assert (found.failure.id, found.log.kind) == ("executor-lost", "driver")


def test_logs_on_their_way_are_waited_for_and_it_is_said_once(put, opened, monkeypatch):
    told, slept = [], []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 1:
            put("logs/j-1/steps/s-2/stderr.gz", CLIENT)
        else:
            put(f"{CONTAINERS}000001/stderr.gz", "x")

    monkeypatch.setattr(reading, "time", SimpleNamespace(sleep=sleep))
    found = reading.of_step(opened, STEPS[2], datetime.now(UTC), tell=told.append)
    assert [log.kind for log in found] == ["driver", "step"]
    assert len(slept) == 2
    assert len(told) == 1
    assert "not in S3 yet: EMR uploads them every five minutes" in told[0]


def test_nothing_is_waited_for_that_cannot_come(put, opened, monkeypatch):
    monkeypatch.setattr(reading, "time", None)  # nothing more will come
    long_ago = datetime.now(UTC) - timedelta(minutes=10)
    assert reading.of_step(opened, STEPS[2], long_ago) == []
    assert reading.of_step(opened, STEPS[2], None) == [], "of a running step, what is there is all"


def test_waiting_has_an_end(put, opened, monkeypatch):
    told, ended = [], datetime.now(UTC)
    clock = SimpleNamespace(time=ended)
    sleep = lambda seconds: setattr(clock, "time", clock.time + timedelta(seconds=seconds))  # noqa: E731
    monkeypatch.setattr(reading, "time", SimpleNamespace(sleep=sleep))
    monkeypatch.setattr(reading, "datetime", SimpleNamespace(now=lambda _: clock.time))
    assert reading.of_step(opened, STEPS[2], ended, tell=told.append) == []
    assert clock.time - ended == timedelta(seconds=reading.LATE)
    assert len(told) == 1


def test_a_log_that_is_cut_off_is_read_as_far_as_it_goes(put, opened):
    text = "".join(f"line {n} {hash(n * 7919)}\n" for n in range(200_000))
    put("logs/j-1/steps/s-2/stderr.gz", gzip.compress(text.encode())[:-1000])
    (log,) = opened.of_step("s-2")
    read = "".join(opened.chunks(log))
    assert read.startswith("line 0 ")
    assert read.endswith("is cut off here)\n")
    assert opened.tail(log) == read[-(4 << 20) :]


def test_a_log_does_not_steer_the_terminal(put, opened):
    put("logs/j-1/steps/s-2/stderr.gz", "\x1b[31mred\x1b[0m\x07\ttab\r\nnext\n")
    (log,) = opened.of_step("s-2")
    assert opened.tail(log) == "red\ttab\nnext\n"


def test_no_permission_for_the_logs_is_said(s3, put, opened):
    s3.fault = lambda method, key, count: (403, "AccessDenied")
    try:
        with pytest.raises(
            OrchardError, match="logs in s3://bucket/logs/j-1/ cannot be read: these credentials may not"
        ):
            opened.of_step("s-2")
    finally:
        s3.fault = lambda method, key, count: None


def test_the_last_application_counts():
    assert application("Submitted application_1_0001 then application_1_0002 ended") == "application_1_0002"
    assert application("a job in client mode") is None


def test_the_whole_traceback_is_cut_out_and_javas_frames_are_not():
    text = (
        "noise\n" * 50 + "x PythonException: Traceback (most recent call last):\n" + '  File "a", line 1, in f\n' * 20
    )
    text += "ModuleNotFoundError: No module named 'spam'\n\tat org.apache.spark.A\n\tat org.apache.spark.B\n"
    first, last, lines = excerpt(text, failures.diagnose(text))
    assert first == 50
    assert lines[0].startswith("x PythonException")
    assert lines[-1].startswith("ModuleNotFoundError")
    assert last - first == len(lines) == 22


def test_sparks_own_frames_are_left_out():
    mine, spark = '  File "/mnt/job.py", line 5, in f', '  File "/usr/lib/pyspark.zip/pyspark/rdd.py", line 1, in x'
    text = ["Traceback (most recent call last):", spark, "    a()", spark, spark, mine, "    import spam", spark]
    text.append("ModuleNotFoundError: No module named 'spam'")
    _, _, lines = excerpt("\n".join(text), failures.diagnose("\n".join(text)))
    gap = "  ... (Spark's own frames)"
    assert lines == [text[0], gap, mine, "    import spam", gap, text[-1]]


def test_of_a_step_that_is_well_the_last_lines_are_shown():
    text = "".join(f"line {n}\n" for n in range(100))
    first, last, lines = excerpt(text, failures.diagnose(text), failed=False)
    assert (last, lines[-1]) == (100, "line 99")
    assert len(lines) == last - first == BEFORE + AFTER


def test_a_cluster_is_found_dead_or_alive():
    class Emr:
        def all(self, states):
            assert {"WAITING", "TERMINATED"} <= set(states)
            return [Cluster("j-1", name, "WAITING", "", datetime.now(UTC)) for name in ("orchard-default", "other")]

        def clusters(self, name, states=("WAITING",)):
            return (
                [Cluster("j-1", name, "TERMINATED", "", datetime.now(UTC))]
                if name == "orchard-night" and "TERMINATED" in states
                else []
            )

    assert reading.find_cluster(Emr(), "orchard-night").id == "j-1"
    with pytest.raises(UsageError) as caught:
        reading.find_cluster(Emr(), "orchard-defualt")
    assert re.search("did you mean --name default", caught.value.remedy)


def test_logs_have_the_names_of_their_streams():
    assert LogFile("logs/j-1/steps/s-1/stderr.gz", "step", 1).name == "stderr"
