"""Names of objects, buckets' settings and metadata come back as they were given, whatever is in them."""

import base64
import hashlib
import time
from typing import Any
from xml.etree import ElementTree

import boto3
import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.support.fidelity import models

from .conftest import REGION, Aws

ENCODED = ["a%20b", "a b", "a+b", "q?z", "x%2Fy", "%", "%41", "A"]  # some of them look like others, decoded twice
MARKED = ["&<>'\"", "#", "ü/é", "=;:@!$,()*~", "a//b", "/lead", "dir/", "..", "a/../b"]
CONTROL = ["tab\there", "line\nend", "return\rhere", "red\x1b[31m", "\x01"]
UNREADABLE = {"\x01", "\x1b"}  # by XML 1.0
NAMES = ENCODED + MARKED + CONTROL


def client(aws: Aws, endpoint: str, style: str) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id=aws.credentials.key_id,
        aws_secret_access_key=aws.credentials.secret,
        config=Config(s3={"addressing_style": style}, retries={"total_max_attempts": 1}),
    )


@models("S3 decodes a key in an address once", source='Amazon S3 User Guide, "Naming Amazon S3 objects"')
@pytest.mark.parametrize("style", ["path", "virtual"])
def test_a_name_is_decoded_once(style: str, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, endpoint = aws.bucket(), aws.endpoint.replace("127.0.0.1", "localhost")
    monkeypatch.setattr("urllib3.util.connection.create_connection", _to_loopback)
    s3 = client(aws, endpoint, style)
    readable = [name for name in NAMES if not set(name) & UNREADABLE]  # where the name is told in XML
    for name in NAMES:
        s3.put_object(Bucket=bucket, Key=name, Body=name.encode(), Metadata={"name": "x"})
    for name in NAMES:
        assert s3.get_object(Bucket=bucket, Key=name)["Body"].read().decode() == name
        s3.copy_object(Bucket=bucket, Key=f"copies/{name}", CopySource={"Bucket": bucket, "Key": name})
        assert s3.get_object(Bucket=bucket, Key=f"copies/{name}")["Body"].read().decode() == name
    for name in readable:
        where = {"Bucket": bucket, "Key": f"parts/{name}"}
        upload = where | {"UploadId": s3.create_multipart_upload(**where)["UploadId"]}
        part = s3.upload_part(**upload, PartNumber=1, Body=name.encode())["ETag"]
        s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": part}]})
        assert s3.get_object(**where)["Body"].read().decode() == name
    wanted = sorted([*NAMES, *(f"copies/{name}" for name in NAMES), *(f"parts/{name}" for name in readable)])
    assert [item["Key"] for item in s3.list_objects_v2(Bucket=bucket)["Contents"]] == wanted
    assert [item["Key"] for item in s3.list_objects(Bucket=bucket)["Contents"]] == wanted
    assert [item["Key"] for item in s3.list_object_versions(Bucket=bucket)["Versions"]] == wanted
    found = s3.list_objects_v2(Bucket=bucket, Prefix="copies/a%", Delimiter="%2")
    assert [item["Key"] for item in found["Contents"]] == ["copies/a%20b"], "the prefix is not cut"
    found = s3.list_objects_v2(Bucket=bucket, Prefix="copies/a", Delimiter="%2")
    assert (found["CommonPrefixes"], found["Delimiter"]) == ([{"Prefix": "copies/a%2"}], "%2")
    removable = [{"Key": name} for name in wanted if not set(name) & UNREADABLE]
    assert "Errors" not in s3.delete_objects(Bucket=bucket, Delete={"Objects": removable})
    for name in wanted:
        s3.delete_object(Bucket=bucket, Key=name)
    s3.delete_bucket(Bucket=bucket)


def _to_loopback(address: tuple[str, int], *args: Any, **kwargs: Any) -> Any:
    """Find `<bucket>.localhost` where the machine's resolver does not."""
    import socket

    return socket.create_connection(("127.0.0.1", address[1]))


def get(aws: Aws, path: str, method: str = "GET", body: bytes = b"") -> requests.Response:
    request = AWSRequest(method, aws.endpoint + path, {}, body)
    S3SigV4Auth(Credentials(aws.credentials.key_id, aws.credentials.secret), "s3", REGION).add_auth(request)
    return requests.request(method, request.url, headers=dict(request.headers.items()), data=body, timeout=20)


@models(
    "S3 encodes control characters of keys in listings when asked",
    source='Amazon S3 User Guide, "Naming Amazon S3 objects", "XML related object key constraints"',
)
def test_control_characters_are_told_as_s3_tells_them(aws: Aws) -> None:
    """In a listing they are references that XML 1.0 does not know; with encoding-type=url anybody can read them."""
    bucket = aws.bucket()
    for name in ("red\x1b[31m/picture.jpg", "return\r", "plain"):
        aws.put(bucket, name, "x")
    for path in (f"/{bucket}", f"/{bucket}?list-type=2", f"/{bucket}?versions"):
        assert "<Key>red&#x1b;[31m/picture.jpg</Key>" in get(aws, path).text
        assert "<Key>return&#xd;</Key>" in get(aws, path).text
        encoded = get(aws, f"{path}{'&' if '?' in path else '?'}encoding-type=url").content
        listed = ElementTree.fromstring(encoded)  # noqa: S314 - our own
        assert "red%1B%5B31m/picture.jpg" in [key.text for key in listed.findall(".//{*}Key")]
    folders = get(aws, f"/{bucket}?delimiter=%1B&prefix=red&encoding-type=url").text
    assert "<Delimiter>%1B</Delimiter>" in folders
    assert "<CommonPrefixes><Prefix>red%1B</Prefix></CommonPrefixes>" in folders
    with pytest.raises(ClientError, match="MalformedXML"):
        aws.s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "red\x1b[31m/picture.jpg"}]})
    missing = get(aws, f"/{bucket}/none%1B")
    assert (missing.status_code, "<Code>NoSuchKey</Code>" in missing.text) == (404, True)


