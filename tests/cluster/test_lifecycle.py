"""Up, down and cleanup against an account where things cost money; Terraform's roots are recorded, not run."""

import json
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from unnamed import Unnamed

from orchard.aws import scheduler, tags
from orchard.aws.emr import Emr
from orchard.aws.target import Target
from orchard.base import config, console
from orchard.base.errors import OrchardError, UsageError
from orchard.cluster import lifecycle, teardown
from orchard.cluster.site import Site
from orchard.diagnosis.aws import refusal
from orchard.diagnosis.terraform_events import Event
from orchard.infrastructure import state
from orchard.infrastructure.removal import order
from orchard.infrastructure.terraform import Plan
from tests.waiting import until

ROLE, EMPTY = "arn:aws:iam::123456789012:role/end", '{"JobFlowIds": []}'
BUCKET = "orchard-123456789012-eu-west-3"


class Account:
    """What an account holds, and what was done to it, in order."""

    def __init__(self, folder: Path) -> None:
        self.target = Target(
            name=Unnamed("hidden"),
            region="eu-west-3",
            instance_id="account",
            state_dir=folder,
            environment={},
            poll_interval=0.05,
        )
        self.done: list[str] = []
        self.asked: list[str] = []
        self.replaces: list[str] = []
        self.again: list[str] = []  # what a plan changes right after an apply
        self.again_refused: OrchardError | None = None
        self.network: dict[str, Any] = {}  # of the foundation's output
        self.owner = "123456789012"  # the account that the foundation is in
        self.last = ""  # the cluster that the state tells of
        self.warnings: list[str] = []  # that Terraform has for every plan, and again for its apply
        self.has_foundation = False
        self.breaks: dict[str, Callable[[], None]] = {}  # what happens at the end of an apply, by root
        self.scheduler = boto3.client("scheduler", "eu-west-3")
        self.emr = boto3.client("emr", "eu-west-3")
        boto3.client("s3", "eu-west-3").create_bucket(
            Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
        )

    def site(self, name: str = "default") -> Site:
        return Site(config.load().model_copy(update={"target": Unnamed("hidden")}), self.target, name)

    def answer(self, word: str):
        """Answer every question with a word, and note it."""

        def confirm(question: str) -> str:
            self.asked.append(question)
            return word

        return confirm

    def start_cluster(self, name: str) -> str:
        groups = [{"InstanceRole": "MASTER", "InstanceType": "m5.xlarge", "InstanceCount": 1}]
        instances = {"InstanceGroups": groups, "KeepJobFlowAliveWhenNoSteps": True}
        return self.emr.run_job_flow(Name=name, ReleaseLabel="emr-7.5.0", Instances=instances)["JobFlowId"]

    def guard(self, name: str) -> None:
        self.scheduler.create_schedule(
            Name=f"{name}-end-of-life",
            ScheduleExpression="at(2030-01-01T00:00:00)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": "arn:aws:scheduler:::aws-sdk:emr:terminateJobFlows", "RoleArn": ROLE, "Input": EMPTY},
        )

    def unguard(self, name: str) -> None:
        self.scheduler.delete_schedule(Name=f"{name}-end-of-life")

    def scheduled(self) -> list[str]:
        return [schedule["Name"] for schedule in self.scheduler.list_schedules()["Schedules"]]

    def ends(self) -> list[str]:
        """What the schedule of the cluster `default` ends."""
        schedule = self.scheduler.get_schedule(Name="orchard-default-end-of-life")
        return json.loads(schedule["Target"]["Input"])["JobFlowIds"]

    def alive(self, member: str = "Id") -> list[str]:
        states = ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]
        return [cluster[member] for cluster in self.emr.list_clusters(ClusterStates=states)["Clusters"]]

    def names(self) -> list[str]:
        return self.alive("Name")

    @property
    def bootstrap(self) -> list[str]:
        return [e["Key"] for e in boto3.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]


