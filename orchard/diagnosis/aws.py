"""What AWS refuses and what its clients raise, as errors of ours: for people by the table, for callers by class."""

from xml.etree import ElementTree

from botocore.exceptions import ClientError

from orchard.base.errors import OrchardError, UsageError
from orchard.diagnosis import failures

# What the services say of something that is not there; of a bucket, the table knows.
_MISSING = (
    *("NoSuchKey", "NoSuchEntity", "NoSuchResourceException", "ResourceNotFoundException", "ResourceNotFound"),
    *("NotFound", "NotFoundException", "404", "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
)


class AwsError(OrchardError):
    """AWS refused a call, or could not be asked.

    Attributes:
        kind: id of the entry in `aws.toml`.
        code: AWS's own, or the class of the client's exception.
        status: of HTTP; 0 where there was no answer.
        passing: whether another try may do: a busy server, a lost connection, bytes damaged on the way.
        final: whether every other call will fail as well.
    """

    def __init__(self, text: str, code: str, status: int, call: str, message: str, bucket: str) -> None:
        facts = {"code": code, "call": call, "message": message, "bucket": bucket}
        known, failure = failures.find(text, failures.CALLS, **facts)  # type: ignore[misc]  # the last entries take all
        super().__init__(failure.cause, failure.remedy)
        self.kind, self.code, self.status, self.final = known.id, code, status, known.final
        self.passing = not known.final and (known.passing or status in (0, 429) or status >= 500)

    def resumed_by(self, command: str) -> "AwsError":
        """Add to the remedy which command goes on where this one stopped; returns the error itself."""
        self.remedy += f"; {command} goes on where it stopped"
        return self


class NotFoundError(AwsError):
    """What was asked for is not there."""


class NoBucketError(AwsError, UsageError):
    """There is no such bucket."""


def refusal(code: str, message: str, status: int, operation: str, bucket: str = "") -> AwsError:
    """Make the error for an answer of AWS.

    Args:
        code: AWS's.
        message: AWS's.
        status: of HTTP.
        operation: that was asked for, such as `ListClusters`.
        bucket: that it was about, if any.
    """
    text = f"({code}) when calling the {operation} operation: {message}"
    kind = NoBucketError if code == "NoSuchBucket" else NotFoundError if code in _MISSING else AwsError
    call = f"{operation} in the bucket {bucket}" if bucket else operation
    return kind(text, code, status, call, message, bucket)


def of_exception(error: BaseException, operation: str = "", bucket: str = "") -> AwsError:
    """Translate an exception of botocore, the Common Runtime or what they stand on; and of which call, if known."""
    if isinstance(error, ClientError):
        answer, status = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
        bucket = answer.get("BucketName", bucket)
        return refusal(
            answer.get("Code", ""),
            answer.get("Message", "").strip(),
            status.get("HTTPStatusCode", 400),
            error.operation_name,
            bucket,
        )
    message = " ".join(str(getattr(error, "message", error)).split())
    classes = [kind.__name__ for kind in type(error).__mro__]
    return AwsError(f"{' '.join(classes)}: {message}", classes[0], 0, operation, message, bucket)


def of_answer(status: int, body: bytes, operation: str, bucket: str) -> AwsError:
    """Read an error response of S3 that no client has read."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - the endpoint is the user's own; expat resolves no files
        code, message = root.findtext("Code") or str(status), root.findtext("Message") or ""
    except ElementTree.ParseError:
        code, message = str(status), body[:200].decode(errors="replace")
    return refusal(code, message, status, operation, bucket)
