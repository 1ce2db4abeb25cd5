"""Server access logs: who asked for what and what became of it, delivered in batches."""

import json
import re

import pytest
from botocore.exceptions import ClientError

from tests.support.fidelity import models

from .conftest import Aws

WORDS = "owner bucket [time] ip requester id operation key "
WORDS += (
    '"uri" status error sent size total turn "referer" "agent" version host_id signature cipher auth host tls point acl'
)
LINE = re.compile(re.sub(r"(\w+)", r"(?P<\1>.*?)", WORDS.replace("[", r"\[").replace("]", r"\]")))


@models(
    "S3 writes server access logs into the target bucket, some time later",
    source='Amazon S3 User Guide, "Amazon S3 server access log format"',
)
def test_a_busy_hour_leaves_few_log_objects_that_tell_all(aws: Aws) -> None:
    bucket, logs = aws.bucket(), aws.bucket()
    service = {"Service": "logging.s3.amazonaws.com"}
    allow = {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{logs}/*"}
    policy = {"Version": "2012-10-17", "Statement": [allow]}
    aws.s3.put_bucket_policy(Bucket=logs, Policy=json.dumps(policy))
    target = {"LoggingEnabled": {"TargetBucket": logs, "TargetPrefix": "s3/"}}
    aws.s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus=target)
    for number in range(50):
        aws.put(bucket, f"data/{number} x.jpg", "x" * 100)
    aws.read(bucket, "data/0 x.jpg")
    with pytest.raises(ClientError):
        aws.read(bucket, "none")
    assert aws.keys(logs) == [], "they come later, as from S3"
    aws.advance(3600)
    aws.keys(bucket)
    (delivered,) = aws.keys(logs)
    assert re.fullmatch(r"s3/\d{4}-\d\d-\d\d-\d\d-\d\d-\d\d-[0-9A-F]{16}", delivered)
    lines = [LINE.fullmatch(line) for line in aws.read(logs, delivered).decode().splitlines()]
    assert None not in lines
    rows = [line.groupdict() for line in lines]
    puts = [row for row in rows if row["operation"] == "REST.PUT.OBJECT"]
    assert len(puts) == 50
    assert (puts[0]["bucket"], puts[0]["key"], puts[0]["status"]) == (bucket, "data/0%20x.jpg", "200")
    assert puts[0]["uri"].startswith(f"PUT /{bucket}/data/0%20x.jpg")
    got, missed = [row for row in rows if row["operation"] == "REST.GET.OBJECT"]
    assert (got["status"], got["error"], got["sent"], got["size"]) == ("200", "-", "100", "100")
    assert (missed["status"], missed["error"]) == ("404", "NoSuchKey")
    assert {row["signature"] for row in rows} == {"SigV4"}
    aws.s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})
    aws.advance(3600)
    aws.keys(bucket)
    assert len(aws.keys(logs)) <= 2
