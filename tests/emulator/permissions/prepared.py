"""Requests as boto3 makes them, as the emulator's server would hand them on, without anybody to answer."""

import contextlib
import io
from functools import cache
from typing import Any
from urllib.parse import unquote, urlsplit

import boto3
from botocore.config import Config

from orchard.emulator.permissions.access import Access
from orchard.emulator.permissions.requests import actions, calls
from orchard.emulator.permissions.requests.calls import Call

REGION = "eu-west-3"


class PreparedError(Exception):
    """Ends a call where its request would be sent."""


def environ(service: str, method: str, **parameters: Any) -> tuple[dict[str, Any], str]:
    """Return the request of a client's method, and the name of the service that it is signed for."""
    client, caught = _client(service), []

    def catch(request: Any, **_: Any) -> None:
        caught.append(request)
        raise PreparedError

    client.meta.events.register_first("before-send", catch)
    try:
        with contextlib.suppress(PreparedError):
            getattr(client, method)(**parameters)
    finally:
        client.meta.events.unregister("before-send", catch)
    (request,) = caught
    parts, body = urlsplit(request.url), request.body or b""
    content = body.read() if hasattr(body, "read") else body
    found = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote(parts.path),
        "RAW_URI": parts.path + (f"?{parts.query}" if parts.query else ""),
        "QUERY_STRING": parts.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "5000",
        "wsgi.url_scheme": "http",
        "HTTP_HOST": parts.netloc,
        "wsgi.input": io.BytesIO(content.encode() if isinstance(content, str) else content),
        "CONTENT_LENGTH": str(len(content)),
    }
    for name, value in request.headers.items():
        text = value.decode() if isinstance(value, bytes) else value
        key = name.upper().replace("-", "_")
        found[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = text
    return found, client._service_model.signing_name


@cache
def _client(service: str) -> Any:
    return boto3.client(
        service,
        region_name=REGION,
        endpoint_url="http://127.0.0.1:5000",
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"max_attempts": 0}),
    )


def call(service: str, method: str, **parameters: Any) -> Call:
    """Return what the emulator makes of a request."""
    made, signed_for = environ(service, method, **parameters)
    return calls.read(made, signed_for, REGION)


def accesses(service: str, method: str, **parameters: Any) -> list[Access]:
    """Return what a request needs."""
    return actions.accesses(call(service, method, **parameters))


def pairs(service: str, method: str, **parameters: Any) -> list[tuple[str, str]]:
    """Return the actions and resources of what a request needs."""
    return [(access.action, access.resource) for access in accesses(service, method, **parameters)]