def test_a_question_about_the_bucket_is_not_answered_with_its_contents(aws: Aws) -> None:
    bucket = aws.bucket()
    aws.put(bucket, "red\x1b[31m", "x")
    assert aws.s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "BucketOwner"
    aws.s3.put_bucket_request_payment(Bucket=bucket, RequestPaymentConfiguration={"Payer": "Requester"})
    assert aws.s3.get_bucket_request_payment(Bucket=bucket)["Payer"] == "Requester"
    for query in ("analytics&id=x", "metrics&id=x", "intelligent-tiering", "metadataTable", "abac", "unheard-of"):
        answer = get(aws, f"/{bucket}?{query}")
        told = query == "unheard-of"  # S3 passes over what means nothing to it
        assert ("ListBucketResult" in answer.text, answer.status_code == 200) == (told, told), query
    for query in ("torrent", "retention"):
        assert get(aws, f"/{bucket}/red%1B%5B31m?{query}").status_code == 501, query
    for query in ("analytics&id=x", "metrics&id=x", "inventory&id=x"):
        assert get(aws, f"/{bucket}?{query}", "DELETE").status_code == 501, query
    empty = aws.bucket()
    assert get(aws, f"/{empty}?metrics&id=x", "DELETE").status_code == 501
    aws.s3.head_bucket(Bucket=empty)


@models(
    "S3 keeps the names of user metadata in lower case", source='Amazon S3 User Guide, "Working with object metadata"'
)
def test_metadata_keeps_its_names(aws: Aws) -> None:
    bucket = aws.bucket()
    given = {"CamelCase": "One", "with-dash": "2", "with_underscore": "3"}
    aws.s3.put_object(Bucket=bucket, Key="key", Body=b"", Metadata=given)
    kept = {name.lower(): value for name, value in given.items()}
    assert aws.s3.head_object(Bucket=bucket, Key="key")["Metadata"] == kept
    assert aws.s3.get_object(Bucket=bucket, Key="key")["Metadata"] == kept
    where = {"Bucket": bucket, "Key": "copy", "CopySource": f"{bucket}/key"}
    aws.s3.copy_object(**where)
    assert aws.s3.head_object(Bucket=bucket, Key="copy")["Metadata"] == kept
    aws.s3.copy_object(**where, MetadataDirective="REPLACE", Metadata={"Other_One": "4"})
    assert aws.s3.head_object(Bucket=bucket, Key="copy")["Metadata"] == {"other_one": "4"}
    raw = get(aws, f"/{bucket}/key")
    assert {name for name in raw.headers if name.lower().startswith("x-amz-meta-")} == {f"x-amz-meta-{n}" for n in kept}


def test_photographs_of_any_name_are_uploaded_by_both_engines(aws: Aws) -> None:
    from orchard.transfer.botocore_engine import BotocoreEngine
    from orchard.transfer.crt_engine import CrtEngine
    from orchard.transfer.engine import Endpoint, Parcel

    given = Credentials(aws.credentials.key_id, aws.credentials.secret)
    names = [name for name in NAMES if ".." not in name]  # no path of a file
    digest = base64.b64encode(hashlib.sha256(b"picture").digest()).decode()
    for kind in ("crt", "botocore"):
        bucket, answers = aws.bucket(), []
        s3 = client(aws, aws.endpoint, "path")
        engine = CrtEngine(Endpoint.of(s3, bucket), given) if kind == "crt" else BotocoreEngine(s3, bucket)
        for name in names:
            engine.put(Parcel(f"data/{name}", b"picture", digest, "image/jpeg"), answers.append)
        end = time.monotonic() + 30
        while len(answers) < len(names):
            assert time.monotonic() < end
            time.sleep(0.01)
        engine.close()
        assert set(answers) == {f'"{hashlib.md5(b"picture", usedforsecurity=False).hexdigest()}"'}
        assert aws.keys(bucket) == sorted(f"data/{name}" for name in names)
        head = s3.head_object(Bucket=bucket, Key="data/a%20b", ChecksumMode="ENABLED")
        assert head["ChecksumSHA256"] == digest
