"""What sends objects: many PutObject requests in flight at once.

Two of them. The AWS Common Runtime (awscrt, AWS's own HTTP client in C) takes 0.2 ms of CPU for a small object,
botocore in threads 2.8 ms, which with Python's one interpreter lock means 280 objects a second however many threads
there are. Proxies and private certificate authorities are botocore's, which knows every way to name them.
"""

import os
from collections.abc import Callable
from typing import Any, NamedTuple, Protocol
from urllib.parse import urlsplit

from botocore.utils import get_environ_proxies

from orchard.aws.door import translated
from orchard.diagnosis.aws import AwsError

IN_FLIGHT = 128  # requests: with 40 ms each they come to 3,200 a second; S3's own limit for one prefix is 3,500


class Parcel(NamedTuple):
    """An object on its way.

    Attributes:
        key: where to.
        body: its bytes.
        sha256: their digest, base64; S3 compares it with what arrives and keeps it with the object.
        media_type: for the header Content-Type.
    """

    key: str
    body: bytes
    sha256: str
    media_type: str


Done = Callable[[str | AwsError], None]  # called with the ETag, or with what went wrong; in any thread


class Engine(Protocol):
    """Sends objects."""

    def put(self, parcel: Parcel, done: Done) -> None:
        """Send an object; returns at once, and calls `done` exactly once."""

    def close(self) -> None:
        """Give back threads and connections; nothing may be on its way."""


class Endpoint(NamedTuple):
    """Where a bucket's objects are, as botocore resolves it.

    Attributes:
        scheme: http or https.
        host: with the port where it is not the scheme's own.
        path: in front of keys: `/`, or `/bucket/` where the host does not name the bucket.
        bucket: its name.
        region: for signatures.
    """

    scheme: str
    host: str
    path: str
    bucket: str
    region: str

    @classmethod
    def of(cls, s3: Any, bucket: str, region: str = "") -> "Endpoint":
        """Ask botocore, which knows regions, addressing styles, dual stack, FIPS and custom endpoints.

        Args:
            s3: boto3's client.
            bucket: its name.
            region: the bucket's, where it is known to be another than the client's.

        Raises:
            AwsError: there are no credentials.
        """
        s3.meta.events.register("before-parameter-build.s3", _regional, unique_id="orchard-regional")
        with translated():
            url = urlsplit(s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"}))
        return cls(url.scheme, url.netloc, url.path.removesuffix("k"), bucket, region or s3.meta.region_name)

    @classmethod
    def found(cls, s3: Any, bucket: str) -> "Endpoint":
        """Ask S3 for the bucket's region first, which may be another than the settings' for a bucket of the user's own.

        botocore follows S3's answer there, and remembers it.

        Raises:
            AwsError: S3 refuses, or cannot be reached; there are no credentials.
        """
        answer = s3.head_bucket(Bucket=bucket)
        return cls.of(s3, bucket, answer["ResponseMetadata"]["HTTPHeaders"].get("x-amz-bucket-region", ""))

    @property
    def direct(self) -> bool:
        """Whether neither a proxy nor a private certificate authority stands between."""
        private = any(os.environ.get(name) for name in ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"))
        return not private or self.scheme == "http"


def _regional(context: dict[str, Any], **_: Any) -> None:
    """Have URLs signed for the region's own endpoint, as requests are.

    botocore would take the global one (botocore/signers.py, _should_use_global_endpoint). That answers 307 for up to a
    day after a bucket was made, 400 for regions launched after March 2019, and knows FIPS in us-east-1 only.
    """
    context["use_global_endpoint"] = False


def choose(s3: Any, bucket: str, credentials: Any) -> Engine:
    """Make the engine that the network allows.

    Args:
        s3: boto3's client for S3.
        bucket: its name.
        credentials: botocore's, which renew themselves where they can.

    Raises:
        AwsError: S3 refuses, or cannot be reached; there are no credentials.
    """
    from orchard.transfer.botocore_engine import BotocoreEngine
    from orchard.transfer.crt_engine import CrtEngine

    endpoint = Endpoint.found(s3, bucket)
    named = s3.meta.config.proxies
    proxies = get_environ_proxies(f"{endpoint.scheme}://{endpoint.host}") if named is None else named
    if proxies or not endpoint.direct:
        return BotocoreEngine(s3, bucket)
    return CrtEngine(endpoint, credentials)
