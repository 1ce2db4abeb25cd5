"""The checks of `doctor`: each alone, one that fails beside others, and what the terminal and scripts get of them."""

import json
import os
import subprocess
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import jsonschema
import pytest

from checks import emr_roles
from orchard.aws import target
from orchard.base.config import Settings
from orchard.base.places import ROOT
from orchard.diagnosis.aws import AwsError, refusal
from orchard.doctor import account, cluster, machine, report, run
from orchard.doctor.finding import Finding, Setup
from orchard.machine import java, packages, provider, terraform
from tests.support.french import english

SCHEMA = json.loads((ROOT / "orchard" / "doctor" / "doctor.schema.json").read_text())
BUCKET = "orchard-123456789012-eu-west-3"


@pytest.fixture
def nowhere():
    return Setup(Settings(), None)


class Answers:
    """A client whose calls answer what they are told to, or raise it."""

    def __init__(self, **answers):
        for name, answer in answers.items():
            setattr(self, name, lambda answer=answer, **_: self._give(answer))

    def _give(self, answer):
        if isinstance(answer, Exception):
            raise answer
        return answer


def refused(code: str) -> AwsError:
    return refusal(code, "told to", 400, "Call")


# This machine -----------------------------------------------------------------------------------------------------
def test_java(nowhere, monkeypatch):
    monkeypatch.setattr(java, "candidates", lambda: [Path("/a"), Path("/b")])
    monkeypatch.setattr(java, "major_version", lambda home: {"/a": 21, "/b": 17}[str(home)])
    assert machine.java_runtime(nowhere) == Finding("ok", "17 (/b)")
    monkeypatch.setattr(java, "major_version", lambda home: {"/a": 21, "/b": None}[str(home)])
    found = machine.java_runtime(nowhere)
    assert (found.state, found.detail) == ("warn", "21 (/a), broken (/b); Spark here needs 17")


def test_spark_is_looked_for_where_jobs_run_on_this_machine(nowhere, aws, monkeypatch, tmp_path):
    assert "Spark" in run.checks(nowhere)[0]
    assert "Spark" not in run.checks(aws())[0]
    monkeypatch.setattr(packages, "STAMPS", tmp_path)
    assert "the first ./inv up installs it" in machine.job_packages(nowhere).detail
    jobs = packages.SETS["jobs"]
    jobs.stamp.parent.mkdir()
    jobs.stamp.write_bytes(jobs.lock.read_bytes())
    assert machine.job_packages(nowhere).detail.startswith("installed")


@pytest.mark.parametrize(
    ("named", "version", "state"),
    [(None, (1, 11, 4), "ok"), (None, (1, 5, 0), "ok"), ("sh", (1, 5, 0), "fail"), ("/no/terraform", None, "fail")],
)
def test_terraform(nowhere, monkeypatch, named, version, state):
    monkeypatch.setattr(terraform, "version", lambda _: version)
    monkeypatch.setenv("ORCHARD_TERRAFORM", named) if named else monkeypatch.delenv("ORCHARD_TERRAFORM", raising=False)
    assert machine.terraform_binary(nowhere).state == state


def test_a_named_mirror_without_the_provider(nowhere, monkeypatch, tmp_path):
    monkeypatch.setenv("ORCHARD_PROVIDER_MIRROR", str(tmp_path))
    found = machine.aws_provider(nowhere)
    assert found.state == "fail"
    assert f"ORCHARD_PROVIDER_MIRROR = {tmp_path} holds no" in found.detail


def test_a_terraform_configuration_of_ones_own_comes_before_a_mirror_nearby(nowhere, monkeypatch, tmp_path):
    (tmp_path / "mirror" / provider.PROVIDER).mkdir(parents=True)
    (tmp_path / "mine.tfrc").touch()
    monkeypatch.setattr(provider, "PARENTS", (tmp_path,))
    monkeypatch.delenv("ORCHARD_PROVIDER_MIRROR", raising=False)
    assert machine.aws_provider(nowhere) == Finding("ok", f"mirror {tmp_path / 'mirror'}")
    monkeypatch.setenv("TF_CLI_CONFIG_FILE", str(tmp_path / "mine.tfrc"))
    assert machine.aws_provider(nowhere) == Finding("ok", "as your own Terraform configuration says")


