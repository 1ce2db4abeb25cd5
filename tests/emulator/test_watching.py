"""Status, guards, orphans and run records against the emulator's EMR, EC2, Scheduler and S3."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config

from orchard.aws import layout
from orchard.aws import scheduler as guards
from orchard.aws.bucket import Bucket
from orchard.aws.emr import Emr
from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.errors import OrchardError, UsageError
from orchard.cluster.status import gather as gathering
from orchard.cluster.status import reading
from orchard.cluster.status.gather import gather
from orchard.cluster.status.model import Status
from orchard.cost.prices import rates
from orchard.diagnosis.aws import AwsError, refusal
from orchard.infrastructure import orphans
from orchard.infrastructure import state as terraform_state
from orchard.runs import run_record
from orchard.runs.run_record_model import RunRecord
from tests.emulator.conftest import REGION, Aws, command, emulator
from tests.support.fidelity import models
from tests.support.guards import end_of_life
from tests.support.held import held

PROJECT = "watched"


class Site:
    """A project on the emulator: its target, whose calls are counted and can be refused."""

    def __init__(self, aws: Aws, home: Path) -> None:
        self.aws = aws
        self.calls: Counter = Counter()
        self.refused: set[str] = set()
        self.throttled: Counter = Counter()
        session = boto3.Session(aws.credentials.key_id, aws.credentials.secret, region_name=REGION)
        session.events.register("before-call.*.*", self._count)
        session.events.register("before-send.*.*", self._throttle)
        self.target = Target(
            name="local",
            region=REGION,
            charges=False,
            instance_id="test",
            state_dir=home,
            environment={},
            endpoint=aws.endpoint,
            poll_interval=0.1,
            _make_session=lambda: session,
            _config=Config(retries={"mode": "adaptive", "max_attempts": 5}, s3={"addressing_style": "path"}),
        )
        self.bucket = aws.bucket()
        self.settings = Settings(project=PROJECT, bucket=self.bucket)

    def _count(self, model: Any, **_: Any) -> tuple | None:
        self.calls[model.service_model.service_name] += 1
        if model.name not in self.refused:
            return None
        error = {
            "Code": "AccessDeniedException",
            "Message": f"User: somebody is not authorized to perform: {model.name}",
        }
        return SimpleNamespace(status_code=403), {"Error": error, "ResponseMetadata": {"HTTPStatusCode": 403}}

    def _throttle(self, request: Any, event_name: str, **_: Any) -> AWSResponse | None:
        operation = event_name.rsplit(".", 1)[-1]
        if self.throttled[operation] <= 0:
            return None
        self.throttled[operation] -= 1
        body = b'{"__type": "ThrottlingException", "message": "Rate exceeded"}'
        raw = SimpleNamespace(stream=lambda **_: iter([body]), read=lambda **_: body)
        return AWSResponse(request.url, 400, {"content-type": "application/x-amz-json-1.1"}, raw)

    def status(self, name: str | None = None) -> Status:
        return gather(self.settings, self.target, name)

    def cluster(self, name: str, *steps: dict, idle: int = 3600, core: int = 2) -> str:
        groups = [("MASTER", 1), ("CORE", core)]
        tags = {"Project": PROJECT, "Cluster": f"{PROJECT}-{name}", "Notebook": "studio", "ReleaseLabel": "emr-7.5.0"}
        return self.aws.emr.run_job_flow(
            Name=f"{PROJECT}-{name}",
            ReleaseLabel="emr-7.5.0",
            JobFlowRole="ec2",
            ServiceRole="emr",
            LogUri=f"s3://{self.bucket}/logs/",
            Instances={
                "KeepJobFlowAliveWhenNoSteps": True,
                "InstanceGroups": [
                    {"InstanceRole": role, "InstanceType": "m5.xlarge", "InstanceCount": count}
                    for role, count in groups
                ],
            },
            Steps=list(steps),
            Tags=[{"Key": key, "Value": value} for key, value in (tags | {"IdleTimeout": str(idle)}).items()],
            AutoTerminationPolicy={"IdleTimeout": idle},
        )["JobFlowId"]

    def guard(self, name: str, cluster_id: str, ends_at: datetime) -> None:
        more = {"Description": "Ends it", "KmsKeyArn": "arn:aws:kms:eu-west-3:123456789012:key/1"}
        end_of_life(self.aws.client("scheduler"), f"{PROJECT}-{name}", cluster_id, ends_at, **more)


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An emulator of its own, whose clock no other test has advanced."""
    yield from emulator(tmp_path_factory.mktemp("emulator") / "home")


