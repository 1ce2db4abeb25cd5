"""PutObject by the AWS Common Runtime: signing and HTTP in C, mostly without Python's interpreter lock.

Its own S3 client is left out: it treats every small object as a transfer of its own, at 0.9 ms of CPU each, where
signing a request and sending it over one of its HTTP connections takes 0.2 ms (measured with photographs of 5 kB).
"""

import base64
import io
import random
import threading
import time
from concurrent.futures import Future
from typing import Any
from urllib.parse import quote

from awscrt import auth, http
from awscrt.exceptions import AwsCrtError
from awscrt.io import (
    ClientBootstrap,
    ClientTlsContext,
    DefaultHostResolver,
    EventLoopGroup,
    SocketOptions,
    TlsContextOptions,
)

from orchard.diagnosis import aws
from orchard.transfer.engine import Done, Endpoint, Parcel

TRIES = 4  # of one object within one round of the upload; the rounds wait longer
BACKOFF = 0.25  # seconds before the second try, twice as many before each further one, up to a half less at random
CONNECT = 10_000  # milliseconds
SILENCE, SLOWEST = 30.0, 100_000  # a request may take so many seconds, and one more for each so many bytes
TICK = 0.05  # seconds between two looks for requests to send again or to give up


class _Flight:
    """One object on its way."""

    def __init__(self, parcel: Parcel, done: Done) -> None:
        self.parcel, self.done = parcel, done
        self.tries = 0
        self.due = 0.0  # when to send it (again), or to give up waiting for the answer
        self.connection: http.HttpClientConnection | None = None
        self.status, self.etag, self.body = 0, "", b""


class CrtEngine:
    """Sends objects over as many connections as there are objects on their way.

    Args:
        endpoint: where the bucket's objects are.
        credentials: botocore's; asked again for every request, so that renewed ones are used.
    """

    def __init__(self, endpoint: Endpoint, credentials: Any) -> None:
        self._endpoint, self._source = endpoint, credentials
        group = EventLoopGroup(1)
        self._bootstrap = ClientBootstrap(group, DefaultHostResolver(group))
        self._socket = SocketOptions()
        self._socket.connect_timeout_ms = CONNECT
        self._tls = None if endpoint.scheme == "http" else ClientTlsContext(TlsContextOptions())
        self._known: Any = None
        self._signer: Any = None
        self._free: list[http.HttpClientConnection] = []
        self._flying: set[_Flight] = set()
        self._waiting: set[_Flight] = set()
        self._lock = threading.Lock()
        self._closed = threading.Event()
        self._caretaker = threading.Thread(target=self._care, name="put", daemon=True)
        self._caretaker.start()

    def put(self, parcel: Parcel, done: Done) -> None:
        """Send an object; `done` is called in a thread of the runtime, or in this one."""
        self._start(_Flight(parcel, done))

    def close(self) -> None:
        """End the connections."""
        self._closed.set()
        self._caretaker.join()
        for connection in self._free:
            connection.close()

    def _provider(self) -> auth.AwsCredentialsProvider:
        """Return what signs with the credentials as they are now.

        Not the runtime's own delegate: what goes wrong there is printed, and lost.
        """
        now = self._source.get_frozen_credentials()
        if now != self._known:
            self._known, self._signer = now, auth.AwsCredentialsProvider.new_static(*now[:3])
        return self._signer

    def _start(self, flight: _Flight) -> None:
        """Sign the request, then send it over a connection that is free, or a new one.

        Never called in the runtime's thread, for renewing credentials may take a while.
        """
        flight.tries += 1
        flight.status, flight.etag, flight.body = 0, "", b""
        flight.due = time.monotonic() + SILENCE + len(flight.parcel.body) / SLOWEST
        with self._lock:
            self._flying.add(flight)
        try:
            request = self._signed(flight.parcel)
            connection = self._take()
            if connection is None:
                made = self._connect()
                made.add_done_callback(lambda future: self._connected(flight, request, future))
            else:
                self._send(flight, request, connection)
        except Exception as error:
            self._ended(flight, error)

    def _signed(self, parcel: Parcel) -> http.HttpRequest:
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
        signing = auth.AwsSigningConfig(
            algorithm=auth.AwsSigningAlgorithm.V4,
            signature_type=auth.AwsSignatureType.HTTP_REQUEST_HEADERS,
            credentials_provider=self._provider(),
            region=self._endpoint.region,
            service="s3",
            use_double_uri_encode=False,  # both as Signature Version 4 has it for S3
            should_normalize_uri_path=False,
            signed_body_value=base64.b64decode(parcel.sha256).hex(),
            signed_body_header_type=auth.AwsSignedBodyHeaderType.X_AMZ_CONTENT_SHA_256,
        )
        return auth.aws_sign_request(request, signing).result()

    def _take(self) -> http.HttpClientConnection | None:
        with self._lock:
            while self._free:
                connection = self._free.pop()
                if connection.is_open():
                    return connection
        return None

    def _connect(self) -> Future:
        name, _, port = self._endpoint.host.partition(":")
        tls = None
        if self._tls:
            tls = self._tls.new_connection_options()
            tls.set_server_name(name)
        return http.HttpClientConnection.new(
            name, int(port or (443 if tls else 80)), self._bootstrap, self._socket, tls_connection_options=tls
        )

    def _connected(self, flight: _Flight, request: http.HttpRequest, made: Future) -> None:
        error = made.exception()
        if error is None:
            try:
                self._send(flight, request, made.result())
            except AwsCrtError as failure:
                error = failure
        if error is not None:
            self._ended(flight, error)

    def _send(self, flight: _Flight, request: http.HttpRequest, connection: http.HttpClientConnection) -> None:
        def answered(status_code: int, headers: list[tuple[str, str]], **_: Any) -> None:
            flight.status = status_code
            flight.etag = next((value for name, value in headers if name.lower() == "etag"), "")

        def more(chunk: bytes, **_: Any) -> None:
            flight.body += chunk

        flight.connection = connection
        stream = connection.request(request, answered, more)
        stream.completion_future.add_done_callback(lambda future: self._ended(flight, future.exception()))
        stream.activate()

    def _ended(self, flight: _Flight, error: BaseException | None) -> None:
        """Hand back the connection; try again what is worth it, and tell the rest."""
        connection, flight.connection = flight.connection, None
        with self._lock:
            self._flying.discard(flight)
            if connection is not None and connection.is_open():
                self._free.append(connection)
        if error is None and flight.status == 200:
            flight.done(flight.etag)
            return
        about = "PutObject", self._endpoint.bucket
        known = aws.of_exception(error, *about) if error else aws.of_answer(flight.status, flight.body, *about)
        if not known.passing or flight.tries >= TRIES:
            flight.done(known)
            return
        pause = BACKOFF * 2 ** (flight.tries - 1)
        flight.due = time.monotonic() + pause * random.uniform(0.5, 1)  # noqa: S311 - so that not all come at once
        with self._lock:
            self._waiting.add(flight)

    def _care(self) -> None:
        """Send again what is due, and cut off what has waited too long for an answer."""
        while not self._closed.wait(TICK):
            now = time.monotonic()
            with self._lock:
                due = [flight for flight in self._waiting if flight.due <= now]
                self._waiting.difference_update(due)
                late = [f.connection for f in self._flying if f.due <= now and f.connection is not None]
            for connection in late:
                connection.close()  # ends its request with an error
            for flight in due:
                self._start(flight)
