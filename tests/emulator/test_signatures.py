"""Signatures of every form that clients send, and the words in which AWS refuses those that are wrong."""

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import botocore
import pytest
import requests
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.support.fidelity import models

from .conftest import REGION, Aws

# One call of each way in which services tell errors, and how it is refused.
CALLS: dict[str, tuple[str, dict]] = {
    "s3": ("list_buckets", {}),
    "iam": ("list_users", {}),
    "emr": ("list_clusters", {}),
    "ec2": ("describe_vpcs", {}),
    "scheduler": ("list_schedules", {}),
}
REFUSED = {
    "another key": {
        "s3": (403, "InvalidAccessKeyId"),
        "iam": (403, "InvalidClientTokenId"),
        "emr": (400, "UnrecognizedClientException"),
        "ec2": (401, "AuthFailure"),
        "scheduler": (400, "UnrecognizedClientException"),
    },
    "another secret": {
        "s3": (403, "SignatureDoesNotMatch"),
        "iam": (403, "SignatureDoesNotMatch"),
        "emr": (400, "InvalidSignatureException"),
        "ec2": (401, "AuthFailure"),
        "scheduler": (400, "InvalidSignatureException"),
    },
    "another session": {
        "s3": (400, "InvalidToken"),
        "iam": (403, "InvalidClientTokenId"),
        "emr": (400, "UnrecognizedClientException"),
        "ec2": (401, "AuthFailure"),
        "scheduler": (400, "UnrecognizedClientException"),
    },
    "none": {
        "s3": (403, "AccessDenied"),
        "iam": (403, "MissingAuthenticationToken"),
        "emr": (400, "MissingAuthenticationTokenException"),
    },
    "an old clock": {
        "s3": (403, "RequestTimeTooSkewed"),
        "iam": (400, "RequestExpired"),
        "emr": (400, "InvalidSignatureException"),
        "ec2": (400, "RequestExpired"),
        "scheduler": (400, "InvalidSignatureException"),
    },
}


def client(
    aws: Aws, service: str, *, key: str = "", secret: str = "", session: str | None = None, **config: Any
) -> Any:
    return boto3.client(
        service,
        endpoint_url=aws.endpoint,
        region_name=REGION,
        aws_access_key_id=key or aws.credentials.key_id,
        aws_secret_access_key=secret or aws.credentials.secret,
        aws_session_token=session,
        config=Config(retries={"total_max_attempts": 1}, **config),
    )


