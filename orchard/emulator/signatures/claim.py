"""What a request says of its signature, in its Authorization header or, presigned, in its query."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

from orchard.emulator.signatures.refusals import (
    EXPIRED,
    MALFORMED,
    MECHANISM,
    SKEWED,
    UNSIGNED,
    RefusedError,
)

ALGORITHM = "AWS4-HMAC-SHA256"
FORM = "%Y%m%dT%H%M%SZ"
SKEW = {"s3": timedelta(minutes=15)}  # how far the clocks may be apart
OTHERS_SKEW = timedelta(minutes=5)
LONGEST = 7 * 24 * 3600  # seconds that a presigned URL may be good for
CREDENTIAL = re.compile(r"([^/]+)/(\d{8})/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Claim:
    """A signature and what it was made with.

    Attributes:
        key_id: the access key.
        date: of the signing key, as `20261125`.
        region: likewise.
        service: likewise; it decides who answers.
        signed: names of the signed headers, in lower case.
        signature: 64 hexadecimal digits.
        made: when, as `20261125T091500Z`.
        expires: seconds after which a presigned URL is good no more; None for a header.
        pairs: the query, decoded, without the signature.
    """

    key_id: str
    date: str
    region: str
    service: str
    signed: tuple[str, ...]
    signature: str
    made: str
    expires: int | None
    pairs: list[tuple[str, str]]

    @property
    def scope(self) -> str:
        """The credential scope, as it is signed."""
        return f"{self.date}/{self.region}/{self.service}/aws4_request"

    @property
    def header(self) -> str:
        """The claim as an Authorization header, for those behind who read no other."""
        credential, signed = f"{self.key_id}/{self.scope}", ";".join(self.signed)
        return f"{ALGORITHM} Credential={credential}, SignedHeaders={signed}, Signature={self.signature}"

    def check_time(self, now: datetime) -> None:
        """Compare with the clock.

        Raises:
            RefusedError: the request is too old, from the future, or has expired.
        """
        try:
            made = datetime.strptime(self.made, FORM).replace(tzinfo=UTC)
        except ValueError:
            raise RefusedError(MALFORMED, f"the date {self.made} is none") from None
        if self.made[:8] != self.date:
            raise RefusedError(MALFORMED, f"the credential's date {self.date} is not that of the request, {self.made}")
        skew = SKEW.get(self.service, OTHERS_SKEW)
        if self.expires is not None and now > made + timedelta(seconds=self.expires):
            raise RefusedError(EXPIRED)
        if made > now + skew or (self.expires is None and made < now - skew):
            raise RefusedError(SKEWED, self.made, now.strftime(FORM))


def read(environ: dict[str, Any]) -> Claim:
    """Find the claim of a request.

    Raises:
        RefusedError: there is none, or none that can be understood.
    """
    pairs = parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    header, query = environ.get("HTTP_AUTHORIZATION"), dict(pairs)
    if header is None:
        if "X-Amz-Algorithm" in query or "X-Amz-Signature" in query:
            return _presigned(query, pairs)
        raise RefusedError(MECHANISM if "AWSAccessKeyId" in query else UNSIGNED)
    if "X-Amz-Signature" in query:
        raise RefusedError(MALFORMED, "only one auth mechanism is allowed")
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        raise RefusedError(MECHANISM)
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    return _claim(
        parts.get("Credential", ""), parts.get("SignedHeaders", ""), parts.get("Signature", ""), _made(environ), pairs
    )


def _presigned(query: dict[str, str], pairs: list[tuple[str, str]]) -> Claim:
    if query.get("X-Amz-Algorithm") != ALGORITHM:
        raise RefusedError(MECHANISM)
    expires = query.get("X-Amz-Expires", "")
    if not expires.isascii() or not expires.isdigit() or not 1 <= int(expires) <= LONGEST:
        raise RefusedError(MALFORMED, f"X-Amz-Expires must be a number of seconds up to {LONGEST}")
    others = [pair for pair in pairs if pair[0] != "X-Amz-Signature"]
    credential, signed, signature, made = (
        query.get(f"X-Amz-{name}", "") for name in ("Credential", "SignedHeaders", "Signature", "Date")
    )
    return _claim(credential, signed, signature, made, others, int(expires))


def _claim(
    credential: str,
    signed: str,
    signature: str,
    made: str,
    pairs: list[tuple[str, str]],
    expires: int | None = None,
) -> Claim:
    found = CREDENTIAL.fullmatch(credential)
    if not found:
        raise RefusedError(MALFORMED, "the credential is not <access key>/<date>/<region>/<service>/aws4_request")
    if not signed or not signature:
        raise RefusedError(MALFORMED, "SignedHeaders and Signature are needed")
    names = tuple(signed.lower().split(";"))
    key_id, date, region, service = found.groups()
    return Claim(key_id, date, region, service, names, signature, made, expires, pairs)


def _made(environ: dict[str, Any]) -> str:
    if "HTTP_X_AMZ_DATE" in environ:
        return environ["HTTP_X_AMZ_DATE"]
    try:
        return parsedate_to_datetime(environ.get("HTTP_DATE", "")).astimezone(UTC).strftime(FORM)
    except ValueError:
        raise RefusedError(MALFORMED, "x-amz-date or date is needed") from None
