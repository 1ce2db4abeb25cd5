"""What AWS's client raises, as one line of cause and one of remedy."""

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    NoCredentialsError,
    TokenRetrievalError,
)

from orchard.base.errors import OrchardError

_RENEW = "renew them: aws sso login, or aws configure"
_EXPIRED = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_REFUSED = ("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "InvalidAccessKeyId")
_DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "403")
_BUSY = ("SlowDown", "Throttling", "ThrottlingException", "RequestLimitExceeded", "ServiceUnavailable")


def explain(error: Exception) -> OrchardError:
    """Turn an exception of botocore, boto3 or s3transfer into a cause and a remedy."""
    if isinstance(error, NoCredentialsError):
        return OrchardError("no AWS credentials were found", "run aws configure (or aws sso login), or set AWS_PROFILE")
    if isinstance(error, TokenRetrievalError):
        return OrchardError("the AWS sign-in has expired", _RENEW)
    if isinstance(error, ConnectionError | HTTPClientError):
        return OrchardError(
            f"nothing answers any more: {error}",
            "check the network; if this was the local AWS, it has ended with all that it held: ./inv up starts anew",
        )
    if isinstance(error, ClientError):
        return _of_answer(error)
    first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, BotoCoreError):
        return OrchardError(f"AWS cannot be used: {first}", "check AWS_PROFILE, the region and the network")
    return OrchardError(f"a transfer failed: {first}", "call again: what has arrived stays")


def _of_answer(error: ClientError) -> OrchardError:
    answer = error.response.get("Error", {})
    code, message = answer.get("Code", ""), answer.get("Message", "").strip()
    if code in _EXPIRED:
        return OrchardError("the AWS credentials have expired", _RENEW)
    if code in _REFUSED:
        return OrchardError(f"AWS does not accept the credentials ({code})", _RENEW)
    if code in _DENIED:
        return OrchardError(
            f"these credentials may not do {error.operation_name}: {message or code}",
            "ask for the permission named here, or choose other credentials by AWS_PROFILE",
        )
    if code in _BUSY:
        return OrchardError(f"AWS is busy ({code} on {error.operation_name})", "wait a minute and call again")
    if code == "NoSuchBucket":
        return OrchardError(f"there is no bucket {answer.get('BucketName', '')}".rstrip(), "make it first: ./inv up")
    return OrchardError(
        f"{error.operation_name} was refused: {message or code}", "./inv --debug shows the whole answer"
    )
