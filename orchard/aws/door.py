"""The door of this room: whatever AWS's clients raise leaves it as an AwsError, so nobody else needs to know them."""

import http.client
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError
from botocore.response import StreamingBody
from urllib3.exceptions import HTTPError

from orchard.diagnosis import aws

_RAISED = (ClientError, BotoCoreError, HTTPError, http.client.HTTPException, ConnectionError, TimeoutError)
_inside: ContextVar[bool] = ContextVar("inside", default=False)


@contextmanager
def translated(operation: str = "", bucket: str = "") -> Iterator[None]:
    """Raise what AWS's clients raise within as AwsError.

    Within a call only the outermost translates: botocore asks S3 for the region of a bucket that is elsewhere by a call
    of its own, and understands the refusal.

    Args:
        operation: that is asked for, as AWS names it.
        bucket: that it is about, if any.
    """
    if _inside.get():
        yield
        return
    token = _inside.set(True)
    try:
        yield
    except _RAISED as error:
        raise aws.of_exception(error, operation, bucket) from error
    finally:
        _inside.reset(token)


def through_door(session: boto3.Session) -> boto3.Session:
    """Make the clients that a session makes from now on translate what they raise, their pages and streams included."""
    session.events.register("creating-client-class", _stand_before, unique_id="orchard-door")  # once, however often
    return session


def _stand_before(base_classes: list[type], **_: Any) -> None:
    base_classes.insert(0, _Client)


class _Client:
    """Comes before botocore's own base class of all clients (boto3, "Extensibility guide")."""

    def _make_api_call(self, operation: str, params: dict[str, Any]) -> Any:
        with translated(operation, str(params.get("Bucket", ""))):
            answer = super()._make_api_call(operation, params)  # type: ignore[misc]
        if isinstance(answer.get("Body"), StreamingBody):
            answer["Body"].__class__ = _Body
        return answer


class _Body(StreamingBody):
    def read(self, amt: int | None = None) -> bytes:
        with translated("reading an object"):
            return super().read(amt)