@pytest.fixture(scope="module")
def site(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Site:
    return Site(aws, tmp_path_factory.mktemp("state"))


@pytest.fixture(scope="module")
def clusters(site: Site) -> Iterator[dict[str, str]]:
    """Three clusters that wait, one with a guard."""
    made = {name: site.cluster(name, core=core) for name, core in (("default", 2), ("big", 4), ("third", 1))}
    for number in made.values():
        site.aws.until(number, "WAITING")
    site.guard("default", made["default"], datetime.now(UTC) + timedelta(hours=8))
    yield made
    site.aws.emr.terminate_job_flows(JobFlowIds=list(made.values()))


def test_three_clusters_take_five_calls_to_emr(site: Site, clusters: dict[str, str]) -> None:
    site.calls.clear()
    told = site.status()
    assert site.calls["emr"] == 5
    assert {cluster.short_name: cluster.id for cluster in told.clusters} == clusters
    assert told.missing == []


def test_a_cluster_is_told_of_whole(site: Site, clusters: dict[str, str]) -> None:
    told = {cluster.short_name: cluster for cluster in site.status().clusters}
    default, big = told["default"], told["big"]
    assert (default.state, default.release_label, default.notebook) == ("WAITING", "emr-7.5.0", "studio")
    assert [(kind.role, kind.count) for kind in big.nodes] == [("MASTER", 1), ("CORE", 4)]
    # By hand, eu-west-3: a node 0.224 + 0.048 + 96 x 0.0928 / 720 an hour.
    assert default.usd_per_hour == pytest.approx(3 * 0.284373, abs=1e-4)
    assert big.usd_per_hour == pytest.approx(5 * 0.284373, abs=1e-4)
    assert 0 <= default.usd_so_far < default.usd_per_hour / 10
    assert (default.idle.timeout_seconds, default.idle.source) == (3600, "tag")
    assert default.idle.strikes_at == default.idle.since + timedelta(hours=1)
    assert default.hard_limit.enabled
    assert big.hard_limit is None


def test_of_one_cluster_alone_the_policy_itself_is_asked(site: Site, clusters: dict[str, str]) -> None:
    site.aws.emr.put_auto_termination_policy(ClusterId=clusters["third"], AutoTerminationPolicy={"IdleTimeout": 7200})
    site.calls.clear()
    told = site.status("third")
    assert site.calls["emr"] <= 5
    assert [cluster.short_name for cluster in told.clusters] == ["third"]
    assert (told.clusters[0].idle.timeout_seconds, told.clusters[0].idle.source) == (7200, "policy")


def test_an_unknown_name_suggests_the_nearest(site: Site, clusters: dict[str, str]) -> None:
    with pytest.raises(UsageError, match="there is no cluster watched-defualt") as told:
        site.status("defualt")
    assert told.value.remedy == "did you mean --name default?"


@pytest.mark.parametrize(
    ("operation", "missing"),
    [
        ("DescribeInstances", "nodes and what they cost"),
        ("ListStudios", "Studios"),
        ("GetSchedule", "hard limit of watched-default"),
        ("ListSteps", "steps of watched-big"),
        ("GetResources", "tagged resources"),
    ],
)
def test_a_call_that_is_denied_leaves_the_rest(
    site: Site, clusters: dict[str, str], operation: str, missing: str
) -> None:
    site.refused = {operation}
    try:
        told = site.status()
    finally:
        site.refused = set()
    assert len(told.clusters) == 3
    why = {entry.what: entry.why for entry in told.missing}[missing]
    assert f"these credentials may not do {operation}" in why


def test_without_the_list_of_clusters_there_is_nothing_to_tell(site: Site) -> None:
    site.refused = {"ListClusters"}
    try:
        with pytest.raises(OrchardError, match="these credentials may not do ListClusters"):
            site.status()
    finally:
        site.refused = set()


def test_throttling_is_waited_out(site: Site, clusters: dict[str, str]) -> None:
    site.throttled = Counter({"ListSteps": 1, "ListClusters": 1})
    told = site.status()
    assert site.throttled["ListSteps"] == site.throttled["ListClusters"] == 0
    assert told.missing == []


def test_extend_moves_the_end_and_nothing_else(site: Site, clusters: dict[str, str]) -> None:
    scheduler = site.target.client("scheduler")
    name = f"{PROJECT}-default"
    before = scheduler.get_schedule(Name=guards.name_of(name))
    created = next(c.created for c in site.status().clusters if c.short_name == "default")
    was = guards.hard_limit(scheduler, name).ends_at
    end = guards.extend(scheduler, clusters["default"], name, created, timedelta(hours=2))
    assert end == was + timedelta(hours=2)
    after = scheduler.get_schedule(Name=guards.name_of(name))
    assert after["ScheduleExpression"] == f"at({end:%Y-%m-%dT%H:%M:%S})"
    changing = ("ScheduleExpression", "LastModificationDate", "ResponseMetadata")
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }
    assert site.status("default").clusters[0].hard_limit.strikes_at == end
    with pytest.raises(UsageError, match="a week after its creation, not longer") as told:
        guards.extend(scheduler, clusters["default"], name, created, timedelta(hours=160))
    assert "extend it by 6 d 1" in told.value.remedy
    assert guards.hard_limit(scheduler, name).ends_at == end


