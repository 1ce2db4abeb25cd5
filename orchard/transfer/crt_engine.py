"""PutObject by the AWS Common Runtime: signing, connections and retries in C, without Python's interpreter lock."""

import io
from typing import Any
from urllib.parse import quote

from awscrt import auth, http, s3
from awscrt.exceptions import AwsCrtError
from awscrt.io import ClientBootstrap, DefaultHostResolver, EventLoopGroup

from orchard.transfer import faults
from orchard.transfer.engine import IN_FLIGHT, Done, Endpoint, Parcel
from orchard.transfer.faults import Fault

MEMORY = 1 << 30  # bytes that the runtime may reserve for parts of large objects, its minimum; small ones use none
# The runtime's own tries within one round of the upload; the rounds wait longer.
RETRIES = s3.S3RetryConfig(max_retries=3, backoff_scale_factor_ms=250, max_backoff_secs=5)


class CrtEngine:
    """Sends objects with awscrt's S3 client.

    Args:
        endpoint: where the bucket's objects are.
        region: for signatures.
        credentials: botocore's; asked again for every request, so that renewed ones are used.
    """

    def __init__(self, endpoint: Endpoint, region: str, credentials: Any) -> None:
        self._endpoint, self._source = endpoint, credentials
        group = EventLoopGroup(1)
        provider = auth.AwsCredentialsProvider.new_delegate(self._credentials)
        plain = endpoint.scheme == "http"
        self._client = s3.S3Client(
            bootstrap=ClientBootstrap(group, DefaultHostResolver(group)),
            region=region,
            tls_mode=s3.S3RequestTlsMode.DISABLED if plain else s3.S3RequestTlsMode.ENABLED,
            signing_config=s3.create_default_s3_signing_config(region=region, credential_provider=provider),
            memory_limit=MEMORY,
            max_active_connections_override=IN_FLIGHT,
            retry_config=RETRIES,
        )

    def _credentials(self) -> auth.AwsCredentials:
        now = self._source.get_frozen_credentials()
        return auth.AwsCredentials(now.access_key, now.secret_key, now.token)

    def put(self, parcel: Parcel, done: Done) -> None:
        """Send an object; `done` is called in a thread of the runtime."""
        headers = http.HttpHeaders(
            [
                ("host", self._endpoint.host),
                ("content-length", str(len(parcel.body))),
                ("content-type", parcel.media_type),
                ("x-amz-checksum-sha256", parcel.sha256),
            ]
        )
        path = self._endpoint.path + quote(parcel.key)
        request = http.HttpRequest("PUT", path, headers, body_stream=io.BytesIO(parcel.body))
        answer = _Answer(done)
        self._client.make_request(
            type=s3.S3RequestType.DEFAULT,  # one PutObject, never parts: the checksum is of the whole
            operation_name="PutObject",
            request=request,
            on_headers=answer.headers,
            on_done=answer.done,
        )

    def close(self) -> None:
        """Let the client go; its threads end by themselves, a second later."""
        del self._client


class _Answer:
    """Collects what the runtime tells about one request."""

    def __init__(self, done: Done) -> None:
        self._done, self._etag = done, ""

    def headers(self, status_code: int, headers: list[tuple[str, str]], **_: Any) -> None:
        self._etag = next((value for name, value in headers if name.lower() == "etag"), "")

    def done(
        self,
        error: Exception | None = None,
        error_body: bytes | None = None,
        status_code: int | None = None,
        **_: Any,
    ) -> None:
        if error is None:
            self._done(self._etag)
        elif status_code and error_body is not None:
            self._done(faults.of_answer(status_code, error_body))
        else:
            self._done(_of_runtime(error, status_code or 0))


def _of_runtime(error: Exception, status: int) -> Fault:
    name = error.name if isinstance(error, AwsCrtError) else type(error).__name__
    if "CREDENTIALS_PROVIDER" in name:
        return Fault(faults.NO_CREDENTIALS, str(error))
    if "SLOW_DOWN" in name:
        return Fault("SlowDown", "after several tries", 503)
    return Fault(name, str(getattr(error, "message", error)), status)
