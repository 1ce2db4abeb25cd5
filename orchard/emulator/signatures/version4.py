"""The signature that a request should have: botocore's canonical form of what the client says that it signed."""

import hmac
from functools import lru_cache
from hashlib import sha256
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.compat import HTTPHeaders
from botocore.credentials import Credentials

from orchard.emulator.signatures.claim import Claim

DIGEST = "X-Amz-Content-SHA256"


class _Received:
    """What a server does otherwise: the client chose the headers, and the body's digest is known."""

    def headers_to_sign(self, request: Any) -> Any:
        return request.headers

    def payload(self, request: Any) -> str:
        return request.context["digest"]


class _Signer(_Received, SigV4Auth):
    """For all services but S3: the path is normalised and encoded twice."""


class _S3Signer(_Received, S3SigV4Auth):
    """For S3, which takes a path as it is and encodes it once."""


def signature(claim: Claim, secret: str, *, method: str, path: str, headers: list[tuple[str, str]], digest: str) -> str:
    """Compute a request's signature.

    Args:
        claim: what it is made with.
        secret: of the access key.
        method: of the request.
        path: as it was sent, without the query.
        headers: all of them, as they were sent.
        digest: the last line of the canonical request: of the body, or what stands for it.

    Returns:
        64 hexadecimal digits.
    """
    s3 = claim.service == "s3"
    if s3:  # clients differ in what they encode on the wire, and sign the same
        path = quote(unquote_to_bytes(path), safe="/~")
    request = AWSRequest(method, f"http://host{path}", HTTPHeaders(), params=claim.pairs)
    for name, value in headers:
        if name.lower() in claim.signed:
            request.headers[name.lower()] = value
    request.context = {"timestamp": claim.made, "digest": digest}
    signer = (_S3Signer if s3 else _Signer)(Credentials(claim.key_id, secret), claim.service, claim.region)
    canonical = signer.canonical_request(request)
    return sign(claim, secret, signer.string_to_sign(request, canonical))


def sign(claim: Claim, secret: str, text: str) -> str:
    """Sign a text with the key of a claim's scope."""
    key = _signing_key(secret, claim.date, claim.region, claim.service)
    return hmac.new(key, text.encode(), sha256).hexdigest()


@lru_cache(maxsize=256)  # the same for a day
def _signing_key(secret: str, *scope: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (*scope, "aws4_request"):
        key = hmac.new(key, part.encode(), sha256).digest()
    return key