def entry(address: str, actions: str, **more: Any) -> dict[str, Any]:
    """A change as Terraform's JSON of a plan has it."""
    change = {"actions": actions.split(" and "), "after": None, **more}
    return {"address": address, "mode": "managed", "type": address.split(".")[-2], "change": change}


class RecordedRoot:
    """A root of Terraform that notes what is asked of it, and makes or ends the cluster as the real one would."""

    def __init__(self, account: Account, site: Site, root: str) -> None:
        self.account, self.site, self.root, self.workspace = account, site, root, site.name
        self.destroying, self.force_destroy, self.applied = False, False, False
        self.report: Callable[[Event], None] = lambda event: None

    def outputs(self) -> dict[str, Any]:
        if self.root == "cluster":
            return {"cluster_id": self.account.last} if self.account.last else {}
        if not self.account.has_foundation:
            return {}
        foundation = {"bucket": BUCKET, "region": "eu-west-3", "account_id": self.account.owner}
        return {"foundation": foundation | self.account.network, "bucket": BUCKET}

    def plan(self, variables: dict[str, Any], *, destroy: bool = False) -> Plan:
        self.destroying, self.force_destroy = destroy, variables.get("force_destroy", False)
        counts = {"add": 0 if destroy else 1, "change": 0, "remove": int(destroy)}
        if self.applied and not destroy and self.account.again_refused:
            raise self.account.again_refused
        changed = destroy or not self.applied or bool(self.account.again)
        return Plan(self.account.target.state_dir / "plan", changed, counts, self.account.warnings)

    def show_json(self, plan: Plan) -> dict[str, Any]:
        entries = [entry(*told.removesuffix(")").split(" (")) for told in self.account.again]
        if self.account.replaces:
            paths = [[name] for name in self.account.replaces]
            entries.append(entry("module.cluster.aws_emr_cluster.this", "delete and create", replace_paths=paths))
        return {"resource_changes": entries}

    def forget(self, kinds: tuple[str, ...]) -> list[str]:
        self.account.done.append(f"forget {', '.join(kinds)}")
        return ["module.cluster.aws_emr_cluster.this"]

    def apply(self, plan: Plan) -> None:
        verb, self.applied = "destroy" if self.destroying else "apply", True
        force = " with force_destroy" if self.force_destroy and not self.destroying else ""
        self.account.done.append(f"{verb} {self.root}{force}")
        for warning in self.account.warnings:
            self.report(Event("diagnostic", f"Warning: {warning}"))
        if self.root == "foundation":
            self.account.has_foundation = not self.destroying
        elif self.destroying:
            assert self.site.cluster_name not in self.account.names(), "what ends it goes with this"
            self.account.unguard(self.site.cluster_name)
        elif not self.account.alive():
            assert self.account.bootstrap, "the nodes look for it when they start"
            self.account.guard(self.site.cluster_name)
            self.account.start_cluster(self.site.cluster_name)
        if self.root in self.account.breaks:
            self.account.breaks[self.root]()


