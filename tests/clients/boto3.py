"""boto3, with nothing but the environment to tell it where AWS is."""

import io

import boto3
from attempts import BUCKET, NAMES, attempt, python
from page import example

s3, emr = boto3.client("s3"), boto3.client("emr")


@attempt("the page's example")
def _() -> None:
    assert python(example("boto3")).strip() == "COMPLETED"


@attempt("objects of names that are decoded once")
def _() -> None:
    for name in NAMES:
        s3.put_object(Bucket=BUCKET, Key=f"names/{name}", Body=name.encode(), Metadata={"tree": "pear"})
    pages = s3.get_paginator("list_objects_v2").paginate(
        Bucket=BUCKET, Prefix="names/", PaginationConfig={"PageSize": 1}
    )
    assert sorted(o["Key"] for page in pages for o in page["Contents"]) == sorted(f"names/{n}" for n in NAMES)
    told = s3.get_object(Bucket=BUCKET, Key=f"names/{NAMES[2]}")
    assert (told["Body"].read().decode(), told["Metadata"]) == (NAMES[2], {"tree": "pear"})


@attempt("an upload in parts, and a range of it")
def _() -> None:
    body = bytes(range(256)) * 40960  # 10 MiB
    s3.upload_fileobj(io.BytesIO(body), BUCKET, "parts")
    assert (
        s3.get_object(Bucket=BUCKET, Key="parts", Range="bytes=9000000-9000009")["Body"].read() == body[9000000:9000010]
    )


@attempt("a presigned address")
def _() -> None:
    import urllib.request

    address = s3.generate_presigned_url("get_object", Params={"Bucket": BUCKET, "Key": f"names/{NAMES[0]}"})
    with urllib.request.urlopen(address) as answer:
        assert answer.read().decode() == NAMES[0]


@attempt("a cluster of an unknown release", refusal="ValidationException")
def _() -> None:
    emr.run_job_flow(
        Name="x",
        ReleaseLabel="emr-99.0.0",
        Instances={"MasterInstanceType": "m5.xlarge", "InstanceCount": 1},
        JobFlowRole="EMR_EC2_DefaultRole",
        ServiceRole="EMR_DefaultRole",
    )


@attempt("an object that is not there", refusal="NoSuchKey")
def _() -> None:
    s3.get_object(Bucket=BUCKET, Key="nothing")


@attempt("a body that is not what its checksum says", refusal="BadDigest")
def _() -> None:
    s3.put_object(Bucket=BUCKET, Key="bad", Body=b"pear", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==")
