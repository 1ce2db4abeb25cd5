"""Which operation of which service a request asks for, with its parameters."""

import io
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from botocore.loaders import Loader
from moto.core.model import OperationModel
from moto.core.parse import PROTOCOL_PARSERS, RequestParserError
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import HTTPException

from orchard.emulator.options import ACCOUNT
from orchard.emulator.permissions.requests import objects

# The names that requests are signed with, where botocore's name of the service is another.
SIGNED_AS = {
    "elasticmapreduce": "emr",
    "monitoring": "cloudwatch",
    "tagging": "resourcegroupstaggingapi",
    "servicequotas": "service-quotas",
    "email": "ses",
}
S3_CONTROL = "/v20180820/"  # signed as S3, another service


@dataclass(frozen=True)
class Call:
    """A request, read.

    Attributes:
        service: as botocore names it: `s3`, `emr`, `cloudwatch`.
        region: of the signature's credential scope.
        account: whose resources it is about, 12 digits.
        operation: as in `PutObject`.
        parameters: as botocore's service model names them.
        headers: what S3's condition keys are about: `x-amz-...`, in lower case.
        presigned: whether the signature came in the query.
    """

    service: str
    region: str
    account: str
    operation: str
    parameters: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    presigned: bool = False


class UnknownOperationError(Exception):
    """A request for an operation that its service does not have, or that no IAM action is known for."""


def read(environ: dict[str, Any], service: str, region: str) -> Call:
    """Read a request that the gate let in; its body can be read again afterwards.

    Args:
        environ: of WSGI.
        service: as the credential scope says it.
        region: likewise.

    Raises:
        UnknownOperationError: the service has no such operation, or the parameters cannot be read.
    """
    if service == "s3":
        name = "s3control" if environ["PATH_INFO"].startswith(S3_CONTROL) else "s3"
        operation, parameters = objects.read(environ) or _routed(environ, name)
        return Call(
            name,
            region,
            ACCOUNT,
            operation,
            parameters,
            objects.headers(environ),
            "X-Amz-Signature=" in environ.get("QUERY_STRING", ""),
        )
    name = SIGNED_AS.get(service, service)
    operation, parameters = _routed(environ, name)
    return Call(name, region, ACCOUNT, operation, parameters)


def _routed(environ: dict[str, Any], service: str) -> tuple[str, dict[str, Any]]:
    """Find the operation and parameters as moto 5.2.5 does (core/responses.py, `parse_parameters`)."""
    asked = f"{service}: {environ['REQUEST_METHOD']} {environ.get('RAW_URI') or environ['PATH_INFO']}"
    if service not in _services():
        raise UnknownOperationError(f"no service for {asked}")
    try:
        body = b"" if service == "s3" else _body(environ)
        request = Request(environ | {"wsgi.input": io.BytesIO(body)})
        operation, in_path = get_service_router(service).match(request)
        if service == "s3" and _has_document(operation):
            body = _body(environ)
        protocol = determine_request_protocol(get_service_model(service), request.content_type)
        parameters = PROTOCOL_PARSERS[protocol](operation).parse(
            {
                "method": request.method,
                "values": request.values,
                "headers": request.headers,
                "body": body,
                "url_path": request.path,
                "url_params": in_path,
            }
        )
    except (HTTPException, RequestParserError, NotImplementedError, ValueError) as error:
        raise UnknownOperationError(f"no operation for {asked} ({type(error).__name__})") from error
    return operation.name, parameters or {}


@cache
def _services() -> frozenset[str]:
    return frozenset(Loader().list_available_services("service-2"))


def _body(environ: dict[str, Any]) -> bytes:
    stream = environ["wsgi.input"]
    body: bytes = stream.read()
    stream.seek(0)
    return body


@cache
def _has_document(operation: OperationModel) -> bool:
    """Whether the body of an S3 operation is a small document, and not somebody's object."""
    shape = operation.input_shape
    name = shape.serialization.get("payload") if shape else None
    return bool(name) and shape.members[name].type_name in ("structure", "string")
