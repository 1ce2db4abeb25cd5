"""What people do: press Ctrl-C, close the lid, call two commands at once, fill the disk, name directories oddly."""

import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from orchard.aws.emr import Emr, Step
from orchard.aws.layout import FEATURES, PCA, StepName, record
from orchard.base.errors import OrchardError, UsageError
from orchard.runs import pipeline, submission
from tests.emulator.conftest import command
from tests.faults.account import HOSTILE, Account
from tests.faults.test_verbs import MANIFEST, RUN
from tests.support.cells import cell, grid
from tests.support.faulty import Request
from tests.waiting import until

MOUNT = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")


class Desk(NamedTuple):
    """Somebody with photographs, a run's results in the bucket and a cluster."""

    account: Account
    bucket: str
    cluster: str
    photographs: Path

    def start(self, *words: str) -> subprocess.Popen:
        return self.account.start(*words, bucket=self.bucket)

    def inv(self, *words: str, code: int = 0, before: tuple[str, ...] = ()) -> str:
        return self.account.inv(*words, bucket=self.bucket, code=code, before=before)

    def step(self, run: str, *words: str) -> str:
        return self.account.aws.run(self.cluster, command(*words, name=str(StepName(run, "features"))))[0]

    @property
    def results(self) -> Path:
        return self.account.root / "data" / "emr_output"