@pytest.fixture
def account(tmp_path, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        account = Account(tmp_path)
        monkeypatch.setattr(Site, "root", lambda site, root: RecordedRoot(account, site, root))
        monkeypatch.setattr(state, "workspaces", lambda *_: ["default"] if account.scheduled() else [])
        monkeypatch.setattr(state, "has_foundation", lambda *_: account.has_foundation)
        monkeypatch.setattr(order, "_configurations", lambda target: [])  # moto cannot list them
        yield account


def test_up_states_the_price_and_asks_before_anything_is_made(account, capsys):
    with pytest.raises(UsageError, match="nothing was changed"):
        lifecycle.up(account.site(), only=None, confirm=account.answer("no"))
    assert account.asked == ["Go on? Type yes: "]
    assert account.done == account.alive() == account.bootstrap == []
    assert "per hour (EC2, EMR, disks; prices of " in capsys.readouterr().err


def test_without_a_terminal_nothing_is_bought(account, monkeypatch):
    monkeypatch.setattr("builtins.input", lambda _: (_ for _ in ()).throw(EOFError))
    with pytest.raises(UsageError, match="no terminal to ask on") as caught:
        lifecycle.up(account.site(), only=None, confirm=console.ask)
    assert caught.value.remedy == "call again with --yes"
    assert account.done == []


def test_up_makes_the_foundation_then_the_cluster(account, capsys):
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    assert account.done == ["apply foundation", "apply cluster"]
    (made,) = account.alive()
    assert f"The cluster orchard-default ({made}) is" in capsys.readouterr().err


def test_a_warning_is_given_once(account, capsys):
    account.warnings = ["the release is old"]
    lifecycle.up(account.site(), only="foundation", confirm=account.answer("no"))
    assert capsys.readouterr().err.count("the release is old") == 1


def test_a_running_cluster_is_not_asked_for_again(account):
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    lifecycle.up(account.site(), only=None, confirm=account.answer("no"))
    assert len(account.asked) == 1


def test_where_nothing_costs_nobody_is_asked(account):
    account.target = replace(account.target, charges=False)
    lifecycle.up(account.site(), only=None, confirm=account.answer("no"))
    assert account.asked == []
    assert account.done == ["apply foundation", "apply cluster"]


def test_the_foundation_alone_costs_nothing_by_the_hour(account):
    lifecycle.up(account.site(), only="foundation", confirm=account.answer("no"))
    assert account.asked == []
    assert account.done == ["apply foundation"]
    with pytest.raises(UsageError, match="up makes no part bucket alone"):
        lifecycle.up(account.site(), only="bucket", confirm=account.answer("yes"))


def test_up_asks_before_it_replaces_what_runs(account, capsys):
    before = account.start_cluster("orchard-default")
    account.replaces = ["release_label"]
    with pytest.raises(UsageError, match="the cluster was left as it is"):
        lifecycle.up(account.site(), only=None, confirm=account.answer("no"))
    assert account.done == ["apply foundation"]
    assert account.alive() == [before]
    assert f"This ends the cluster {before}, with all that runs on it" in capsys.readouterr().err


def test_what_is_done_meanwhile_is_over_before_up_ends(account):
    lifecycle.up(
        account.site(), only=None, confirm=account.answer("yes"), meanwhile=lambda _: account.done.append("upload")
    )
    assert sorted(account.done) == ["apply cluster", "apply foundation", "upload"]

    def fails(_: threading.Event) -> None:
        raise OrchardError("the disk is full", "free some of it")

    with pytest.raises(OrchardError, match="the disk is full"):
        lifecycle.up(account.site(), only=None, confirm=account.answer("yes"), meanwhile=fails)


def test_what_waits_for_a_cluster_does_not_wait_for_one_that_never_comes(account):
    def breaks() -> None:
        raise OrchardError("EMR is slow", "wait")

    account.breaks["cluster"] = breaks
    waited: list[bool] = []
    with pytest.raises(OrchardError, match="EMR is slow"):
        lifecycle.up(
            account.site(),
            only=None,
            confirm=account.answer("yes"),
            meanwhile=lambda ended: waited.append(ended.wait(600)),
        )
    assert waited == [True]


def test_a_cluster_has_its_end_while_terraform_still_waits_for_it(account):
    account.breaks["cluster"] = lambda: until(account.ends)
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    (made,) = account.alive()
    assert account.ends() == [made]
    told = scheduler.hard_limit(account.scheduler, "orchard-default")
    created = account.emr.describe_cluster(ClusterId=made)["Cluster"]["Status"]["Timeline"]["CreationDateTime"]
    assert abs(told.ends_at - created - timedelta(hours=8)) < timedelta(seconds=1)


@pytest.mark.parametrize("how", [OrchardError("EMR is slow", "wait"), KeyboardInterrupt()])
def test_an_up_that_breaks_leaves_no_cluster_without_an_end(account, how):
    def fail() -> None:
        raise how

    account.target = replace(account.target, poll_interval=3600.0)  # nobody looks meanwhile
    account.breaks["cluster"] = fail
    with pytest.raises(type(how)):
        lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    assert account.ends() == account.alive()
    assert len(account.alive()) == 1


def test_an_up_of_months_later_gives_the_new_cluster_an_end_of_its_own(account):
    account.guard("orchard-default")  # which a cluster that has ended by itself left behind
    client, day = account.scheduler, datetime(2026, 1, 1, tzinfo=UTC)
    assert scheduler.arm(client, "j-OLD", "orchard-default", day, timedelta(hours=8))
    again = account.start_cluster("orchard-default")
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    assert account.ends() == [again]
    assert scheduler.hard_limit(client, "orchard-default").ends_at > datetime.now(UTC)


def test_an_end_that_was_moved_stays_where_it_is(account):
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    (made,) = account.alive()
    moved = scheduler.extend(account.scheduler, made, "orchard-default", datetime.now(UTC), timedelta(hours=2))
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    assert scheduler.hard_limit(account.scheduler, "orchard-default").ends_at == moved.replace(microsecond=0)


def test_a_name_that_nothing_has_or_had_is_a_mistake(account):
    account.start_cluster("orchard-hub")
    with pytest.raises(UsageError, match="there is and was no cluster orchard-hud") as caught:
        teardown.down(account.site("hud"), account.answer("yes"))
    assert caught.value.remedy == "did you mean --name hub?"
    assert account.names() == ["orchard-hub"]


def test_down_twice_is_as_good_as_once_beside_another(account):
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    account.start_cluster("orchard-hub")
    for _ in range(2):
        teardown.down(account.site(), account.answer("yes"))
    assert account.names() == ["orchard-hub"]


def test_a_cluster_in_another_region_is_named_where_none_is_here(account, capsys, tmp_path):
    here, other = (tmp_path / "orchard" / region / "terraform" for region in ("eu-west-3", "eu-west-1"))
    account.target = replace(account.target, state_dir=here)
    other.mkdir(parents=True)
    (other / "cluster.tfstate").write_text(json.dumps({"version": 4, "resources": [{"mode": "managed"}]}))
    teardown.down(account.site(), account.answer("yes"))
    look = "ORCHARD_REGION=eu-west-1 ./inv status"
    assert f"it may run and cost there. See: {look}" in capsys.readouterr().err
    with pytest.raises(OrchardError, match="no cluster orchard-default is running") as caught:
        account.site().cluster()
    assert look in caught.value.remedy


def test_a_down_that_breaks_has_ended_the_cluster(account):
    def fail() -> None:
        raise OrchardError("the security group has a dependent object", "wait")

    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    account.breaks["cluster"] = fail
    with pytest.raises(OrchardError, match="dependent object"):
        teardown.down(account.site(), account.answer("yes"))
    assert account.alive() == []


def test_a_down_without_terraform_has_ended_the_cluster(account, monkeypatch):
    def fail(*_: Any) -> None:
        raise OrchardError("the AWS provider of Terraform cannot be reached", "check the network")

    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    monkeypatch.setattr(Site, "root", fail)
    with pytest.raises(OrchardError, match="provider"):
        teardown.down(account.site(), account.answer("yes"))
    assert account.alive() == []


def test_down_ends_the_cluster_and_nothing_else(account, capsys):
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    account.done.clear()
    for said in ("The cluster orchard-default is gone.", "There is no cluster orchard-default."):
        teardown.down(account.site(), account.answer("yes"))
        assert said in capsys.readouterr().err
    assert account.done == ["destroy cluster"]
    assert account.has_foundation
    assert account.alive() == []


@pytest.mark.parametrize("costs", [True, False])
def test_a_second_plan_after_up_warns_when_it_is_not_empty(account, capsys, costs):
    account.target = replace(account.target, charges=costs)
    account.again = ["module.cluster.aws_emr_cluster.this (create and delete)"]
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    said = "planned again, the cluster is not as it was asked for: module.cluster.aws_emr_cluster.this (create and"
    assert (said in " ".join(capsys.readouterr().err.split())) == costs, "only AWS itself can tell"
    assert account.done == ["apply foundation", "apply cluster"]


def test_a_second_plan_that_is_empty_says_nothing(account, capsys):
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    assert "planned again" not in capsys.readouterr().err


def test_a_second_plan_that_fails_leaves_the_cluster_as_it_is(account, capsys):
    account.again_refused = OrchardError("AWS is busy (Throttling)", "wait a minute")
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    told = " ".join(capsys.readouterr().err.split())
    assert "Warning: the cluster could not be planned again: AWS is busy (Throttling)" in told
    assert "The cluster orchard-default" in told


def test_up_goes_on_where_emr_has_forgotten_the_last_cluster(account, capsys, monkeypatch):
    account.last = "j-FORGOTTEN"

    def forgotten(_: Emr, number: str) -> None:
        raise refusal("InvalidRequestException", f"Cluster id '{number}' is not valid.", 400, "DescribeCluster")

    monkeypatch.setattr(Emr, "cluster", forgotten)
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    forgets = "forget aws_emr_cluster, aws_emr_instance_group, aws_emr_managed_scaling_policy"
    assert account.done == ["apply foundation", forgets, "apply cluster"]
    assert "EMR has forgotten the cluster j-FORGOTTEN" in capsys.readouterr().err
    account.done.clear()
    account.owner = "999999999999"  # these credentials are another account's, which never knew it
    teardown.down(account.site(), account.answer("yes"))
    assert account.done == ["destroy cluster"]


def private(account: Account) -> tuple[Any, dict[str, Any]]:
    """A VPC of ours, as the foundation's output tells of it, and EC2's client."""
    ec2 = boto3.client("ec2", "eu-west-3")
    vpc = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.20.0.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName="w", Description="w", VpcId=vpc)["GroupId"]
    account.network = {"vpc_id": vpc, "nat_subnet_id": subnet, "security_group_ids": {"workspace": group}}
    return ec2, account.network


