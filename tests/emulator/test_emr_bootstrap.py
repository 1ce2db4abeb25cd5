import gzip
import hashlib

import pytest

from tests.support.fidelity import models

from .conftest import Aws

SCRIPT = "#!/bin/bash\nset -euo pipefail\necho hello\n"
LOCK = b"numpy==1.26.4\n"


def launch(aws: Aws, bucket: str, path: str, *args: str) -> tuple[str, dict]:
    action = {"Name": "install", "ScriptBootstrapAction": {"Path": path, "Args": list(args)}}
    cluster = aws.cluster(bucket=bucket, BootstrapActions=[action])
    status = aws.until(cluster, "WAITING", "TERMINATED", "TERMINATED_WITH_ERRORS")
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
    return cluster, status


def test_a_good_bootstrap_action_passes(aws: Aws) -> None:
    bucket = aws.bucket()
    script = aws.put(bucket, "jobs/bootstrap.sh", SCRIPT)
    lock = aws.put(bucket, "jobs/requirements.lock", LOCK)
    digest = hashlib.sha256(LOCK).hexdigest()
    assert launch(aws, bucket, script, lock, digest)[1]["State"] == "WAITING"
    assert launch(aws, bucket, script, f"--requirements={lock}", f"--sha256={digest}")[1]["State"] == "WAITING"
    assert launch(aws, bucket, script)[1]["State"] == "WAITING"


@models(
    "EMR ends a cluster whose bootstrap script does not exist",
    source='Amazon EMR Management Guide, "Error codes with ErrorDetail information"',
)
def test_a_missing_script_fails_the_cluster(aws: Aws) -> None:
    bucket = aws.bucket()
    _, status = launch(aws, bucket, f"s3://{bucket}/none.sh")
    assert status["State"] == "TERMINATED_WITH_ERRORS"
    reason = status["StateChangeReason"]
    assert reason["Code"] == "BOOTSTRAP_FAILURE"
    assert reason["Message"].endswith("failed attempting to download bootstrap action 1 file from S3")


@models(
    "EMR ends a cluster with BOOTSTRAP_FAILURE when a bootstrap action exits with another code than 0",
    source='Amazon EMR Management Guide, "Create bootstrap actions to install additional software"',
)
@pytest.mark.parametrize(
    ("script", "lock", "said"),
    [
        ("if true; then\n", LOCK, "syntax error"),
        ("#!/bin/bash\r\necho x\r\n", LOCK, "Windows line ends"),
        (SCRIPT, b"numpy==1.26.3\n", "has the SHA-256"),
        (SCRIPT, None, "does not exist"),
    ],
)
def test_a_bad_bootstrap_action_fails_the_cluster(aws: Aws, script: str, lock: bytes | None, said: str) -> None:
    bucket = aws.bucket()
    path = aws.put(bucket, "jobs/bootstrap.sh", script)
    if lock:
        aws.put(bucket, "jobs/requirements.lock", lock)
    digest = hashlib.sha256(LOCK).hexdigest()
    cluster, status = launch(aws, bucket, path, f"s3://{bucket}/jobs/requirements.lock", f"sha256:{digest}")
    assert status["State"] == "TERMINATED_WITH_ERRORS"
    assert "bootstrap action 1 returned a non-zero return code" in status["StateChangeReason"]["Message"]
    (log,) = [key for key in aws.keys(bucket, f"logs/{cluster}/node/") if key.endswith("stderr.gz")]
    assert said in gzip.decompress(aws.read(bucket, log)).decode()