def test_a_cluster_without_a_guard_cannot_be_extended(site: Site, clusters: dict[str, str]) -> None:
    scheduler = site.target.client("scheduler")
    for name, number in (("big", clusters["big"]), ("default", clusters["big"])):
        with pytest.raises(OrchardError, match="has no schedule that ends it"):
            guards.extend(scheduler, number, f"{PROJECT}-{name}", datetime.now(UTC), timedelta(hours=1))


def test_after_an_idle_hour_the_cluster_is_gone_and_status_says_why(site: Site) -> None:
    number = site.cluster("forgotten", idle=3600)
    site.aws.until(number, "WAITING")
    others = [c.id for c in site.status().clusters if c.id != number]
    for other in others:  # only this one is idle for too long when the time passes
        site.aws.emr.put_auto_termination_policy(ClusterId=other, AutoTerminationPolicy={"IdleTimeout": 604_800})
    site.aws.advance(3700)
    site.aws.until(number, "TERMINATED")
    told = site.status("forgotten")
    assert told.clusters == []
    assert [(c.id, c.state, c.reason) for c in told.ended] == [
        (number, "TERMINATED", "Auto-terminated after 3600 seconds of idle time")
    ]


@models(
    "EMR ends no cluster with termination protection, so the schedule of its hard limit strikes in vain",
    source='EMR Management Guide, "Using termination protection"; API Reference, TerminateJobFlows',
)
def test_a_cluster_that_outlives_its_hard_limit_is_overdue(site: Site) -> None:
    number = site.cluster("immortal", idle=604_800)
    site.aws.until(number, "WAITING")
    site.aws.emr.set_termination_protection(JobFlowIds=[number], TerminationProtected=True)
    site.guard("immortal", number, datetime.now(UTC) - timedelta(minutes=10))  # which the local AWS fires at once
    told = site.status("immortal").clusters[0]
    assert told.hard_limit.overdue
    assert told.state == "WAITING"
    site.aws.emr.set_termination_protection(JobFlowIds=[number], TerminationProtected=False)
    site.aws.emr.terminate_job_flows(JobFlowIds=[number])
    site.aws.until(number, "TERMINATED")
    assert site.status("immortal").clusters == []


def test_an_end_by_the_schedule_is_not_called_a_users_request() -> None:
    end = datetime(2026, 11, 22, 8, 0, 10, tzinfo=UTC)

    def ended(at: datetime, number: str = "j-1") -> str:
        status = {
            "State": "TERMINATED",
            "StateChangeReason": {"Code": "USER_REQUEST", "Message": "Terminated by user request"},
            "Timeline": {"CreationDateTime": end - timedelta(hours=8), "EndDateTime": at},
        }
        limit = guards.HardLimit(end, True, ["j-1"])
        return reading.ended({"Id": number, "Name": "x", "Status": status}, limit).reason

    assert ended(end + timedelta(minutes=2)) == "its hard limit of 2026-11-22 08:00 UTC was reached"
    assert ended(end - timedelta(minutes=2)) == "Terminated by user request"
    assert ended(end + timedelta(minutes=2), "j-2") == "Terminated by user request"


def test_times_are_aws_own_and_never_negative(site: Site, clusters: dict[str, str], monkeypatch) -> None:
    """This machine's clock is a day slow: nothing may be told by it."""

    class Slow(datetime):
        @classmethod
        def now(cls, tz=None):
            return super().now(tz) - timedelta(days=1)

    monkeypatch.setattr(gathering, "datetime", Slow)
    told = site.status()
    assert abs((told.taken - datetime.now(UTC)).total_seconds()) < 3600
    assert all(0 <= cluster.uptime_seconds < 3600 for cluster in told.clusters)


