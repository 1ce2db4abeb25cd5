"""What AWS refuses and its clients raise: the same words wherever it happens, and classes to branch on."""

import pytest
from awscrt.exceptions import AwsCrtError
from botocore import exceptions as raised

from orchard.base.errors import UsageError
from orchard.diagnosis import aws, failures


def refused(code: str, message: str = "", status: int = 400) -> raised.ClientError:
    answer = {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return raised.ClientError(answer, "ListClusters")


@pytest.mark.parametrize(
    ("error", "kind", "cause"),
    [
        (raised.NoCredentialsError(), "credentials-missing", "no AWS credentials were found"),
        (
            raised.CredentialRetrievalError(provider="sso", error_msg="gone"),
            "credentials-not-given",
            "no AWS credentials were found: Error when retrieving credentials from sso: gone",
        ),
        (
            raised.TokenRetrievalError(provider="sso", error_msg="Token has expired and refresh failed"),
            "signed-out",
            "the AWS sign-in has expired",
        ),
        (raised.ProfileNotFound(profile="x"), "no-profile", "The config profile (x) could not be found"),
        (refused("RequestTimeTooSkewed"), "clock", "this machine's clock is wrong"),
        (
            refused("SignatureDoesNotMatch", "Signature expired: 20261122T100000Z is now earlier than"),
            "clock",
            "this machine's clock is wrong",
        ),
        (refused("ExpiredToken"), "credentials-expired", "the AWS credentials have expired"),
        (refused("ExpiredTokenException"), "credentials-expired", "the AWS credentials have expired"),
        (
            refused("InvalidClientTokenId"),
            "credentials-refused",
            "AWS does not accept the credentials (InvalidClientTokenId)",
        ),
        (
            refused("AccessDeniedException", "not authorized"),
            "denied",
            "these credentials may not do ListClusters: not authorized",
        ),
        (refused("403", "Forbidden", 403), "denied", "these credentials may not do ListClusters: Forbidden"),
        (refused("ThrottlingException"), "busy", "AWS is busy (ThrottlingException on ListClusters)"),
        (refused("503", "", 503), "busy", "AWS is busy (503 on ListClusters)"),
        (refused("NoSuchBucket"), "no-such-bucket", "there is no bucket"),
        (refused("BadDigest"), "damaged", "what was sent arrived damaged (BadDigest on ListClusters)"),
        (
            refused(
                "ValidationException",
                "A job flow that is shutting down, terminated, or finished may not be modified.",
            ),
            "cluster-ending",
            "the cluster is ending, or has ended, and takes nothing more",
        ),
        (
            refused("InvalidRequestException", "Cluster id 'j-1' is not valid."),
            "call-refused",
            "ListClusters was refused (InvalidRequestException): Cluster id 'j-1' is not valid.",
        ),
        (
            raised.EndpointConnectionError(endpoint_url="http://127.0.0.1:9"),
            "unreachable",
            'AWS cannot be reached: Could not connect to the endpoint URL: "http://127.0.0.1:9"',
        ),
        (raised.ConnectTimeoutError(endpoint_url="http://h"), "unreachable", "AWS cannot be reached: Connect timeout"),
        (raised.SSLError(endpoint_url="https://h", error="x"), "unreachable", "AWS cannot be reached: SSL validation"),
        (raised.ReadTimeoutError(endpoint_url="http://h"), "connection-lost", "the connection to AWS failed: Read"),
        (raised.IncompleteReadError(actual_bytes=1, expected_bytes=2), "connection-lost", "the connection to AWS"),
        (ConnectionResetError("reset by peer"), "connection-lost", "the connection to AWS failed: reset by peer"),
        (
            AwsCrtError(1051, "AWS_IO_SOCKET_CLOSED", "socket is closed."),
            "connection-lost",
            "the connection to AWS failed: socket is closed",
        ),
        (raised.NoRegionError(), "no-client", "AWS cannot be used: You must specify a region."),
        (RuntimeError("of the runtime"), "call-failed", "PutObject failed: of the runtime"),
    ],
)
def test_what_is_raised_is_explained(error, kind, cause):
    known = aws.of_exception(error, "PutObject")
    assert known.kind == kind
    assert known.cause.startswith(cause)
    assert known.remedy
    assert "{" not in known.cause + known.remedy
    assert "\n" not in known.cause + known.remedy


@pytest.mark.parametrize(
    ("code", "status", "passing", "final"),
    [
        ("SlowDown", 503, True, False),
        ("RequestTimeout", 400, True, False),
        ("OperationAborted", 409, True, False),
        ("NobodyKnows", 502, True, False),
        ("NobodyKnows", 429, True, False),
        ("BadDigest", 400, True, False),
        ("EntityTooLarge", 400, False, False),
        ("NoSuchKey", 404, False, False),
        ("NoSuchBucket", 404, False, True),
        ("AccessDenied", 403, False, True),
        ("AccountProblem", 403, False, True),
        ("TokenRefreshRequired", 400, False, True),
        ("RequestTimeTooSkewed", 403, False, True),
    ],
)
def test_what_is_worth_another_try(code, status, passing, final):
    known = aws.refusal(code, "", status, "PutObject", "photographs")
    assert (known.passing, known.final) == (passing, final)


def test_only_credentials_that_cannot_be_had_are_final_without_an_answer():
    assert aws.of_exception(raised.NoCredentialsError()).final
    lost = aws.of_exception(raised.EndpointConnectionError(endpoint_url="http://h"))
    assert (lost.passing, lost.final) == (True, False)


def test_what_is_not_there_has_classes_of_its_own():
    for code in ("NoSuchKey", "404", "NoSuchEntity", "ResourceNotFoundException", "NoSuchResourceException"):
        assert type(aws.of_exception(refused(code))) is aws.NotFoundError
    missing = aws.refusal("NoSuchBucket", "", 404, "ListObjectsV2", "photographs")
    assert isinstance(missing, UsageError)
    assert not isinstance(missing, aws.NotFoundError)
    assert (missing.cause, missing.exit_code) == ("there is no bucket photographs", 2)


def test_an_answer_that_no_client_has_read():
    body = b"<Error><Code>AccessDenied</Code><Message>told to</Message></Error>"
    known = aws.of_answer(403, body, "PutObject", "photographs")
    assert known.cause == "these credentials may not do PutObject in the bucket photographs: told to"
    page = aws.of_answer(502, b"<html>Bad Gateway", "PutObject", "photographs")
    assert (page.code, page.passing) == ("502", True)


def test_the_command_that_goes_on_is_named():
    known = aws.refusal("SlowDown", "", 503, "PutObject").resumed_by("./inv upload-dataset")
    assert known.remedy == "wait a minute and call again; ./inv upload-dataset goes on where it stopped"


@pytest.mark.parametrize(
    "text",
    [
        "operation error S3: PutObject, https response error StatusCode: 403, RequestID: 1, HostID: 2, api error "
        "AccessDenied: Access Denied",
        "An error occurred (AccessDenied) when calling the PutObject operation (reached max retries: 4): Access Denied",
    ],
    ids=["Go", "Python"],
)
def test_refusals_are_read_in_the_notation_of_every_sdk(text):
    found = failures.find(text, failures.TERRAFORM)
    assert found is not None
    assert found[1].cause == "these credentials may not do PutObject: Access Denied"
