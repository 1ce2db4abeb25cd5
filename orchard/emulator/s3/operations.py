"""Operations that moto's S3 does not have are refused, and RequestPayment is answered.

moto 5.2.5 s3/responses.py passes over query parameters that it does not know: it answers `GET /bucket?requestPayment`
with a listing, and `DELETE /bucket?metrics&id=x` by deleting the bucket.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import xmltodict  # type: ignore[import-untyped]
from moto.core.responses import ActionResult
from moto.core.utils import get_service_model
from moto.s3.exceptions import MalformedXML
from moto.s3.responses import S3Response

from orchard.emulator.s3.answers import S3Error

# Subresources that moto knows, by method, of a bucket and of an object.
BUCKET = {
    "GET": {
        *("accelerate", "acl", "cors", "encryption", "inventory", "lifecycle", "list-type", "location", "logging"),
        *("notification", "object-lock", "ownershipControls", "policy", "policyStatus", "publicAccessBlock"),
        *("replication", "requestPayment", "tagging", "uploads", "versioning", "versions", "website"),
    },
    "PUT": {
        *("accelerate", "acl", "cors", "encryption", "inventory", "lifecycle", "logging", "notification"),
        *("object-lock", "ownershipControls", "policy", "publicAccessBlock", "replication", "requestPayment"),
        *("tagging", "versioning", "website"),
    },
    "DELETE": {
        *("cors", "encryption", "lifecycle", "ownershipControls", "policy", "publicAccessBlock", "replication"),
        *("tagging", "website"),
    },
    "POST": {"delete"},
    "HEAD": set(),
}
OBJECT = {
    "GET": {"acl", "attributes", "legal-hold", "tagging"},
    "PUT": {"acl", "legal-hold", "retention", "tagging"},
    "DELETE": {"tagging"},
    "POST": {"restore", "select", "select-type", "uploads"},
    "HEAD": set(),
}


def install() -> None:
    """Look at the query before moto does."""
    S3Response._bucket_response = _checked(S3Response._bucket_response, BUCKET)
    S3Response._key_response = _checked(S3Response._key_response, OBJECT)


def _checked(respond: Callable, known: dict[str, set[str]]) -> Callable:
    def call(self: S3Response, request: Any, full_url: str) -> Any:
        asked = set(request.args)
        if unknown := sorted((asked & subresources()) - known.get(request.method, set())):
            # With 501, unlike 500, no SDK tries again.
            raise S3Error("NotImplemented", f"Not in the local AWS: ?{unknown[0]}", 501)
        if "requestPayment" in asked:
            return _request_payment(self)
        return respond(self, request, full_url)

    return call


@cache
def subresources() -> frozenset[str]:
    """Names of all subresources in botocore's model of S3: `/{Bucket}?logging` has `logging`."""
    model = get_service_model("s3")
    addresses = (model.operation_model(name).http["requestUri"] for name in model.operation_names)
    words = {part for address in addresses for part in address.partition("?")[2].split("&")}
    return frozenset(word.partition("=")[0] for word in words) - {"", "x-id"}


def _request_payment(self: S3Response) -> Any:
    bucket = self.backend.get_bucket(self.bucket_name)
    if self.method == "PUT":
        payer = (xmltodict.parse(self.body).get("RequestPaymentConfiguration") or {}).get("Payer")
        if payer not in ("BucketOwner", "Requester"):
            raise MalformedXML
        bucket.payer = payer
        return 200, {}, ""
    self.data["Action"] = "GetBucketRequestPayment"
    return self.serialized(ActionResult({"Payer": getattr(bucket, "payer", "BucketOwner")}))
