"""Server access logs: a line for each request to a bucket that has them, delivered in batches as S3 does.

moto 5.2.5 s3/models.py `log_incoming_request` makes an object for each request, before it is answered: 67,692
photographs uploaded left 67,692 objects to be deleted with the log bucket, each saying 200. Format: Amazon S3 User
Guide, "Amazon S3 server access log format".
"""

import logging
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from moto.s3.models import OWNER, S3Backend

from orchard.emulator.clock import Clock
from orchard.emulator.s3 import access
from orchard.emulator.s3.access import Place

log = logging.getLogger(__name__)
EVERY = 300.0  # emulated seconds between two deliveries; S3 takes minutes to hours
MOST = 20_000  # lines that wait, some 400 bytes each; more are delivered at once
BUCKET = "orchard.bucket"  # in a request's environment
CODE = re.compile(rb"<Code>(\w+)</Code>")
# What is asked of a bucket or an object, where the query says so; else it is the bucket or the object itself.
RESOURCES = {
    "acl": "ACL",
    "cors": "CORS",
    "delete": "MULTI_OBJECT_DELETE",
    "encryption": "ENCRYPTION",
    "lifecycle": "LIFECYCLE",
    "location": "LOCATION",
    "logging": "LOGGING_STATUS",
    "policy": "BUCKETPOLICY",
    "requestPayment": "REQUEST_PAYMENT",
    "tagging": "TAGGING",
    "uploadId": "UPLOAD",
    "uploads": "UPLOADS",
    "versioning": "VERSIONING",
    "versions": "BUCKETVERSIONS",
    "website": "WEBSITE",
}


class AccessLogs:
    """A WSGI application around that of AWS, which notes what becomes of requests to S3."""

    def __init__(self, application: Callable, clock: Clock) -> None:
        self._application, self._clock = application, clock
        self._waiting: dict[tuple[str, str], list[str]] = {}  # by target: bucket and prefix
        self._due = 0.0  # emulated time
        self._lock = threading.Lock()
        # moto calls it once it knows the bucket, which may be in the path or in the host's name.
        S3Backend.log_incoming_request = lambda _, request, bucket: request.environ.update({BUCKET: bucket})

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        """Answer a request, and note it."""
        begun = time.monotonic()
        started: list[Any] = []

        def listen(status: str, headers: list[tuple[str, str]], *args: Any) -> Callable:
            started[:] = status, headers
            return start_response(status, headers, *args)

        answer = self._application(environ, listen)
        target = _target(environ.get(BUCKET))
        if target:
            return self._noted(answer, target, environ, started, begun)
        self._deliver_if_due()
        return answer

    def _noted(
        self,
        answer: Iterable[bytes],
        target: tuple[str, str],
        environ: dict[str, Any],
        started: list[Any],
        begun: float,
    ) -> Iterator[bytes]:
        sent, first = 0, b""
        try:
            for block in answer:
                first = first or block
                sent += len(block)
                yield block
        finally:
            getattr(answer, "close", lambda: None)()
        turn = time.monotonic() - begun
        with self._lock:
            if not self._waiting:
                self._due = self._clock.now() + EVERY
            self._waiting.setdefault(target, []).append(_line(environ, started, first, sent, turn))
        self._deliver_if_due()

    def _deliver_if_due(self) -> None:
        with self._lock:
            if self._clock.now() < self._due and sum(map(len, self._waiting.values())) < MOST:
                return
            waiting, self._waiting = self._waiting, {}
        moment = datetime.fromtimestamp(self._clock.now(), UTC)
        for (bucket, prefix), lines in waiting.items():
            if bucket in access.buckets():  # S3 drops what it cannot deliver, too
                name = f"{prefix}{moment:%Y-%m-%d-%H-%M-%S}-{secrets.token_hex(8).upper()}"
                access.put(Place(bucket, name), "".join(lines).encode())


def _target(bucket: str | None) -> tuple[str, str] | None:
    """Say where the log of a bucket goes: bucket and prefix; None where it keeps none."""
    found = access.logging_of(bucket) if bucket else {}
    return (found["TargetBucket"], found.get("TargetPrefix") or "") if found else None


def _line(environ: dict[str, Any], started: list[Any], body: bytes, sent: int, turn: float) -> str:
    """Write a line about a request that has been answered; `turn` in seconds."""
    status, headers = started[0].partition(" ")[0], {name.lower(): value for name, value in started[1]}
    path, method, bucket = environ["RAW_URI"], environ["REQUEST_METHOD"], environ[BUCKET]
    raw = path.partition("?")[0].removeprefix("/")
    key = raw.removeprefix(f"{bucket}/") if raw.startswith(f"{bucket}/") else "" if raw == bucket else raw
    query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    resource = next((word for name, word in RESOURCES.items() if name in query), "OBJECT" if key else "BUCKET")
    if "partNumber" in query and method == "PUT":
        resource = "PART"
    code = CODE.search(body) if int(status) >= 400 else None
    size = headers.get("content-length", "-") if resource == "OBJECT" and method in ("GET", "HEAD") else "-"
    if method == "PUT" and resource in ("OBJECT", "PART"):
        size = environ.get("CONTENT_LENGTH", "-")
    milliseconds = round(turn * 1000)
    fields = (
        OWNER,
        bucket,
        datetime.now(UTC).strftime("[%d/%b/%Y:%H:%M:%S +0000]"),
        environ.get("REMOTE_ADDR", "-"),
        environ["HTTP_AUTHORIZATION"].partition("Credential=")[2].partition("/")[0],
        headers.get("x-amzn-requestid", secrets.token_hex(8).upper()),
        f"REST.{method}.{resource}",
        key or "-",
        f'"{method} {path} HTTP/1.1"',
        status,
        code[1].decode() if code else "-",
        sent or "-",
        size,
        milliseconds,
        milliseconds,
        f'"{environ.get("HTTP_REFERER", "-")}"',
        f'"{environ.get("HTTP_USER_AGENT", "-")}"',
        query.get("versionId", "-"),
        "-",
        "SigV4",
        "-",
        "QueryString" if "X-Amz-Signature" in query else "AuthHeader",
        environ.get("HTTP_HOST", "-"),
        "-",
        "-",
        "-",
    )
    return " ".join(map(str, fields)) + "\n"
