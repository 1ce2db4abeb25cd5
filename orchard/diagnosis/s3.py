"""What S3 and the network refuse, told apart: worth another try, of one object only, or the end of the transfer."""

from typing import NamedTuple
from xml.etree import ElementTree

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    PartialCredentialsError,
    SSOError,
    TokenRetrievalError,
)

from orchard.base.errors import OrchardError, UsageError

# Amazon S3 API Reference, "Error responses".
EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
REFUSED = {"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "InvalidToken", "AccountProblem", "403"}
BUSY = {"SlowDown", "ServiceUnavailable", "InternalError", "RequestTimeout", "OperationAborted", "Throttling"}
DAMAGED = {"BadDigest", "XAmzContentChecksumMismatch", "IncompleteBody"}
NO_CREDENTIALS = "NoCredentials"
LOST = (NoCredentialsError, PartialCredentialsError, CredentialRetrievalError, SSOError, TokenRetrievalError)


class Fault(NamedTuple):
    """Why a request failed.

    Attributes:
        code: S3's, or the transport's name for it.
        message: for people.
        status: of HTTP; 0 where there was no answer.
    """

    code: str
    message: str
    status: int = 0

    @property
    def passing(self) -> bool:
        """Whether another try may do: a busy server, a lost connection, bytes damaged on the way."""
        if self.code == NO_CREDENTIALS:
            return False
        return self.status in (0, 429) or self.status >= 500 or self.code in BUSY | DAMAGED

    @property
    def final(self) -> bool:
        """Whether every other request will fail as well."""
        return self.code in EXPIRED | REFUSED | {"NoSuchBucket", NO_CREDENTIALS, "RequestTimeTooSkewed"}


def of_answer(status: int, body: bytes) -> Fault:
    """Read an error response of S3."""
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - the endpoint is the user's own; expat resolves no files
        return Fault(root.findtext("Code") or str(status), root.findtext("Message") or "", status)
    except ElementTree.ParseError:
        return Fault(str(status), body[:200].decode(errors="replace"), status)


def of_exception(error: BotoCoreError | ClientError) -> Fault:
    """Read an exception of botocore."""
    if isinstance(error, LOST):
        return Fault(NO_CREDENTIALS, str(error))
    if isinstance(error, ClientError):
        answer = error.response
        status = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return Fault(answer["Error"].get("Code", ""), answer["Error"].get("Message", ""), status)
    return Fault(type(error).__name__, str(error))


def explain(fault: Fault, bucket: str, again: str) -> OrchardError:
    """Say a fault as cause and remedy.

    Args:
        fault: what happened.
        bucket: its name.
        again: the command that goes on where this one stopped.
    """
    goes_on = f"then call again: {again} goes on where it stopped"
    if fault.code == "NoSuchBucket":
        return UsageError(f"there is no bucket {bucket}", "make it first: ./inv up --only foundation")
    if fault.code == NO_CREDENTIALS:
        return OrchardError(
            "no AWS credentials were found", f"run aws configure (or aws sso login), or set AWS_PROFILE; {goes_on}"
        )
    if fault.code in EXPIRED:
        return OrchardError("the AWS credentials have expired", f"renew them (aws sso login); {goes_on}")
    if fault.code in REFUSED:
        return OrchardError(
            f"S3 refuses access to {bucket}: {fault.code} {fault.message}".rstrip(),
            f"use credentials that may write there (AWS_PROFILE); {goes_on}",
        )
    if fault.code == "RequestTimeTooSkewed":
        return OrchardError("this machine's clock is wrong, so S3 refuses its signatures", f"set it, {goes_on}")
    if fault.status == 503 or fault.code in BUSY:
        return OrchardError(f"S3 is too busy: {fault.code} {fault.message}".rstrip(), f"wait a minute, {goes_on}")
    if fault.status:
        return OrchardError(f"S3 refused: {fault.status} {fault.code} {fault.message}".rstrip(), goes_on)
    return OrchardError(f"the connection to S3 failed: {fault.message or fault.code}", f"check the network, {goes_on}")
