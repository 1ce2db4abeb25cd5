"""The canary of a cluster's shape: when it is sent, what it is told, what its verdict does. The account is moto's."""

import pytest
from moto import mock_aws

import canary as script
from orchard.aws import emr, executors, target
from orchard.aws.bucket import Bucket
from orchard.aws.emr import Emr, Step
from orchard.aws.layout import CANARY, JOBS, StepName
from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.cluster import canary_verdict
from orchard.cluster.site import Site
from orchard.doctor import cluster as checks
from orchard.doctor.finding import Setup
from orchard.runs import canary, pipeline, submission

LIKE = "emr-7.13.0-2xm5.xlarge-"
PASSED = {
    "executors": 2,
    "packages": {"numpy": "1"},
    "difference": 2.2e-5,
    "warnings": [],
    "ended": "2026-11-22T10:00:00+00:00",
}
FAILED = {
    "phase": "failed",
    "cause": "Spark has 1 executor",
    "remedy": "see that all nodes are there",
    "updated": 1.8e9,
}


@pytest.fixture
def site(tmp_path, monkeypatch) -> Site:
    """A cluster of two core nodes, and a photograph in the bucket."""
    monkeypatch.setattr(target, "STATE", tmp_path)
    monkeypatch.setattr(submission, "ship", lambda *_: None)
    monkeypatch.setattr(submission, "JOBS", tmp_path / "jobs")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    with mock_aws():
        settings = Settings(target="aws", region="eu-west-3", bucket="photographs")
        place = target.connect(settings)
        s3 = place.client("s3")
        s3.create_bucket(Bucket="photographs", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
        s3.put_object(Bucket="photographs", Key="data/raw/Training/Kiwi/1.jpg", Body=b"x")
        groups = [
            {"InstanceRole": role, "InstanceType": "m5.xlarge", "InstanceCount": count}
            for role, count in (("MASTER", 1), ("CORE", 2))
        ]
        place.client("emr").run_job_flow(
            Name="orchard-default",
            ReleaseLabel="emr-7.13.0",
            Instances={"KeepJobFlowAliveWhenNoSteps": True, "InstanceGroups": groups},
            JobFlowRole="nodes",
            ServiceRole="emr",
        )
        yield Site(settings, place)


@pytest.fixture
def started(site, monkeypatch):
    """A function that starts a run and returns the names of the steps that were sent for it, in their order."""
    monkeypatch.setattr(pipeline, "follow", lambda *_: None)

    def start(name: str, **options: bool) -> list[str]:
        emr, before = Emr(site.target), len(steps(site))
        pipeline.run(site, name, csv=False, **options)
        return [step.name for step in reversed(emr.steps(site.cluster().id))][before:]

    return start


def steps(site: Site) -> list[Step]:
    return Emr(site.target).steps(site.cluster().id)


def jobs_of(name: str) -> list[str]:
    return [str(StepName(name, job)) for job in JOBS]


def shape_of(told: list[str]) -> str:
    named = StepName.parse(told[0])
    assert named.job == CANARY.name
    assert named.run.startswith(LIKE)
    return named.run


def test_it_goes_before_the_first_run_on_a_shape_until_it_has_passed(site, started, monkeypatch, capsys):
    store = site.bucket()
    told = started("one")
    shape = shape_of(told)
    assert told[1:] == jobs_of("one")
    assert "The first run on 2 x m5.xlarge with emr-7.13.0 begins with a canary" in capsys.readouterr().err
    assert started("two") == jobs_of("two"), "it is under way already"
    for module in (canary, emr):
        monkeypatch.setattr(module, "OPEN", ())  # as if all of these had ended
    store.write_json(CANARY.progress(shape), FAILED)
    assert started("three") == [told[0], *jobs_of("three")]
    store.write_json(CANARY.manifest(shape), PASSED)
    assert started("four") == jobs_of("four")


def test_it_may_be_left_out(started):
    assert started("one", skip_canary=True) == jobs_of("one")


def test_other_code_and_other_nodes_are_another_shape():
    nodes = canary_verdict.hardware("emr-7.13.0", "m5.xlarge", 2)
    assert nodes == LIKE
    assert canary_verdict.shape(nodes, "0a") == canary_verdict.shape(nodes, "0a")
    assert canary_verdict.shape(nodes, "0a") != canary_verdict.shape(nodes, "0b")
    assert (
        len({canary_verdict.hardware("emr-7.13.0", kind, n) for kind in ("m5.xlarge", "r5.xlarge") for n in (1, 2)})
        == 4
    )


def test_the_job_understands_what_its_step_tells_it_with_the_promise_of_the_nodes(site):
    promised = executors.promised("m5.xlarge", 2)
    told = script.parse(canary.words(site.bucket(), f"{LIKE}01234567", promised, "0a", "s3://photographs/w.h5"))
    assert told.output == f"s3://photographs/data/canary/{LIKE}01234567"
    assert (told.weights, told.code_hash, told.executors, told.cores) == ("s3://photographs/w.h5", "0a", 2, 4)
    assert (told.heap_mib, told.overhead_mib) == (promised.heap_mib, promised.overhead_mib)


def test_the_run_is_not_begun_when_it_fails_and_its_cause_is_told(site, monkeypatch):
    shape = f"{LIKE}01234567"
    names = [str(StepName(shape, CANARY.name)), *jobs_of("mine")]
    states = ["FAILED", *["CANCELLED"] * len(JOBS)]
    ended = [Step(f"s-{n}", name, state, "") for n, (name, state) in enumerate(zip(names, states, strict=True))]
    monkeypatch.setattr(Emr, "steps", lambda *_: ended[::-1])
    monkeypatch.setattr(Emr, "follow", lambda _, __, ids, *___: [step for step in ended if step.id in ids])
    site.bucket().write_json(CANARY.progress(shape), FAILED)
    with pytest.raises(OrchardError, match="the canary did not pass: Spark has 1 executor") as caught:
        pipeline.follow(site, "mine")
    assert caught.value.remedy == "see that all nodes are there; --skip-canary goes without"
    assert pipeline.latest(site) == "mine"


def test_a_canary_of_another_run_is_not_this_ones(site):
    names = ["shape: canary", "one: features", "one: pca", "two: features"]
    oldest_first = [Step(f"s-{n}", name, "COMPLETED", "") for n, name in enumerate(names)]
    newest_first = oldest_first[::-1]
    assert [step.name for step in canary_verdict.before(newest_first, oldest_first[1])] == ["shape: canary"]
    assert (
        canary_verdict.before(newest_first, oldest_first[3])
        == canary_verdict.before(newest_first, oldest_first[0])
        == []
    )


def test_doctor_tells_what_the_newest_found_on_such_nodes(site):
    setup, store = Setup(site.settings, site.target), site.bucket()
    finding = checks.canary_came_back(setup)
    assert (finding.state, finding.detail) == (
        "ok",
        "none yet on 2 x m5.xlarge with emr-7.13.0: ./inv run sends one first",
    )
    store.write_json(CANARY.manifest(f"{LIKE}old"), PASSED)
    store.write_json(CANARY.progress("emr-7.13.0-1xm5.xlarge-other"), FAILED)
    finding = checks.canary_came_back(setup)
    assert finding.state == "ok"
    assert finding.detail.endswith("2026-11-22: 2 executors, 1 package, features within 2e-05")
    store.write_json(CANARY.manifest(f"{LIKE}old"), PASSED | {"warnings": ["spark.executor.cores is 1, not 4"]})
    assert checks.canary_came_back(setup).state == "warn"
    store.write_json(CANARY.progress(f"{LIKE}new"), FAILED)
    finding = checks.canary_came_back(setup)
    assert (finding.state, finding.remedy) == ("fail", "see that all nodes are there")


def test_where_there_is_no_bucket_there_is_no_verdict(site):
    assert canary_verdict.latest(Bucket(site.target, "nowhere"), LIKE) is None