@pytest.fixture(scope="module")
def whose(account: Account, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    account.faulty.clear()
    bucket = account.bucket().name
    folder = tmp_path_factory.mktemp("photographs") / HOSTILE
    (folder / "Test" / "Kiwi").mkdir(parents=True)
    for number in range(20):
        (folder / "Test" / "Kiwi" / f"{number}.jpg").write_bytes(os.urandom(300))
    for job in (FEATURES, PCA):
        account.site(bucket).bucket().write_json(job.manifest(RUN), MANIFEST)
        account.aws.put(bucket, f"{job.output(RUN)}/part-0.parquet", os.urandom(3000))
    tags = [{"Key": "Project", "Value": "orchard"}, {"Key": "Cluster", "Value": "orchard-default"}]
    cluster = account.aws.cluster(bucket=bucket, name="orchard-default", Tags=tags)
    yield Desk(account, bucket, cluster, folder)
    account.aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@pytest.fixture
def desk(whose: Desk) -> Iterator[Desk]:
    """The same, with nothing failing before and after the test and no results on this machine."""
    whose.account.faulty.clear()
    shutil.rmtree(whose.results, ignore_errors=True)
    yield whose
    whose.account.faulty.clear()


def slow(words: str, service: str = "s3") -> Callable[[Request], object]:
    """Let nobody answer what is about that."""
    return lambda made: "hang" if made.service == service and words in made.path + made.action else None


# Ctrl-C ---------------------------------------------------------------------------------------------------------------
@cell(
    "upload",
    area="user",
    fault="Ctrl-C",
    at="`upload-dataset` waits for S3, which is silent",
    holds="it ends within seconds with 130, says what is there and what goes on, and the same call then completes",
    case=("upload-dataset", "data/raw", "./inv upload-dataset goes on where it stopped"),
)
@cell(
    "results",
    area="user",
    fault="Ctrl-C",
    at="`results` waits for S3, which is silent",
    holds="it ends within seconds with 130, says what is there and what goes on, and the same call then completes",
    case=("results", "part-0", "./inv results --run-name"),
)
def test_ctrl_c_in_a_transfer(desk: Desk, case: tuple) -> None:
    verb, where, again = case
    words = (verb, "--single", "--dataset", str(desk.photographs)) if verb == "upload-dataset" else (verb,)
    faulty = desk.account.faulty
    faulty.fault, faulty.silence = slow(where), 50.0
    called = desk.start(*words)
    until(lambda: sum(faulty.failed.values()))
    called.send_signal(signal.SIGINT)
    pressed = time.monotonic()
    said = desk.account.end_of(called, 130)
    assert time.monotonic() - pressed < 40, "it waited for answers that never come"
    assert "error: interrupted: " in said
    assert f"remedy: {again}" in said
    faulty.clear()
    desk.inv(*words)
    if verb == "results":
        assert len(list(desk.results.glob(f"*/{RUN}/part-0.parquet"))) == 2
    else:
        sent = desk.account.aws.keys(desk.bucket, "data/raw/")
        assert len(sent) == len(list(desk.photographs.rglob("*.jpg")))


@cell(
    "follow",
    area="user",
    fault="Ctrl-C",
    at="`run --follow` watches",
    holds="it ends with 130; the step goes on, and the way back to it is told",
    case=("run", "--follow", "--run-name", "watched"),
)
@cell(
    "watch",
    area="user",
    fault="Ctrl-C",
    at="`status --watch`",
    holds="it ends in order; the step goes on",
    case=("status", "--watch"),
)
@cell(
    "logs",
    area="user",
    fault="Ctrl-C",
    at="`logs` waits for the logs of a step",
    holds="it ends with 130; the step goes on",
    case=("logs", "--run-name", "watched"),
)
def test_ctrl_c_while_watching(desk: Desk, case: tuple) -> None:
    number = desk.step("watched", "sleep", "600")
    until(lambda: desk.account.aws.step(desk.cluster, number)["State"] == "RUNNING")
    seen = desk.account.faulty.seen
    called = desk.start(*case)
    until(lambda: seen["elasticmapreduce", "ListSteps"] > 2 or called.poll() is not None)
    called.send_signal(signal.SIGINT)
    said, _ = called.communicate(timeout=60)
    assert "Traceback" not in said
    assert called.returncode == (1 if case[0] == "logs" and "error:" in said else 130), said
    assert desk.account.aws.step(desk.cluster, number)["State"] == "RUNNING"
    if case[0] == "run":
        assert "stopped watching; the run watched goes on on orchard-default" in said
        assert "remedy: watch it again: ./inv run --follow --run-name watched" in said
    desk.account.aws.emr.cancel_steps(ClusterId=desk.cluster, StepIds=[number], StepCancellationOption="SEND_INTERRUPT")
    desk.account.aws.step_until(desk.cluster, number)


@cell(
    "cancel",
    area="user",
    fault="Ctrl-C",
    at="`cancel` waits for a step that takes its time to end",
    holds="it ends with 130 and says that the step ends all the same, as it does; `cancel` again waits for it",
)
def test_ctrl_c_while_cancelling(desk: Desk, tmp_path: Path) -> None:
    script = 'trap "" TERM; touch "$0/trapped"; until [ -e "$0/go" ]; do sleep 0.1; done; exit 1'
    number = desk.step("unwanted", "sh", "-c", script, str(tmp_path))
    until((tmp_path / "trapped").exists)
    called = desk.start("cancel", "--run-name", "unwanted")
    until(lambda: desk.account.aws.step(desk.cluster, number)["State"] == "CANCEL_PENDING")
    until(lambda: desk.account.faulty.seen["elasticmapreduce", "ListSteps"] > 2)
    called.send_signal(signal.SIGINT)
    said = desk.account.end_of(called, 130)
    assert "error: stopped waiting; EMR ends unwanted: features all the same" in said
    again = desk.start("cancel", "--run-name", "unwanted")
    until(lambda: desk.account.faulty.seen["elasticmapreduce", "CancelSteps"] == 2)
    (tmp_path / "go").touch()
    said = desk.account.end_of(again, 0)
    assert "Cancelled: unwanted: features." in said
    assert "./inv run --run-name unwanted goes on where it stopped" in said


@cell(
    "ends",
    area="user",
    fault="a run's first step ends by itself, and the second begins",
    at="`cancel` has found the first one running, and calls EMR",
    holds="`cancel` says how each of them ended; the second is cancelled, and no step goes on",
)
def test_a_step_ends_while_it_is_cancelled(desk: Desk, tmp_path: Path) -> None:
    aws, wait = desk.account.aws, ("sh", "-c", 'until [ -e "$0" ]; do sleep 0.1; done', str(tmp_path / "go"))
    told = [command(*wait, name="late: features"), command("sleep", "600", name="late: pca")]
    first, second = aws.run(desk.cluster, *told)

    def end(made: Request) -> None:
        if made.action == "CancelSteps":
            (tmp_path / "go").touch()
            aws.step_until(desk.cluster, first, "COMPLETED")
            until(lambda: aws.step(desk.cluster, second)["State"] == "RUNNING")

    until(lambda: aws.step(desk.cluster, first)["State"] == "RUNNING")
    desk.account.faulty.fault = end
    said = desk.inv("cancel", "--run-name", "late")
    assert "Cancelled: late: pca." in said
    assert "late: features is COMPLETED." in said
    assert aws.step(desk.cluster, second)["State"] == "CANCELLED"


# Asleep ---------------------------------------------------------------------------------------------------------------
@cell(
    "follow",
    area="user",
    fault="the machine sleeps for an hour: the process is stopped, AWS's clock goes on",
    at="`run --follow` watches, and its run ends meanwhile",
    holds="awake again, it shows the result",
)
def test_a_follow_that_slept(desk: Desk, tmp_path: Path) -> None:
    number = desk.step(RUN, "sh", "-c", 'until [ -e "$0" ]; do sleep 0.1; done', str(tmp_path / "go"))
    seen = desk.account.faulty.seen
    called = desk.start("run", "--follow", "--run-name", RUN)
    until(lambda: seen["elasticmapreduce", "ListSteps"] > 2)
    called.send_signal(signal.SIGSTOP)
    desk.account.aws.advance(3600)
    (tmp_path / "go").touch()
    desk.account.aws.step_until(desk.cluster, number, "COMPLETED")
    called.send_signal(signal.SIGCONT)
    assert "9 images featurised" in desk.account.end_of(called, 0)


# Two at once ----------------------------------------------------------------------------------------------------------
@cell(
    "same-run",
    area="user",
    fault="`run --run-name` is called for a run that is under way",
    at="while its steps are open",
    holds="it is refused with how to watch the run; its steps are there once",
    case="open",
)
@cell(
    "ending",
    area="user",
    fault="`down` ends the cluster",
    at="`run` has found the cluster, and submits",
    holds="one line of cause, one of remedy: `up`",
    case="ending",
)
def test_run_beside_another_command(desk: Desk, case: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    account = desk.account
    monkeypatch.setattr(submission, "ship", lambda *_: None)
    site = account.site(desk.bucket, account.impatient(), project=f"beside{case}")
    store = site.bucket()
    store.write_text("data/raw/Training/Kiwi/1.jpg", "x")
    cluster = account.aws.cluster(bucket=desk.bucket, name=site.cluster_name)

    def end(made: Request) -> None:
        if made.action == "AddJobFlowSteps":
            account.aws.emr.terminate_job_flows(JobFlowIds=[cluster])

    if case == "open":
        account.aws.run(cluster, command("sleep", "600", name="mine: features"))
        with pytest.raises(UsageError, match="the run mine is under way") as raised:
            pipeline.submit(site, "mine", csv=False)
        assert raised.value.remedy == "watch it: ./inv run --follow --run-name mine"
        assert len(account.aws.emr.list_steps(ClusterId=cluster)["Steps"]) == 1
    else:
        account.faulty.fault = end
        with pytest.raises(OrchardError) as refused:
            pipeline.submit(site, "mine", csv=False)
        assert "\n" not in refused.value.cause + refused.value.remedy
        assert "the cluster is ending" in refused.value.cause
        assert "./inv up" in refused.value.remedy
    account.aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@cell(
    "same-instant",
    area="user",
    fault="two `run --run-name` of the same name, of which neither sees a step of the other",
    at="they submit in the same instant",
    holds="the later one takes its steps back; both watch the same steps, which are there once",
)
def test_two_runs_in_one_instant(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submission, "ship", lambda *_: None)
    account, listing = desk.account, Emr.steps
    site = account.site(desk.bucket, project="together")
    site.bucket().write_text("data/raw/Training/Kiwi/1.jpg", "x")
    cluster = account.aws.cluster(command("sleep", "600"), bucket=desk.bucket, name=site.cluster_name)
    looked, together = threading.local(), threading.Barrier(2)

    def steps(self: Emr, cluster_id: str) -> list[Step]:
        found = listing(self, cluster_id)
        looked.times = getattr(looked, "times", 0) + 1
        if looked.times == 2:  # the last look before the steps are added
            together.wait()
        return found

    monkeypatch.setattr(Emr, "steps", steps)
    with ThreadPoolExecutor(2) as pool:
        called = [pool.submit(pipeline.submit, site, "one", csv=False, skip_canary=True) for _ in range(2)]
    assert [each.result() for each in called] == ["one", "one"]
    there = [step for step in listing(Emr(site.target), cluster) if step.run == "one"]
    assert sorted(step.name for step in there if step.state == "PENDING") == ["one: features", "one: pca"]
    assert [step.state for step in there].count("CANCELLED") == 2, "they met"
    noted = site.bucket().read_json(record("one")) or {}
    assert {step["id"] for step in noted["steps"]} == {step.id for step in there if step.state == "PENDING"}
    account.aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@cell(
    "path",
    area="user",
    fault="the checkout, and the photographs, are in a path with spaces, quotes, accents and a dollar sign",
    at="`upload-dataset` and `results`",
    holds="all is sent and fetched, byte for byte",
)
def test_an_odd_path(desk: Desk) -> None:
    desk.inv("upload-dataset", "--packed", "--dataset", str(desk.photographs))
    assert desk.account.aws.keys(desk.bucket, "data/packed/Test/Kiwi/")
    desk.inv("results")
    name = f"{FEATURES.output(RUN)}/part-0.parquet"
    assert (desk.results / FEATURES.name / RUN / "part-0.parquet").read_bytes() == desk.account.aws.read(
        desk.bucket, name
    )


# The disk -------------------------------------------------------------------------------------------------------------
@grid(
    area="user",
    faults={"full": "the disk is full", "read-only": "the disk is read-only"},
    moments={
        "results": "`results` writes what it downloads",
        "ledger": "`upload-dataset` notes what it has sent",
        "status": "`status` looks",
    },
    holds="one line of cause that names the directory, one of remedy; what only looks works all the same",
)
def test_a_disk_that_takes_nothing(desk: Desk, case: tuple) -> None:
    if subprocess.run([*MOUNT, "mount -t tmpfs none /mnt"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a file system of their own")
    how, moment = case
    place = desk.results if moment == "results" else desk.account.target.state_dir.parent
    place.mkdir(parents=True, exist_ok=True)
    bound = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0"'
    filled = 'mount -t tmpfs -o size=64k none "$0" && (cat /dev/zero >"$0/full" 2>/dev/null || true)'
    before = (*MOUNT, f'{bound if how == "read-only" else filled} && exec "$@"', str(place))
    if moment == "status":
        assert "orchard-default" in desk.inv("status", before=before)
        return
    upload = ("upload-dataset", "--single", "--dataset", str(desk.photographs))
    words = ("results",) if moment == "results" else upload
    for photograph in desk.photographs.rglob("*.jpg"):  # so that there is something to send
        photograph.write_bytes(os.urandom(300))
    told = desk.inv(*words, code=1, before=before)
    (cause,) = [line for line in told.splitlines() if line.startswith("error: ")]
    (remedy,) = [line for line in told.splitlines() if line.startswith("remedy: ")]
    assert str(place) in cause
    assert ("space" if how == "full" else "writable") in cause + remedy
    desk.inv(*words)  # on a disk that takes it