def test_orphans_are_what_no_state_knows(site: Site, clusters: dict[str, str]) -> None:
    import json

    group = site.aws.client("ec2").create_security_group(
        GroupName="lost",
        Description="x",
        TagSpecifications=[{"ResourceType": "security-group", "Tags": [{"Key": "Project", "Value": PROJECT}]}],
    )["GroupId"]

    def state(*ids: str) -> str:
        resources = [{"mode": "managed", "type": "x", "instances": [{"attributes": {"id": number}}]} for number in ids]
        return json.dumps({"version": 4, "resources": resources})

    kept = site.target.state_dir / "cluster.tfstate"
    kept.write_text(state(clusters["default"]))
    other = site.target.state_dir / "cluster.workspaces" / "big" / "cluster.tfstate"
    other.parent.mkdir(parents=True)
    other.write_text(state(clusters["big"]))
    try:
        told = {orphan.what: orphan.remedy for orphan in site.status().orphans}
        assert told[f"cluster {clusters['third']} (watched-third)"] == "./inv down --name third"
        assert told[f"arn:aws:ec2:{REGION}:123456789012:security-group/{group}"] == (
            f"aws ec2 delete-security-group --group-id {group}"
        )
        assert len(told) == 2, "and none of the third cluster's nodes beside it"
        assert set(told) <= set(orphans.find(site.settings, site.target))
        lock = kept.with_name(".cluster.tfstate.lock.info")
        lock.touch()
        with held(kept):
            assert site.status().orphans == []
            with pytest.raises(OrchardError, match="Terraform is at work"):
                orphans.find(site.settings, site.target)
        assert len(site.status().orphans) == 2, "its Terraform is no more"
        lock.unlink()
        kept.write_text('{"version": 5}')
        assert "has the format 5" in {m.what: m.why for m in site.status().missing}["Terraform's states"]
    finally:
        kept.unlink()
        other.unlink()
        site.aws.client("ec2").delete_security_group(GroupId=group)


@pytest.fixture(scope="module")
def recorded(site: Site, clusters: dict[str, str], tmp_path_factory) -> tuple[RunRecord, RunRecord]:
    """The record of the run r1 as it was begun, and as it was completed."""
    store, cluster = Bucket(site.target, site.bucket), clusters["big"]
    go = tmp_path_factory.mktemp("recorded") / "go"
    waits = command("bash", "-c", f"until [ -e {go} ]; do sleep 0.05; done", name="r1: features")
    ids = site.aws.run(cluster, waits, command("true", name="r1: pca"))
    chosen = site.settings.model_copy(update={"mode": "full"})
    begun = run_record.begin(store, site.target, chosen, "r1", csv=True, code="abc", cluster_id=cluster, ids=ids)
    go.touch()
    for number in ids:
        site.aws.step_until(cluster, number)
    return begun, run_record.complete(store, site.target, "r1")


def test_the_record_of_a_run_is_begun_completed_and_priced(site: Site, recorded) -> None:
    store, (begun, done) = Bucket(site.target, site.bucket), recorded
    assert not begun.is_over
    assert begun.cost is None
    assert {(g.role, g.instance_type, g.count) for g in begun.cluster.instance_groups} == {
        ("MASTER", "m5.xlarge", 1),
        ("CORE", "m5.xlarge", 4),
    }
    assert [(step.job, step.state) for step in done.steps] == [("features", "COMPLETED"), ("pca", "COMPLETED")]
    hours = (done.steps[1].ended - done.steps[0].started).total_seconds() / 3600
    assert done.cost.hours == pytest.approx(hours, abs=1e-6)
    assert done.cost.parts["ec2"] == pytest.approx(5 * 0.224 * hours, abs=1e-6)
    assert done.cost.emulated
    assert store.read_json("data/runs/r1/run.json") == done.model_dump(mode="json")
    assert run_record.complete(store, site.target, "r1") == done, "twice is as good as once"


def test_who_may_only_look_is_told_what_a_run_cost(site: Site, recorded, monkeypatch) -> None:
    store, (begun, done) = Bucket(site.target, site.bucket), recorded
    store.write_json("data/runs/looked-at/run.json", begun.model_dump(mode="json"))

    def refuse(status: int) -> None:
        def write(*_):
            raise refusal("AccessDenied", "told to", status, "PutObject", site.bucket)

        monkeypatch.setattr(store, "write_json", write)

    refuse(403)
    assert run_record.complete(store, site.target, "looked-at") == done
    refuse(500)
    with pytest.raises(AwsError):
        run_record.complete(store, site.target, "looked-at")


