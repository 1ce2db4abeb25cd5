"""The emulator's own requests, beside those of AWS, under `/_orchard/`; and the last resort for faults in moto."""

import base64
import binascii
import hmac
import json
import logging
import os
import threading
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import parse_qs
from wsgiref.util import shift_path_info
from xml.sax.saxutils import escape

from orchard.emulator import origin
from orchard.emulator.options import Options
from orchard.emulator.signatures import gate, refusals

log = logging.getLogger(__name__)
PREFIX = "/_orchard/"
EC2 = "/ec2/aws4_request"  # in a request's credential scope
REMEMBERED = 500  # answers, of some kilobytes each

# moto looks a thing up and adds it in two steps, which must not mix with those of Terraform's other requests.
_ONE_AT_A_TIME = threading.Lock()


class Control:
    """A WSGI application around that of AWS.

    What is under `/_orchard/` asks for the token of `credentials`, as the password of HTTP's basic authentication.
    `GET /_orchard/identity` answers who this is: {"instance", "pid"}. `POST /_orchard/clock?advance=SECONDS` lets
    emulated time pass. What is under `/_orchard/livy/<cluster id>/` is that cluster's Livy; on AWS it listens on the
    primary node's port 8998.
    """

    def __init__(self, aws: Callable, livy: Callable, options: Options) -> None:
        self._aws, self._livy, self._options = aws, livy, options
        self._answered: dict[str, tuple[str, list[tuple[str, str]], bytes]] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        """Answer one request."""
        if reason := origin.foreign(environ):
            refused = refusals.RefusedError(refusals.STRANGER, reason)
            return gate.refuse(environ, start_response, None, refused)
        if environ.get("PATH_INFO", "").startswith(PREFIX):
            return self._own(environ, start_response)
        try:
            if EC2 not in environ.get("HTTP_AUTHORIZATION", ""):
                return self._aws(environ, start_response)
            with _ONE_AT_A_TIME:
                return self._once(environ, start_response)
        except Exception as error:
            # moto 5.2.5 lets its own mistakes through as a 500, which SDKs retry for minutes: say what happened, once.
            log.exception("%s %s failed", environ.get("REQUEST_METHOD"), environ.get("PATH_INFO"))
            return _fault(environ, start_response, f"The local AWS failed: {type(error).__name__}: {error}")

    def _once(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        """Answer a request that an SDK sends again, because the answer got lost, as it was answered before.

        On a busy machine a rule of a security group was refused as a duplicate of itself. SDKs name each call
        (`amz-sdk-invocation-id`) and keep the name when they try again.
        """
        call = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        if call not in self._answered:
            started: list[Any] = []

            def keep(status: str, headers: list[tuple[str, str]], _: Any = None) -> Callable:
                started[:] = status, headers
                return lambda _: None

            body = b"".join(self._aws(environ, keep))
            if not call or not started[0].startswith("2"):
                start_response(*started)
                return [body]
            self._answered[call] = (*started, body)
            if len(self._answered) > REMEMBERED:
                del self._answered[next(iter(self._answered))]
        else:
            log.warning("answered again: %s of %s", call, environ.get("HTTP_USER_AGENT"))
        status, headers, body = self._answered[call]
        start_response(status, headers)
        return [body]

    def _own(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        if not hmac.compare_digest(_password(environ), self._options.credentials.token.encode()):
            # Not 401, at which a browser asks for the password, and from then on sends it along for any page.
            start_response("403 Forbidden", [("Content-Length", "0")])
            return [b""]
        name = environ["PATH_INFO"].removeprefix(PREFIX)
        if name.startswith("livy/"):
            shift_path_info(environ)
            shift_path_info(environ)
            return self._livy(environ, start_response)
        if name == "clock" and environ["REQUEST_METHOD"] == "POST":
            self._options.clock.advance(float(parse_qs(environ.get("QUERY_STRING", ""))["advance"][0]))
        elif name != "identity":
            start_response("404 Not Found", [("Content-Length", "0")])
            return [b""]
        body = json.dumps({"instance": self._options.instance, "pid": os.getpid()}).encode()
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(body)))])
        return [body]


def _password(environ: dict[str, Any]) -> bytes:
    scheme, _, given = environ.get("HTTP_AUTHORIZATION", "").partition(" ")
    try:
        return base64.b64decode(given).partition(b":")[2] if scheme.lower() == "basic" else b""
    except binascii.Error:
        return b""


def _fault(environ: dict[str, Any], start_response: Callable, message: str) -> Iterable[bytes]:
    if "json" in environ.get("CONTENT_TYPE", ""):
        kind, body = "application/json", json.dumps({"__type": "EmulatorFault", "message": message})
    else:
        kind, body = (
            "text/xml",
            f"<Error><Code>EmulatorFault</Code><Message>{escape(message)}</Message></Error>",
        )
    start_response("400 Bad Request", [("Content-Type", kind), ("Content-Length", str(len(body.encode())))])
    return [body.encode()]
