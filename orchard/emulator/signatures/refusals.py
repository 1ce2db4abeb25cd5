"""Refusals in AWS's words: each reason has a code of its own in each of the four ways in which services tell errors.

The codes are those of the "Common Errors" of the services' API references, of the Amazon S3 API Reference ("Error
responses") and of the Amazon EC2 API Reference ("Error codes for the Amazon EC2 API").
"""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from uuid import uuid4
from xml.sax.saxutils import escape

Code = tuple[int, str]  # HTTP status, error code


@dataclass(frozen=True)
class Reason:
    """Why a request is refused.

    Attributes:
        message: for people; `{}` is filled in.
        s3: how S3 calls it.
        query: how IAM, STS and others of AWS's query protocol call it.
        ec2: how EC2 calls it.
        json: how services with JSON in their bodies call it, EMR among them.
    """

    message: str
    s3: Code
    query: Code
    json: Code
    ec2: Code = (401, "AuthFailure")


STRANGER = Reason("{}", (403, "AccessDenied"), (403, "AccessDenied"), (403, "AccessDeniedException"))
UNSIGNED = Reason(
    "Request is missing Authentication Token: the local AWS answers requests that are signed with its access key",
    (403, "AccessDenied"),
    (403, "MissingAuthenticationToken"),
    (400, "MissingAuthenticationTokenException"),
)
MALFORMED = Reason(
    "The authorization is malformed: {}",
    (400, "AuthorizationHeaderMalformed"),
    (400, "IncompleteSignature"),
    (400, "IncompleteSignatureException"),
)
MECHANISM = Reason(
    "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
    (400, "InvalidRequest"),
    (400, "IncompleteSignature"),
    (400, "IncompleteSignatureException"),
)
UNKNOWN_KEY = Reason(
    "The AWS access key id, or the security token, is not one of this life of the local AWS.",
    (403, "InvalidAccessKeyId"),
    (403, "InvalidClientTokenId"),
    (400, "UnrecognizedClientException"),
)
WRONG_TOKEN = Reason(
    "The security token included in the request is invalid.",
    (400, "InvalidToken"),
    (403, "InvalidClientTokenId"),
    (400, "UnrecognizedClientException"),
)
OLD_TOKEN = Reason(
    "The security token included in the request is expired.",
    (400, "ExpiredToken"),
    (400, "ExpiredToken"),
    (400, "ExpiredTokenException"),
    (400, "RequestExpired"),
)
SKEWED = Reason(
    "The difference between the request time and the current time is too large: the request says {}, it is {}.",
    (403, "RequestTimeTooSkewed"),
    (400, "RequestExpired"),
    (400, "InvalidSignatureException"),
    (400, "RequestExpired"),
)
EXPIRED = Reason(
    "Request has expired", (403, "AccessDenied"), (400, "RequestExpired"), (400, "InvalidSignatureException")
)
UNSIGNED_HEADER = Reason(
    "'{}' must be a 'SignedHeader' in the AWS Authorization: there were headers present in the request which were not "
    "signed",
    (403, "AccessDenied"),
    (403, "SignatureDoesNotMatch"),
    (400, "InvalidSignatureException"),
)
MISMATCH = Reason(
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key "
    "and signing method.",
    (403, "SignatureDoesNotMatch"),
    (403, "SignatureDoesNotMatch"),
    (400, "InvalidSignatureException"),
)
OTHER_BODY = Reason(
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
    (400, "XAmzContentSHA256Mismatch"),
    (403, "SignatureDoesNotMatch"),
    (400, "InvalidSignatureException"),
)
NO_DIGEST = Reason(
    "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-..., or a valid sha256 value.",
    (400, "InvalidRequest"),
    (403, "SignatureDoesNotMatch"),
    (400, "InvalidSignatureException"),
)
CUT_SHORT = Reason(
    "You did not provide the number of bytes specified by the Content-Length HTTP header: {}",
    (400, "IncompleteBody"),
    (400, "IncompleteSignature"),
    (400, "IncompleteSignatureException"),
)
SMALL_CHUNK = Reason(
    "Only the last chunk is allowed to have a size less than 8192 bytes",
    (403, "InvalidChunkSizeError"),
    (403, "SignatureDoesNotMatch"),
    (400, "InvalidSignatureException"),
)


class RefusedError(Exception):
    """A request that is not answered; `words` fill in the reason's message."""

    def __init__(self, reason: Reason, *words: object) -> None:
        super().__init__(reason.message.format(*words))
        self.reason = reason


def answer(environ: dict[str, Any], service: str | None, refused: RefusedError) -> tuple[str, str, bytes]:
    """Say a refusal as the service would.

    Args:
        environ: the request.
        service: that it names in its credential scope; None where it names none.
        refused: why.

    Returns:
        HTTP status line, content type and body.
    """
    manner, kind = _manner(environ, service)
    status, code = getattr(refused.reason, manner)
    error = f"<Code>{code}</Code><Message>{escape(str(refused))}</Message>"
    request = f"<RequestId>{uuid4()}</RequestId>"
    body = {
        "s3": f"<Error>{error}{request}</Error>",
        "query": f"<ErrorResponse><Error><Type>Sender</Type>{error}</Error>{request}</ErrorResponse>",
        "ec2": f"<Response><Errors><Error>{error}</Error></Errors>{request}</Response>",
        "json": json.dumps({"__type": code, "message": str(refused)}),
    }[manner]
    return f"{status} {HTTPStatus(status).phrase}", kind, body.encode()


def _manner(environ: dict[str, Any], service: str | None) -> tuple[str, str]:
    """Choose how to tell the error; returns the attribute of a `Reason`, and the content type."""
    kind = environ.get("CONTENT_TYPE", "")
    if "HTTP_X_AMZ_TARGET" in environ or "json" in kind:
        return "json", kind if "json" in kind else "application/x-amz-json-1.1"
    if service == "ec2":
        return "ec2", "text/xml"
    if service in ("iam", "sts") or (service != "s3" and kind.startswith("application/x-www-form-urlencoded")):
        return "query", "text/xml"
    return ("s3", "application/xml") if service in (None, "s3") else ("json", "application/json")
