"""What a run submits: steps as the jobs take them, and only those that are left to do."""

import importlib
from collections.abc import Iterator
from types import SimpleNamespace

import fake_s3
import pytest

from orchard.aws.bucket import Bucket
from orchard.aws.layout import FEATURES, JOBS, PACKED, StepName
from orchard.base.config import Settings
from orchard.base.errors import UsageError
from orchard.runs import pipeline, submission
from orchard.runs.job_code import Package

CODE = Package("0123456789abcdef", [])
SETTINGS = Settings(mode="apples", split="Test", max_images=7, k=0.95, max_error_rate=0.5)


@pytest.fixture(scope="module")
def server() -> Iterator[fake_s3.FakeS3]:
    server = fake_s3.FakeS3()
    yield server
    server.server.shutdown()


@pytest.fixture
def store(server, tmp_path) -> Bucket:
    server.objects.clear()
    return Bucket(server.target(tmp_path), "bucket")


def done(store: Bucket, job, **parameters) -> None:
    store.write_json(job.started("r"), parameters)
    store.write_json(job.manifest("r"), {"run": "r"})


def described(store: Bucket, *, csv: bool = False) -> dict[str, list[str]]:
    steps = submission.steps(store, CODE, SETTINGS, "r", list(JOBS.values()), PACKED, csv=csv)
    return {step["Name"]: step["HadoopJarStep"]["Args"] for step in steps}


@pytest.mark.parametrize("job", JOBS)
@pytest.mark.parametrize("csv", [False, True])
def test_each_job_understands_what_its_step_tells_it(store, job, csv):
    words = described(store, csv=csv)[f"r: {job}"]
    script = words.index(f"s3://bucket/jobs/{CODE.code_hash}/{job}.py")
    told = importlib.import_module(job).parse(words[script + 1 :])
    assert told.output == f"s3://bucket/data/{job}/r"
    assert told.code_hash == CODE.code_hash
    given = SETTINGS.model_dump() | {"csv": csv, "weights": f"s3://bucket/jobs/{CODE.code_hash}/{submission.WEIGHTS}"}
    assert {name: getattr(told, name) for name in JOBS[job].options} == {
        name: given[name] for name in JOBS[job].options
    }


def test_a_job_reads_what_the_one_before_it_wrote(store):
    steps = described(store)
    assert list(steps) == [str(StepName("r", job)) for job in JOBS]
    read = {name: words[words.index("--input") + 1] for name, words in steps.items()}
    assert read["r: features"] == "s3://bucket/data/packed"
    assert read["r: pca"] == "s3://bucket/data/features/r"


def test_a_run_goes_on_with_what_is_left_of_it(store):
    assert submission.left(store, SETTINGS, "r", csv=False) == list(JOBS.values())
    done(store, FEATURES, mode="apples", split="Test", max_images=None, weights="a digest")
    assert submission.left(store, SETTINGS, "r", csv=False) == [job for job in JOBS.values() if job != FEATURES]
    for job in JOBS.values():
        done(store, job)
    assert submission.left(store, SETTINGS, "r", csv=False) == []


def test_it_does_not_go_on_with_other_parameters(store):
    done(store, FEATURES, mode="full", split="Test", max_images=None, weights="a digest")
    with pytest.raises(UsageError, match="the run r was begun with mode = 'full', not 'apples'"):
        submission.left(store, SETTINGS, "r", csv=False)
    for job in JOBS.values():
        done(store, job, mode="full")
    assert submission.left(store, SETTINGS, "r", csv=False) == [], "it is complete, whatever it was made with"


class Steps:
    """An EMR whose cluster has had these steps, the newest first."""

    poll_interval = 0.0

    def __init__(self, *names: str) -> None:
        self.names = names

    def client(self, _service: str) -> "Steps":
        return self

    def get_paginator(self, _operation: str) -> SimpleNamespace:
        entries = [{"Id": f"s-{name}", "Name": name, "Status": {"State": "COMPLETED"}} for name in self.names]
        return SimpleNamespace(paginate=lambda **_: [{"Steps": entries}])


def site(*names: str) -> SimpleNamespace:
    cluster = SimpleNamespace(id="j-1", name="orchard-default")
    return SimpleNamespace(target=Steps(*names), cluster=lambda: cluster, cluster_name=cluster.name)


def test_the_latest_run_is_not_a_step_of_somebody_else():
    assert pipeline.latest(site("my own: step", "hello", "r2: pca", "r1: pca")) == "r2"
    with pytest.raises(UsageError, match="has had no run"):
        pipeline.latest(site("hello"))
