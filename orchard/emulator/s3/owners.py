"""Requests that say whose bucket they expect: one of another account is refused.

(Amazon S3 User Guide, "Verifying bucket ownership with bucket owner condition".) moto 5.2.5 does not look at it.
"""

from collections.abc import Callable
from typing import Any

from moto.s3.responses import S3Response

from orchard.emulator.options import ACCOUNT
from orchard.emulator.s3.answers import S3Error

HEADERS = ("x-amz-expected-bucket-owner", "x-amz-source-expected-bucket-owner")


def install() -> None:
    """Refuse what expects another account's bucket: all buckets are of the one account."""
    S3Response._bucket_response = _refusing(S3Response._bucket_response)
    S3Response._key_response = _refusing(S3Response._key_response)


def _refusing(respond: Callable) -> Callable:
    def call(self: S3Response, *args: Any) -> Any:
        if any(self.headers.get(header, ACCOUNT) != ACCOUNT for header in HEADERS):
            raise S3Error("AccessDenied", "Access Denied", 403)
        return respond(self, *args)

    return call