def test_neither_a_mirror_nor_the_registry(nowhere, monkeypatch, tmp_path):
    for name in ("ORCHARD_PROVIDER_MIRROR", "TF_CLI_CONFIG_FILE", "TF_PLUGIN_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(provider, "PARENTS", (tmp_path,))
    monkeypatch.setattr(machine, "REGISTRY", "http://127.0.0.1:9/")
    found = machine.aws_provider(nowhere)
    assert found.state == "fail"
    assert "ORCHARD_PROVIDER_MIRROR" in found.remedy


@pytest.mark.parametrize(("access", "missing"), [("ssm", "aws, session-manager-plugin"), ("ssh", "ssh, ssh-keygen")])
def test_tunnel_tools(monkeypatch, access, missing):
    monkeypatch.setenv("PATH", "/nonexistent")
    found = machine.access_tools(Setup(Settings(access=access), None))
    assert (found.state, found.detail) == ("warn", f"./inv connect needs {missing}")


def test_tunnel_tools_are_asked_for_only_where_there_is_a_tunnel():
    assert "tunnel tools" not in run.checks(Setup(Settings(), None))[0]
    assert "tunnel tools" in run.checks(Setup(Settings(notebook="jupyterhub"), None))[0]


def test_photographs(tmp_path):
    setup = Setup(Settings(dataset=tmp_path), None)
    assert machine.photographs(setup).state == "fail"
    assert "name the directory of your photographs" in machine.photographs(setup).remedy
    (tmp_path / "Test" / "Apple").mkdir(parents=True)
    assert machine.photographs(setup).state == "fail"
    (tmp_path / "Test" / "Apple" / "1.jpg").touch()
    assert machine.photographs(setup).detail == f"in {tmp_path}: 1 class (Apple), 1 photograph, taken as Test"


def test_weights(tmp_path, monkeypatch):
    assert machine.weights(Setup(Settings(weights=str(tmp_path / "none")), None)).state == "fail"
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    setup = Setup(Settings(), None)
    setup.settings.__dict__["weights"] = None
    assert "the first run fetches them" in machine.weights(setup).detail


# The settings -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("label", "today", "state"),
    [
        ("emr-7.5.0", date(2026, 11, 21), "warn"),
        ("emr-7.5.0", date(2026, 10, 1), "warn"),
        ("emr-7.5.0", date(2026, 1, 1), "ok"),
        ("emr-7.13.0", date(2026, 11, 21), "ok"),
        ("emr-7.14.0", date(2026, 11, 21), "unknown"),
    ],
)
def test_the_release_has_an_end(label, today, state):
    assert cluster.release(Setup(Settings(release_label=label), None), today).state == state


# The account ------------------------------------------------------------------------------------------------------
def test_all_is_well_in_a_fresh_account(aws):
    setup = aws()
    found = dict(run.examine(setup))
    assert found["credentials"].detail.startswith("account 123456789012")
    assert found["network"].detail.startswith("default VPC vpc-")
    assert found["instance type"].state == "ok"
    assert found["quota"].state == "unknown"
    assert "AWSServiceRoleForEMRCleanup" in found["service roles"].detail
    assert found["leftovers"].state == "ok"
    assert not [finding for finding in found.values() if finding.state == "fail"]


def test_no_default_vpc(aws):
    setup = aws()
    ec2 = setup.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    for subnet in ec2.describe_subnets()["Subnets"]:
        ec2.delete_subnet(SubnetId=subnet["SubnetId"])
    assert "has no subnet" in account.default_vpc(setup).detail
    ec2.delete_vpc(VpcId=vpc)
    found = account.default_vpc(setup)
    assert found.state == "fail"
    assert 'network = "private"' in found.remedy
    assert account.default_vpc(aws(network="private")).state == "ok"


def test_service_linked_roles(aws):
    setup = aws()
    iam = setup.client("iam")
    assert account.service_linked_roles(setup).state == "warn"
    for name in ("elasticmapreduce", "spot"):
        iam.create_service_linked_role(AWSServiceName=f"{name}.amazonaws.com")
    names = [role["RoleName"] for role in iam.list_roles()["Roles"]]
    for role in (account.CLEANUP_ROLE, account.SPOT_ROLE):
        if role not in names:
            iam.create_role(RoleName=role, AssumeRolePolicyDocument=emr_roles.trust("ec2.amazonaws.com"))
    assert account.service_linked_roles(aws(task_spot_count=1)).state == "ok"


def test_leftovers_without_a_state(aws):
    setup = aws()
    setup.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
    found = account.leftovers(setup)
    assert found.state == "warn"
    assert (
        "1 things have the project's tag and no state knows them: arn:aws:s3:::orchard-123456789012-eu-west-3"
        in found.detail
    )
    bucket = {
        "mode": "managed",
        "type": "aws_s3_bucket",
        "instances": [{"attributes": {"id": BUCKET}}],
    }
    state = {"version": 4, "resources": [bucket]}
    (setup.target.state_dir / "foundation.tfstate").write_text(json.dumps(state))
    assert account.leftovers(setup).state == "ok"


@pytest.mark.parametrize(("limit", "count", "state"), [(32, 2, "ok"), (12, 2, "ok"), (12, 3, "fail"), (5, 2, "fail")])
def test_the_quota_counts_vcpus(aws, limit, count, state):
    setup = aws(core_count=count)
    setup.clients["service-quotas"] = Answers(get_service_quota={"Quota": {"Value": float(limit)}})
    found = cluster.on_demand_quota(setup)
    assert found.state == state
    assert found.detail == f"{4 * (1 + count)} vCPUs are wanted, 0 of {limit} are in use"


