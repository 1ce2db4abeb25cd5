"""One emulator for the whole session, in a process of its own: moto's tables are global, and patched."""

import gzip
import http.client
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import boto3
import pytest
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
REGION = "eu-west-3"
ENDED = {"COMPLETED", "FAILED", "CANCELLED", "INTERRUPTED"}


class Aws:
    """Clients and short words for the emulator under test."""

    def __init__(self, port: int, home: Path) -> None:
        self.port, self.home = port, home
        self.endpoint = f"http://127.0.0.1:{port}"
        self.s3, self.emr = self.client("s3"), self.client("emr")
        iam = self.client("iam")
        for role in ("ec2", "emr"):
            iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
        iam.create_instance_profile(InstanceProfileName="ec2")
        iam.add_role_to_instance_profile(InstanceProfileName="ec2", RoleName="ec2")

    def client(self, service: str, **config: Any) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.endpoint,
            region_name=REGION,
            aws_access_key_id="emulator",
            aws_secret_access_key="emulator",
            config=Config(retries={"max_attempts": 0}, **config),
        )

    def advance(self, seconds: float) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("POST", f"/_orchard/clock?advance={seconds}")
        assert connection.getresponse().status == 200
        connection.close()

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
        given = {"LogUri": f"s3://{bucket}/logs/"} if bucket else {}
        number = self.emr.run_job_flow(
            Name=name,
            ReleaseLabel="emr-7.5.0",
            JobFlowRole="ec2",
            ServiceRole="emr",
            Instances=instances,
            Steps=list(steps),
            **given,
            **kw,
        )["JobFlowId"]
        if wait:
            self.until(number, "WAITING", "RUNNING", "TERMINATED", "TERMINATED_WITH_ERRORS")
        return number

    def status(self, cluster: str) -> dict:
        return self.emr.describe_cluster(ClusterId=cluster)["Cluster"]["Status"]

    def until(self, cluster: str, *states: str, within: float = 20) -> dict:
        return _poll(lambda: self.status(cluster), set(states), within)

    def step(self, cluster: str, number: str) -> dict:
        return self.emr.describe_step(ClusterId=cluster, StepId=number)["Step"]["Status"]

    def step_until(self, cluster: str, number: str, *states: str, within: float = 20) -> dict:
        return _poll(lambda: self.step(cluster, number), set(states) or ENDED, within)

    def run(self, cluster: str, *steps: dict) -> list[str]:
        return self.emr.add_job_flow_steps(JobFlowId=cluster, Steps=list(steps))["StepIds"]

    def log(self, bucket: str, cluster: str, step: str, name: str) -> str:
        return self.read_gz(bucket, f"logs/{cluster}/steps/{step}/{name}.gz")

    def read_gz(self, bucket: str, key: str) -> str:
        return gzip.decompress(self.read(bucket, key)).decode()


def _poll(ask: Callable[[], dict], states: set[str], within: float) -> dict:
    end = time.monotonic() + within
    while (status := ask())["State"] not in states:
        assert time.monotonic() < end, f"still {status} after {within} s, and not {states}"
        time.sleep(0.05)
    return status


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
    process = subprocess.Popen(line, cwd=ROOT, stderr=(home / "log").open("w"), stdin=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not (home / "record.json").exists():
        assert process.poll() is None, (home / "log").read_text()
        assert time.monotonic() < end
        time.sleep(0.05)
    return process, json.loads((home / "record.json").read_text())["port"]


QUICK = ("--starting", "0.2", "--bootstrapping", "0.2", "--terminating", "0.1")


def emulator(home: Path) -> Iterator[Aws]:
    """Start a quick emulator, and end it in good order afterwards."""
    process, port = launch(home, *QUICK)
    yield Aws(port, home)
    process.terminate()
    assert process.wait(30) == 0


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    yield from emulator(tmp_path_factory.mktemp("emulator"))


@pytest.fixture(scope="module")
def workspace(aws: Aws) -> Iterator[SimpleNamespace]:
    """A bucket and a cluster that waits, for one module."""
    bucket = aws.bucket()
    cluster = aws.cluster(bucket=bucket)
    yield SimpleNamespace(bucket=bucket, cluster=cluster)
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