def test_down_removes_emrs_endpoint_once_no_cluster_may_use_it(account, capsys, monkeypatch):
    ec2, network = private(account)
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    named = [{"ResourceType": "vpc-endpoint", "Tags": [{"Key": "Name", "Value": "emr-service-vpce"}]}]
    asked = {"VpcEndpointType": "Interface", "ServiceName": "com.amazonaws.eu-west-3.elasticmapreduce"}
    made = ec2.create_vpc_endpoint(VpcId=network["vpc_id"], TagSpecifications=named, **asked)
    number = made["VpcEndpoint"]["VpcEndpointId"]
    other = account.start_cluster("orchard-second")
    account.emr.terminate_job_flows(JobFlowIds=[n for n in account.alive() if n != other])
    monkeypatch.setattr(state, "workspaces", lambda *_: [])
    teardown.down(account.site(), account.answer("yes"))
    assert tags.endpoints(ec2, network["vpc_id"]) == [number]
    account.emr.terminate_job_flows(JobFlowIds=[other])
    teardown.down(account.site(), account.answer("yes"))
    assert tags.endpoints(ec2, network["vpc_id"]) == []
    assert f"EMR has left {number}" in capsys.readouterr().err


def test_cleanup_deletes_nothing_while_a_workspace_is_there(account):
    ec2, network = private(account)
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    account.done.clear()
    asked = {"SubnetId": network["nat_subnet_id"], "Groups": [network["security_group_ids"]["workspace"]]}
    number = ec2.create_network_interface(**asked)["NetworkInterface"]["NetworkInterfaceId"]
    with pytest.raises(OrchardError, match=number):
        teardown.cleanup(account.site(), account.answer("orchard"))
    assert account.done == []
    assert len(account.alive()) == 1