def test_what_runs_counts_against_the_quota(aws):
    setup = aws()
    setup.client("ec2").run_instances(ImageId="ami-12c6146b", InstanceType="m5.2xlarge", MinCount=2, MaxCount=2)
    setup.clients["service-quotas"] = Answers(get_service_quota={"Quota": {"Value": 20.0}})
    found = cluster.on_demand_quota(setup)
    assert (found.state, found.detail) == ("warn", "12 vCPUs are wanted, 16 of 20 are in use")
    assert "--desired-value 28" in found.remedy


def test_a_clock_that_is_wrong(aws):
    setup = aws()
    for off, state in ((10, "ok"), (120, "warn"), (1000, "fail")):
        stamp = format_datetime(datetime.now(UTC) - timedelta(seconds=off), usegmt=True)
        answer = {"ResponseMetadata": {"HTTPHeaders": {"date": stamp}}}
        setup.clients["sts"] = Answers(get_caller_identity=answer)
        assert account.clock(setup).state == state


def test_a_region_that_is_not_enabled(aws):
    setup = aws(region="eu-south-2")
    setup.clients["ec2"] = Answers(describe_regions={"Regions": [{"OptInStatus": "not-opted-in"}]})
    assert account.region(setup).state == "fail"


# Together ---------------------------------------------------------------------------------------------------------
def test_a_check_that_is_denied_says_so_and_the_rest_goes_on(aws):
    setup = aws()
    setup.clients["service-quotas"] = Answers(get_service_quota=refused("AccessDeniedException"))
    setup.clients["iam"] = Answers(get_role=refused("ThrottlingException"))
    found = dict(run.examine(setup))
    assert found["quota"].state == "unknown"
    assert found["quota"].detail == "these credentials may not do Call: told to"
    assert found["service roles"].detail == "AWS is busy (ThrottlingException on Call)"
    assert found["network"].state == "ok"


def test_a_check_that_breaks_says_so_and_the_rest_goes_on(nowhere, monkeypatch):
    monkeypatch.setattr(machine, "disk", lambda _: 1 / 0)
    found = dict(run.examine(nowhere))
    assert (found["disk"].state, found["disk"].detail) == (
        "unknown",
        "the check itself failed: ZeroDivisionError: division by zero",
    )
    assert found["weights"].state == "ok"


def test_without_credentials_the_account_is_unknown(aws, monkeypatch):
    setup = aws()
    expired = refused("ExpiredToken")
    monkeypatch.setattr(target.Target, "account", lambda _: (_ for _ in ()).throw(expired))
    found = dict(run.examine(setup))
    assert (found["credentials"].state, found["credentials"].detail) == ("fail", "the AWS credentials have expired")
    assert found["leftovers"] == Finding("unknown", "needs the credentials")


def test_the_json_is_as_its_schema_says(nowhere):
    value = json.loads(report.as_json(nowhere, dict(run.examine(nowhere))))
    jsonschema.validate(value, SCHEMA)
    assert len(value["findings"]) > 6
    assert json.loads(report.as_json(nowhere, {"x": Finding("fail", "y")}))["ok"] is False


def test_each_finding_is_a_line_where_nobody_watches(capsys):
    report.show([("quota", Finding("fail", "much " * 40, "ask " * 40)), ("disk", Finding("ok", "fine", "hidden"))])
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith("quota          fail    much much")
    assert " -> ask ask" in lines[0]
    assert "hidden" not in lines[1]


def test_findings_are_told_in_french_and_scripts_read_english(capsys, monkeypatch, nowhere):
    monkeypatch.setenv("ORCHARD_LANG", "fr")
    checks = [*run.checks(nowhere)[0].items()]
    findings = report.show([(what, check(nowhere)) for what, check in checks] + [("quota", machine.python(nowhere))])
    assert english(capsys.readouterr().out.replace(machine.WEIGHTS, "") + report.summary(findings)) == []
    assert "weights" in report.as_json(nowhere, findings)


def test_the_command_fails_where_something_would_stop_up(tmp_path):
    environment = os.environ | {
        "ORCHARD_HOME": str(tmp_path),
        "ORCHARD_TERRAFORM": "/no/terraform",
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "the-secret",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_MAX_ATTEMPTS": "1",
    }
    line = [ROOT / "inv", "doctor", "--target", "aws"]
    done = subprocess.run(line, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 1
    assert "Terraform      fail" in done.stdout
    assert "credentials    fail    AWS cannot be reached" in done.stdout
    assert "something would stop ./inv up" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "the-secret" not in done.stdout + done.stderr
