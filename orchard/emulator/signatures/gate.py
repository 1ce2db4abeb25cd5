"""What stands in front of every request to AWS: it lets in what is signed with a good key, and nothing else."""

import hashlib
import hmac
import logging
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from orchard.emulator.credentials import Credentials
from orchard.emulator.signatures import chunks, claim, refusals, version4
from orchard.emulator.signatures.claim import Claim
from orchard.emulator.signatures.keyring import Key, Keyring
from orchard.emulator.signatures.refusals import RefusedError

log = logging.getLogger(__name__)
CLAIM, KEY = "orchard.claim", "orchard.key"  # in the environment of a request that was let in
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
# moto's own pages and its instance metadata, which it serves before it looks for a bucket of such a name.
NOT_AWS = ("/moto-api", "/favicon.ico", "/latest/meta-data/", "/latest/api/")
SHA256 = re.compile(r"[0-9a-f]{64}")


class Gate:
    """A WSGI application around AWS's. Behind it, a request has its body whole and its claim in its header."""

    def __init__(self, application: Callable, credentials: Credentials) -> None:
        self._application, self._keys = application, Keyring(credentials)

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        """Answer one request, or refuse it."""
        made: Claim | None = None
        try:
            made = claim.read(environ)
            environ[CLAIM], environ[KEY] = made, self._admit(environ, made)
        except RefusedError as refused:
            log.info("refused: %s %r: %s", environ["REQUEST_METHOD"], environ.get("PATH_INFO"), refused)
            return refuse(environ, start_response, made.service if made else None, refused)
        environ["HTTP_AUTHORIZATION"] = made.header
        return self._application(environ, start_response)

    def _admit(self, environ: dict[str, Any], made: Claim) -> Key:
        key = self._keys.find(made.key_id)
        if key is None:
            raise RefusedError(refusals.UNKNOWN_KEY)
        made.check_time(datetime.now(UTC))
        _check_headers(environ, made)
        declared = _declared(environ, made)
        found = version4.signature(
            made,
            key.secret,
            method=environ["REQUEST_METHOD"],
            path=environ["RAW_URI"].partition("?")[0],
            headers=environ["orchard.headers"],
            digest=declared,
        )
        if not hmac.compare_digest(found, made.signature):
            raise RefusedError(refusals.MISMATCH)
        if environ.get("PATH_INFO", "").startswith(NOT_AWS):
            raise RefusedError(refusals.STRANGER, "The local AWS has nothing of this name.")
        _check_session(environ, made, key)
        if declared in chunks.KINDS:
            _join(environ, made, key, declared)
        elif SHA256.fullmatch(declared) and "HTTP_X_AMZ_CONTENT_SHA256" in environ and _digest(environ) != declared:
            raise RefusedError(refusals.OTHER_BODY)
        return key


def refuse(
    environ: dict[str, Any], start_response: Callable, service: str | None, refused: RefusedError
) -> Iterable[bytes]:
    """Answer with a refusal in the manner of a service."""
    status, kind, body = refusals.answer(environ, service, refused)
    if environ["REQUEST_METHOD"] == "HEAD":
        body = b""
    start_response(status, [("Content-Type", kind), ("Content-Length", str(len(body)))])
    return [body]


def _check_headers(environ: dict[str, Any], made: Claim) -> None:
    """Refuse a request whose host, or whose headers that mean something to AWS, are not all signed."""
    sent = {name.lower() for name, _ in environ["orchard.headers"] if name.lower().startswith("x-amz-")}
    for name in sorted({"host", *sent} - set(made.signed)):
        raise RefusedError(refusals.UNSIGNED_HEADER, name)


def _declared(environ: dict[str, Any], made: Claim) -> str:
    """Return what the client says of its body, or for services that are told nothing the body's digest."""
    declared: str = environ.get("HTTP_X_AMZ_CONTENT_SHA256", "")
    if made.service != "s3":
        return declared or _digest(environ)
    if not declared and made.expires is not None:
        return UNSIGNED_PAYLOAD
    if declared not in (UNSIGNED_PAYLOAD, *chunks.KINDS) and not SHA256.fullmatch(declared):
        raise RefusedError(refusals.NO_DIGEST)
    return declared


def _digest(environ: dict[str, Any]) -> str:
    """Compute the SHA-256 of the body, which can be read again afterwards."""
    body = environ["wsgi.input"]
    digest = hashlib.file_digest(body, "sha256").hexdigest()
    body.seek(0)
    return digest


def _check_session(environ: dict[str, Any], made: Claim, key: Key) -> None:
    given = environ.get("HTTP_X_AMZ_SECURITY_TOKEN") or dict(made.pairs).get("X-Amz-Security-Token")
    if given != key.session:
        raise RefusedError(refusals.WRONG_TOKEN)
    if key.expires and key.expires < datetime.now(UTC).replace(tzinfo=None):
        raise RefusedError(refusals.OLD_TOKEN)


def _join(environ: dict[str, Any], made: Claim, key: Key, kind: str) -> None:
    """Put the whole body in the place of its chunks, and the headers that came behind it with the others."""
    length = environ.get("HTTP_X_AMZ_DECODED_CONTENT_LENGTH", "")
    if not length.isascii() or not length.isdigit():
        raise RefusedError(refusals.CUT_SHORT, "x-amz-decoded-content-length is needed")
    chain = None if kind == chunks.UNSIGNED else chunks.Chain(made, key.secret)
    trailer = kind.endswith("-TRAILER")
    body, behind = chunks.decode(environ["wsgi.input"], int(length), chain, trailer=trailer)
    encodings = [word.strip() for word in environ.pop("HTTP_CONTENT_ENCODING", "").split(",")]
    kept = ",".join(word for word in encodings if word and word != "aws-chunked")
    environ |= {"wsgi.input": body, "CONTENT_LENGTH": length, "HTTP_X_AMZ_CONTENT_SHA256": UNSIGNED_PAYLOAD}
    environ |= {"HTTP_CONTENT_ENCODING": kept} if kept else {}
    for name in ("HTTP_X_AMZ_DECODED_CONTENT_LENGTH", "HTTP_X_AMZ_TRAILER"):
        environ.pop(name, None)
    for name, value in behind.items():
        if name.startswith("x-amz-checksum-"):
            environ[f"HTTP_{name.upper().replace('-', '_')}"] = value
