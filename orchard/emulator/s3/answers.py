"""S3's answers in XML: control characters in names, and errors with a status of their own.

XML 1.0 knows no characters below 32 but tab, line feed and carriage return, not even as references. S3 writes the
references all the same, which most parsers refuse, offers `encoding-type=url` for listings, and takes no request that
has such characters (Amazon S3 User Guide, "Naming Amazon S3 objects", "XML related object key constraints"). moto 5.2.5
writes the bare characters, and fails on requests.
"""

import re
from collections.abc import Callable
from typing import Any
from xml.parsers.expat import ExpatError

from moto.core.responses import ActionResult
from moto.s3.exceptions import MalformedXML, S3ClientError
from moto.s3.responses import S3Response

# A bare carriage return would be read as a line feed (XML 1.0, "End-of-Line Handling").
TOLD_BY_NUMBER = re.compile(r"[\x00-\x08\x0b-\x1f]")


class S3Error(S3ClientError):
    """An error that moto does not know, with its HTTP status."""

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(code, message)
        self.status = status


def install() -> None:
    """Write the references; answer MalformedXML where a request has what XML does not know."""
    serialized, bucket_response, key_response = (
        S3Response.serialized,
        S3Response._bucket_response,
        S3Response._key_response,
    )

    def told(self: S3Response, answer: ActionResult) -> Any:
        status, headers, body = serialized(self, answer)
        if isinstance(body, str):
            body = TOLD_BY_NUMBER.sub(lambda found: f"&#x{ord(found[0]):x};", body)
        return getattr(answer.result, "status", status), headers, body

    S3Response.serialized = told
    S3Response._bucket_response = _refusing(bucket_response)
    S3Response._key_response = _refusing(key_response)


def _refusing(respond: Callable) -> Callable:
    def call(self: S3Response, *args: Any) -> Any:
        try:
            return respond(self, *args)
        except ExpatError:
            raise MalformedXML from None

    return call