def at(moment: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let botocore sign at another time, with its own code or that of the AWS Common Runtime."""
    for module in ("botocore.auth", "botocore.crt.auth"):
        monkeypatch.setattr(f"{module}.get_current_datetime", lambda **_: moment)


def status(error: pytest.ExceptionInfo[ClientError]) -> tuple[int, str]:
    answer: Any = error.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


@models(
    "Every service refuses unknown keys, wrong signatures and old requests by its own error codes",
    source='the API references: "Common Errors"; of S3 "Error responses"; of EC2 "Error codes"',
)
@pytest.mark.parametrize(("wrong", "service"), [(wrong, service) for wrong in REFUSED for service in REFUSED[wrong]])
def test_refusals_are_those_of_the_service(wrong: str, service: str, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = {
        "another key": {"key": "AKIAIOSFODNN7EXAMPLE"},
        "another secret": {"secret": "wrong"},
        "another session": {"session": "made up"},
        "none": {"signature_version": botocore.UNSIGNED},
        "an old clock": {},
    }[wrong]
    if wrong == "an old clock":
        at(datetime.now(UTC) - timedelta(minutes=16), monkeypatch)
    operation, asked = CALLS[service]
    with pytest.raises(ClientError) as refused:
        getattr(client(aws, service, **given), operation)(**asked)
    assert status(refused) == REFUSED[wrong][service]


@pytest.mark.parametrize("minutes", [-4, 4])
def test_clocks_may_differ_a_little(minutes: int, aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    at(datetime.now(UTC) + timedelta(minutes=minutes), monkeypatch)
    for service, (operation, asked) in CALLS.items():
        getattr(client(aws, service), operation)(**asked)


# The request as it was signed --------------------------------------------------------------------------------------


def signed(aws: Aws, method: str, path: str, body: bytes = b"", **headers: str) -> AWSRequest:
    """A request for S3, signed; what is changed afterwards must be noticed."""
    request = AWSRequest(method, aws.endpoint + path, headers, body)
    S3SigV4Auth(Credentials(aws.credentials.key_id, aws.credentials.secret), "s3", REGION).add_auth(request)
    return request


def send(request: AWSRequest, **changed: Any) -> requests.Response:
    said: dict[str, Any] = {"method": request.method, "url": request.url, "data": request.data}
    headers = dict(request.headers.items()) | changed.pop("headers", {})
    return requests.request(**said | changed, headers=headers, timeout=20)


def code(answer: requests.Response) -> str:
    return answer.text.partition("<Code>")[2].partition("</Code>")[0]


@models(
    "Every service notices what was changed after the request was signed",
    source='IAM User Guide, "AWS Signature Version 4 for API requests"',
)
def test_whatever_is_changed_on_the_way_is_noticed(aws: Aws) -> None:
    bucket = aws.bucket()
    request = signed(aws, "PUT", f"/{bucket}/key?x-id=PutObject", b"body", **{"x-amz-meta-one": "1"})
    assert send(request).status_code == 200
    assert code(send(request, data=b"BODY")) == "XAmzContentSHA256Mismatch"
    assert code(send(request, url=request.url.replace("key", "other"))) == "SignatureDoesNotMatch"
    assert code(send(request, url=request.url.replace("=Put", "=Get"))) == "SignatureDoesNotMatch"
    assert code(send(request, method="DELETE")) == "SignatureDoesNotMatch"
    assert code(send(request, headers={"x-amz-meta-one": "2"})) == "SignatureDoesNotMatch"
    assert code(send(request, headers={"x-amz-meta-two": "2"})) == "AccessDenied", "present and not signed"
    assert code(send(request, headers={"x-amz-content-sha256": "no digest"})) == "InvalidRequest"
    later = {"x-amz-date": (datetime.now(UTC) + timedelta(minutes=1)).strftime("%Y%m%dT%H%M%SZ")}
    assert code(send(request, headers=later)) == "SignatureDoesNotMatch"
    assert code(send(request, headers={"Authorization": "AWS key:signature"})) == "InvalidRequest", "version 2"
    assert code(send(request, headers={"Authorization": "AWS4-HMAC-SHA256 x"})) == "AuthorizationHeaderMalformed"
    head = signed(aws, "HEAD", f"/{bucket}/key")
    assert send(head).status_code == 200
    refused = send(head, url=f"{aws.endpoint}/{bucket}/none")
    assert (refused.status_code, refused.content) == (403, b"")
    assert aws.keys(bucket) == ["key"]
    assert aws.read(bucket, "key") == b"body"


def test_headers_count_without_their_blanks_and_in_any_order(aws: Aws) -> None:
    bucket = aws.bucket()
    request = signed(aws, "PUT", f"/{bucket}/key", b"x", **{"X-Amz-Meta-Spaced": "  a   b  "})
    headers = dict(reversed(request.headers.items())) | {"x-amz-meta-spaced": "a b"}
    del headers["X-Amz-Meta-Spaced"]
    assert requests.put(request.url, data=b"x", headers=headers, timeout=20).status_code == 200


@models(
    "S3 finds a bucket by its host name or by the path", source='Amazon S3 User Guide, "Virtual hosting of buckets"'
)
def test_a_bucket_is_found_by_its_host_name(aws: Aws) -> None:
    bucket, port = aws.bucket(), aws.port
    aws.put(bucket, "key", "by path")
    request = AWSRequest("GET", f"http://{bucket}.localhost:{port}/key")
    S3SigV4Auth(Credentials(aws.credentials.key_id, aws.credentials.secret), "s3", REGION).add_auth(request)
    headers = {**request.headers, "Host": f"{bucket}.localhost:{port}"}
    assert requests.get(f"{aws.endpoint}/key", headers=headers, timeout=20).text == "by path"


def test_nothing_is_said_to_web_pages(aws: Aws) -> None:
    bucket = aws.bucket()
    aws.s3.put_bucket_cors(
        Bucket=bucket,
        CORSConfiguration={"CORSRules": [{"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": ["*"]}]},
    )
    request = signed(aws, "GET", f"/{bucket}")
    page = {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "GET"}
    for answer in (send(request), send(request, headers=page), requests.options(request.url, headers=page, timeout=20)):
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]
    assert send(request).status_code == 200
    assert send(request, headers=page).status_code == 403
    assert requests.options(request.url, headers=page, timeout=20).status_code == 403
    for host in ("rebound.example", f"rebound.example:{aws.port}", "localhost.example", ""):
        assert send(request, headers={"Host": host}).status_code in (400, 403), host


@pytest.mark.parametrize("path", ["/moto-api/reset", "/moto-api/data.json", "/latest/meta-data/iam/", "/favicon.ico"])
def test_what_is_not_of_aws_is_not_there(path: str, aws: Aws) -> None:
    for method in ("GET", "POST"):
        assert requests.request(method, aws.endpoint + path, timeout=20).status_code == 403
        assert send(signed(aws, method, path)).status_code == 403


# Presigned ---------------------------------------------------------------------------------------------------------


@models(
    "S3 takes presigned addresses until they expire",
    source='Amazon S3 API Reference, "Authenticating Requests: Using Query Parameters"',
)
def test_presigned_addresses_are_good_for_their_time(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket, s3 = aws.bucket(), client(aws, "s3", signature_version="s3v4")
    where = {"Bucket": bucket, "Key": "dir/a b+c.txt"}
    put = s3.generate_presigned_url("put_object", Params=where)
    assert requests.put(put, data=b"put by address", timeout=20).status_code == 200
    get = s3.generate_presigned_url("get_object", Params=where | {"ResponseContentType": "text/x-own"}, ExpiresIn=60)
    answer = requests.get(get, timeout=20)
    assert (answer.content, answer.headers["Content-Type"]) == (b"put by address", "text/x-own")
    assert code(requests.get(get.replace("own", "other"), timeout=20)) == "SignatureDoesNotMatch"
    assert code(requests.get(get.replace("Expires=60", "Expires=6000"), timeout=20)) == "SignatureDoesNotMatch"
    assert code(requests.get(get.replace("Expires=60", "Expires=604801"), timeout=20)) == "AuthorizationHeaderMalformed"
    assert code(requests.delete(get, timeout=20)) == "SignatureDoesNotMatch"
    assert code(requests.get(get, headers={"x-amz-request-payer": "requester"}, timeout=20)) == "AccessDenied"
    at(datetime.now(UTC) - timedelta(minutes=2), monkeypatch)
    old = s3.generate_presigned_url("get_object", Params=where, ExpiresIn=60)
    refused = requests.get(old, timeout=20)
    assert (refused.status_code, code(refused), "has expired" in refused.text) == (403, "AccessDenied", True)
    assert requests.get(s3.generate_presigned_url("get_object", Params=where, ExpiresIn=600), timeout=20).ok
    version2 = client(aws, "s3", signature_version="s3").generate_presigned_url("get_object", Params=where)
    assert "Please use AWS4-HMAC-SHA256" in requests.get(version2, timeout=20).text


def test_other_services_take_presigned_requests_too(aws: Aws) -> None:
    address = client(aws, "sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
    assert "<Account>123456789012</Account>" in requests.get(address, timeout=20).text
    assert "SignatureDoesNotMatch" in requests.get(address.replace("Version=2011", "Version=2012"), timeout=20).text


# Keys that the emulator has issued ---------------------------------------------------------------------------------


@models(
    "IAM and STS make keys that are good until they are deactivated or expire",
    source='IAM User Guide, "Temporary security credentials in IAM"',
)
def test_keys_of_users_and_sessions_are_good_as_long_as_they_are(aws: Aws) -> None:
    iam, sts = aws.client("iam"), aws.client("sts")
    iam.create_user(UserName="worker")
    try:
        made = iam.create_access_key(UserName="worker")["AccessKey"]
        key = {"key": made["AccessKeyId"], "secret": made["SecretAccessKey"]}
        assert client(aws, "sts", **key).get_caller_identity()["Arn"].endswith(":user/worker")
        iam.update_access_key(UserName="worker", AccessKeyId=made["AccessKeyId"], Status="Inactive")
        with pytest.raises(ClientError) as refused:
            client(aws, "emr", **key).list_clusters()
        assert status(refused)[1] == "UnrecognizedClientException"
        iam.delete_access_key(UserName="worker", AccessKeyId=made["AccessKeyId"])
    finally:
        iam.delete_user(UserName="worker")
    for temporary in (
        sts.get_session_token()["Credentials"],
        sts.get_federation_token(Name="guest")["Credentials"],
    ):
        key = {"key": temporary["AccessKeyId"], "secret": temporary["SecretAccessKey"]}
        assert client(aws, "s3", session=temporary["SessionToken"], **key).list_buckets()["Buckets"] is not None
        with pytest.raises(ClientError) as refused:
            client(aws, "s3", **key).list_buckets()
        assert status(refused) == (400, "InvalidToken")
    assert temporary["AccessKeyId"] != sts.get_session_token()["Credentials"]["AccessKeyId"]


def test_a_key_is_drawn_for_each_start(aws: Aws) -> None:
    from orchard.emulator.credentials import Credentials as Own
    from orchard.emulator.credentials import read

    assert len({Own.make().secret for _ in range(100)}) == 100
    assert read(aws.home) == aws.credentials
    assert (aws.home / "credentials").stat().st_mode & 0o777 == 0o600
    assert aws.home.stat().st_mode & 0o777 == 0o700
    own = (*aws.home.glob("*"), *(aws.home / "objects").rglob("*"))  # what is below other folders is the steps'
    wide = [path for path in own if path.stat().st_mode & 0o077]
    assert wide == []
    assert aws.credentials.secret not in aws.home.with_suffix(".log").read_text()
