"""The plain AWS CLI against the local AWS, as a user with an endpoint URL would run it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchard.emulator import credentials

from .conftest import REGION, ROOT, Aws

VENV = ROOT / ".venv-awscli"
LOCK = ROOT / "requirements" / "awscli.lock"


@pytest.fixture(scope="module")
def cli(aws: Aws):
    """Run `aws ...`; the CLI pins its own botocore, so it lives in an environment of its own."""
    program = VENV / "bin" / "aws"
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", str(VENV)], check=True)
        line = [str(VENV / "bin" / "python"), "-m", "pip", "install", "-q", "--require-hashes", "-r", str(LOCK)]
        subprocess.run([*line, "--disable-pip-version-check"], check=True)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    said = {
        "AWS_SHARED_CREDENTIALS_FILE": str(aws.home / credentials.NAME),
        "AWS_DEFAULT_REGION": REGION,
        "AWS_CONFIG_FILE": os.devnull,
    }

    line = [str(program), "--endpoint-url", aws.endpoint]  # its own emr commands do not look at AWS_ENDPOINT_URL

    def run(*args: str) -> str:
        done = subprocess.run([*line, *args], env=clean | said, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"aws {' '.join(args)}: {done.stderr}"
        return done.stdout

    return run


def test_a_dozen_commands(aws: Aws, workspace, cli, tmp_path: Path) -> None:
    cluster, bucket = workspace.cluster, workspace.bucket

    def emr(*args: str) -> dict:
        return json.loads(cli("emr", *args, "--output", "json"))

    assert cluster in [found["Id"] for found in emr("list-clusters", "--active")["Clusters"]]
    assert emr("describe-cluster", "--cluster-id", cluster)["Cluster"]["Status"]["State"] == "WAITING"
    assert len(emr("list-instances", "--cluster-id", cluster)["Instances"]) == 3
    step = "Type=CUSTOM_JAR,Jar=command-runner.jar,Name=hi,ActionOnFailure=CONTINUE,Args=[echo,hello]"
    (number,) = emr("add-steps", "--cluster-id", cluster, "--steps", step)["StepIds"]
    cli("emr", "wait", "step-complete", "--cluster-id", cluster, "--step-id", number)
    told = emr("describe-step", "--cluster-id", cluster, "--step-id", number)["Step"]
    assert told["Status"]["State"] == "COMPLETED"
    assert told["Name"] == "hi"
    assert number in [found["Id"] for found in emr("list-steps", "--cluster-id", cluster)["Steps"]]
    cli("emr", "put-auto-termination-policy", "--cluster-id", cluster, "--auto-termination-policy", "IdleTimeout=9999")
    policy = emr("get-auto-termination-policy", "--cluster-id", cluster)
    assert policy["AutoTerminationPolicy"] == {"IdleTimeout": 9999}
    assert cli("sts", "get-caller-identity", "--query", "Account", "--output", "text").strip() == "123456789012"

    tree = tmp_path / "tree"
    (tree / "a b").mkdir(parents=True)
    for name in ("1.jpg", "a b/2.jpg"):
        (tree / name).write_bytes(b"jpeg")
        os.utime(tree / name, (1e9, 1e9))  # S3 shows whole seconds: a file of this one would look newer than its copy
    cli("s3", "sync", str(tree), f"s3://{bucket}/synced/")
    assert cli("s3", "sync", str(tree), f"s3://{bucket}/synced/").strip() == "", "nothing to do a second time"
    assert "a b/2.jpg" in cli("s3", "ls", "--recursive", f"s3://{bucket}/synced/")
    log = tmp_path / "stdout.gz"
    cli("s3", "cp", f"s3://{bucket}/logs/{cluster}/steps/{number}/stdout.gz", str(log))
    assert subprocess.run(["gzip", "-dc", str(log)], capture_output=True, check=True).stdout == b"hello\n"
    cli("s3", "rm", "--recursive", f"s3://{bucket}/synced/")
    assert aws.keys(bucket, "synced/") == []