def test_down_where_nothing_is(account, capsys):
    teardown.down(account.site(), account.answer("yes"))
    assert "nothing to take down" in capsys.readouterr().err
    assert account.done == []


def test_down_tells_of_a_foundation_that_is_half_made(account, capsys, monkeypatch):
    monkeypatch.setattr(state, "has_foundation", lambda *_: True)  # and it has no outputs yet
    teardown.down(account.site(), account.answer("yes"))
    said = " ".join(capsys.readouterr().err.split())
    assert "There is no cluster orchard-default." in said
    assert "the foundation is half made: ./inv up goes on with it, ./inv cleanup removes it" in said


def test_down_asks_before_it_ends_a_cluster_that_the_state_does_not_know(account, monkeypatch):
    lifecycle.up(account.site(), only="foundation", confirm=account.answer("yes"))
    lost = account.start_cluster("orchard-default")
    account.guard("orchard-default")
    monkeypatch.setattr(state, "workspaces", lambda *_: [])
    with pytest.raises(OrchardError, match=f"the cluster {lost} is called orchard-default and has no tag") as caught:
        teardown.down(account.site(), account.answer("yes"))
    assert lost in caught.value.remedy, "it still costs"
    account.emr.add_tags(ResourceId=lost, Tags=[{"Key": "Project", "Value": "orchard"}])
    with pytest.raises(UsageError, match="left as it is"):
        teardown.down(account.site(), account.answer("no"))
    assert account.alive() == [lost]
    teardown.down(account.site(), account.answer("yes"))
    assert account.alive() == account.scheduled() == []