def test_a_resumed_run_costs_what_all_its_attempts_cost(site: Site, clusters: dict[str, str]) -> None:
    store = Bucket(site.target, site.bucket)
    cluster = clusters["big"]

    def attempt() -> RunRecord:
        ids = site.aws.run(cluster, command("true", name="r2: features"), command("true", name="r2: pca"))
        run_record.begin(store, site.target, site.settings, "r2", csv=False, code="a", cluster_id=cluster, ids=ids)
        for number in ids:
            site.aws.step_until(cluster, number)
        return run_record.complete(store, site.target, "r2")

    first, second = attempt(), attempt()
    assert [one.steps for one in second.earlier] == [first.steps]
    lasted = [(steps[-1].ended - steps[0].started).total_seconds() / 3600 for steps in (first.steps, second.steps)]
    assert first.cost.hours == pytest.approx(lasted[0], abs=1e-6)
    assert second.cost.hours == pytest.approx(sum(lasted), abs=1e-6), "without the time between the attempts"


def test_a_run_without_a_record_and_a_record_that_cannot_be_read(site: Site) -> None:
    store = Bucket(site.target, site.bucket)
    assert run_record.complete(store, site.target, "older") is None
    store.write_json(layout.record("odd"), {"run": "odd"})
    assert run_record.complete(store, site.target, "odd") is None


def test_a_record_whose_cluster_emr_has_forgotten_stays_as_it_was(site: Site, recorded) -> None:
    store, (_, record) = Bucket(site.target, site.bucket), recorded
    lost = record.model_copy(
        update={"run": "r3", "cost": None, "cluster": record.cluster.model_copy(update={"id": "j-GONE"})}
    )
    store.write_json(layout.record("r3"), lost.model_dump(mode="json"))
    assert run_record.complete(store, site.target, "r3") == lost


def test_a_run_that_never_started_has_no_price(recorded) -> None:
    _, record = recorded
    cancelled = [step.model_copy(update={"state": "CANCELLED", "started": None}) for step in record.steps]
    assert run_record.price(record.model_copy(update={"steps": cancelled}), rates(REGION), 0) is None


def test_an_ending_cluster_is_waited_for_and_a_living_one_is_not(site: Site, clusters: dict[str, str]) -> None:
    emr = Emr(site.target)
    number = site.cluster("ending")
    site.aws.until(number, "WAITING")
    seen: list[str] = []
    living = emr.until_gone(f"{PROJECT}-ending", lambda cluster: seen.append(cluster.state), 60)
    assert [cluster.id for cluster in living] == [number]
    assert seen == [], "nobody has told it to end"
    emr.interval = 0.01
    site.aws.emr.terminate_job_flows(JobFlowIds=[number])
    assert emr.until_gone(f"{PROJECT}-ending", lambda cluster: seen.append(cluster.state), 60) == []
    assert set(seen) <= {"TERMINATING"}
    assert site.aws.status(number)["State"] == "TERMINATED"


def test_states_in_a_shared_bucket_are_read_too(site: Site, tmp_path: Path) -> None:
    import json

    prefix = f"orchard/{PROJECT}/{REGION}/"
    states = {
        f"{prefix}foundation.tfstate": "vpc-1",
        f"{prefix}cluster.tfstate": "j-1",
        f"{prefix}workspaces/big/{prefix}cluster.tfstate": "j-2",
        f"{prefix}workspaces/gone/{prefix}cluster.tfstate": None,
        f"orchard/{PROJECT}/eu-central-1/foundation.tfstate": "vpc-of-another-region",
        f"orchard/other/{REGION}/workspaces/big/orchard/other/{REGION}/cluster.tfstate": "j-of-another-project",
    }
    for key, number in states.items():
        resources = [{"mode": "managed", "instances": [{"attributes": {"id": number}}]}] if number else []
        site.aws.put(site.bucket, key, json.dumps({"version": 4, "resources": resources}))
    shared = replace(site.target, durable=True, state_dir=tmp_path)
    chosen = site.settings.model_copy(update={"state_bucket": site.bucket})
    assert terraform_state.known(chosen, shared) == ({"vpc-1", "j-1", "j-2"}, False)
    assert terraform_state.workspaces(chosen, shared) == ["big", "default"]
    site.aws.put(site.bucket, f"{prefix}cluster.tfstate.tflock", "{}")
    assert terraform_state.known(chosen, shared).at_work
    assert terraform_state.known(site.settings, shared).words == set(), "without a bucket, this machine's"
