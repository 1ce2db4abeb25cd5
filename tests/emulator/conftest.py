"""One emulator for the whole session, in a process of its own: moto's tables are global, and patched."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import boto3
import pytest
import requests
from botocore.config import Config

from checks import emr_roles
from orchard.aws.layout import LOGS
from orchard.emulator import credentials
from tests.waiting import PATIENCE, until

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-west-3"
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "INTERRUPTED"}


class Aws:
    """Clients and short words for the emulator under test."""

    def __init__(self, port: int, home: Path) -> None:
        self.port, self.home, self.advanced = port, home, 0.0
        self.endpoint = f"http://127.0.0.1:{port}"
        self.credentials = credentials.read(home)
        self.s3, self.emr = self.client("s3"), self.client("emr")
        iam = self.client("iam")
        emr_roles.make(iam, "emr", "ec2")
        for role, actions in {"ec2": "kms:*", "emr": "ec2:*VpcEndpoint"}.items():
            more = {"Effect": "Allow", "Action": actions, "Resource": "*"}
            document = json.dumps({"Version": "2012-10-17", "Statement": more})
            iam.put_role_policy(RoleName=role, PolicyName="more", PolicyDocument=document)
        emr_roles.role(iam, "studio", "elasticmapreduce.amazonaws.com", "s3:*")
        emr_roles.role(
            iam, "scheduler", "scheduler.amazonaws.com", "elasticmapreduce:TerminateJobFlows", "sqs:SendMessage"
        )

    def client(self, service: str, region: str = REGION, **config: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=region,
            aws_access_key_id=self.credentials.key_id,
            aws_secret_access_key=self.credentials.secret,
            config=Config(**{"retries": {"max_attempts": 0}} | config),
        )

    def advance(self, seconds: float) -> None:
        clock, login = f"{self.endpoint}/_orchard/clock", self.credentials.login
        assert requests.post(clock, params={"advance": seconds}, auth=login, timeout=60).status_code == 200
        self.advanced += seconds

    def now(self) -> datetime:
        """The emulator's own time, whatever other tests have advanced it by."""
        return datetime.now(UTC) + timedelta(seconds=self.advanced)

    def bucket(self, **kwargs: Any) -> str:
        name = f"test-{uuid4().hex[:12]}"
        self.s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION}, **kwargs)
        return name

    def put(self, bucket: str, key: str, body: str | bytes) -> str:
        self.s3.put_object(Bucket=bucket, Key=key, Body=body)
        return f"s3://{bucket}/{key}"

    def read(self, bucket: str, key: str) -> bytes:
        return self.s3.get_object(Bucket=bucket, Key=key)["Body"].read()

    def keys(self, bucket: str, prefix: str = "") -> list[str]:
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def cluster(
        self,
        *steps: dict,
        bucket: str | None = None,
        keep: bool = True,
        wait: bool = True,
        name: str = "test",
        ec2: dict | None = None,
        groups: bool = True,
        release: str = "emr-7.5.0",
        **kw: Any,
    ) -> str:
        """Run a cluster of one primary and two core nodes; the rest as for RunJobFlow."""
        instances: dict[str, Any] = {"KeepJobFlowAliveWhenNoSteps": keep}
        if groups:
            instances["InstanceGroups"] = [
                {"InstanceRole": role, "InstanceType": "m5.xlarge", "InstanceCount": count}
                for role, count in (("MASTER", 1), ("CORE", 2))
            ]
        instances |= ec2 or {}
        given = {"LogUri": f"s3://{bucket}/{LOGS}"} if bucket else {}
        number = self.emr.run_job_flow(
            Name=name,
            Instances=instances,
            Steps=list(steps),
            **{"ReleaseLabel": release, "JobFlowRole": "ec2", "ServiceRole": "emr"} | given | kw,
        )["JobFlowId"]
        if wait:
            self.until(number, "WAITING", "RUNNING", "TERMINATED", "TERMINATED_WITH_ERRORS")
        return number

    def status(self, cluster: str) -> dict:
        return self.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Status"]

    def until(self, cluster: str, *states: str) -> dict:
        return until(lambda: self.status(cluster), lambda status: status["State"] in states)

    def step(self, cluster: str, number: str) -> dict:
        return self.emr.describe_step(ClusterId=cluster, StepId=number)["Step"]["Status"]

    def step_until(self, cluster: str, number: str, *states: str) -> dict:
        return until(lambda: self.step(cluster, number), lambda status: status["State"] in (states or ENDED))

    def step_says(self, cluster: str, number: str, word: str) -> None:
        """Wait until a running step has printed a word: it is past what comes before that."""
        out = self.home / "steps" / cluster / number / "stdout"
        until(lambda: out.exists() and word in out.read_text())

    def run(self, cluster: str, *steps: dict) -> list[str]:
        return self.emr.add_job_flow_steps(JobFlowId=cluster, Steps=list(steps))["StepIds"]

    def log(self, bucket: str, cluster: str, step: str, name: str) -> str:
        return self.read_gz(bucket, f"{LOGS}{cluster}/steps/{step}/{name}.gz")

    def read_gz(self, bucket: str, key: str) -> str:
        return gzip.decompress(self.read(bucket, key)).decode()


def command(*args: str, on: str = "CONTINUE", name: str = "step") -> dict:
    """A step of command-runner.jar."""
    return {
        "Name": name,
        "ActionOnFailure": on,
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": list(args)},
    }


def launch(home: Path, *args: str) -> tuple[subprocess.Popen, int]:
    """Start an emulator in its own process; returns it and its port."""
    line = [sys.executable, "-m", "orchard.emulator.server", "--home", str(home), "--instance", "test", *args]
    log = home.with_suffix(".log")
    process = subprocess.Popen(line, cwd=ROOT, stderr=log.open("w"), stdin=subprocess.DEVNULL)
    until(lambda: (home / "record.json").exists() or process.poll() is not None)
    assert process.poll() is None, log.read_text()
    return process, json.loads((home / "record.json").read_text())["port"]


QUICK = ("--starting", "0.2", "--bootstrapping", "0.2", "--terminating", "0.1")


def emulator(home: Path, delays: tuple[str, ...] = QUICK) -> Iterator[Aws]:
    """Start an emulator, a quick one by default, and end it in good order afterwards."""
    process, port = launch(home, *delays)
    yield Aws(port, home)
    process.terminate()
    assert process.wait(PATIENCE) == 0


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    yield from emulator(tmp_path_factory.mktemp("emulator") / "home")


@pytest.fixture(scope="module")
def workspace(aws: Aws) -> Iterator[SimpleNamespace]:
    """A bucket and a cluster that waits, for one module."""
    bucket = aws.bucket()
    cluster = aws.cluster(bucket=bucket)
    yield SimpleNamespace(bucket=bucket, cluster=cluster)
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