def test_cleanup_deletes_nothing_without_the_projects_name(account):
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    account.done.clear()
    with pytest.raises(UsageError, match="nothing was deleted"):
        teardown.cleanup(account.site(), account.answer("yes"))
    assert f"This deletes the bucket {BUCKET} with all data and results" in account.asked[-1]
    assert account.done == []
    assert len(account.alive()) == 1


def test_cleanup_is_refused_while_another_cluster_stands_there(account):
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    account.start_cluster("orchard-second")
    account.done.clear()
    with pytest.raises(UsageError, match="another cluster stands on this foundation: orchard-second") as caught:
        teardown.cleanup(account.site(), account.answer("orchard"))
    assert caught.value.remedy == "./inv down --name second first"
    assert account.done == []


def test_a_cluster_of_a_project_with_a_longer_name_is_none_of_ours(account, monkeypatch):
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    account.start_cluster("orchard-two-default")
    monkeypatch.setattr(tags, "tagged", lambda *_: [])
    teardown.cleanup(account.site(), account.answer("orchard"))
    assert account.names() == ["orchard-two-default"]


def test_cleanup_ends_the_cluster_then_empties_the_bucket_then_goes(account, capsys, monkeypatch):
    lifecycle.up(account.site(), only=None, confirm=account.answer("yes"))
    account.done.clear()
    left = [f"arn:aws:s3:::{BUCKET}"]
    monkeypatch.setattr(tags, "tagged", lambda *_: left)
    monkeypatch.setattr(tags, "GONE_WITHIN", 0)
    with pytest.raises(OrchardError, match=f"still there: arn:aws:s3:::{BUCKET}"):
        teardown.cleanup(account.site(), account.answer("orchard"))
    assert account.done == ["destroy cluster", "apply foundation with force_destroy", "destroy foundation"]
    monkeypatch.setattr(tags, "GONE_WITHIN", 60)
    answers = [[], left, left, []]  # AWS is not done at once
    monkeypatch.setattr(tags, "tagged", lambda *_: answers.pop(0))
    teardown.cleanup(account.site(), account.answer("orchard"))
    assert answers == []
    assert "Nothing tagged Project=orchard is left." in capsys.readouterr().err
