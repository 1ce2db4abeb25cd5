"""A reverse proxy before the local AWS that fails requests as a network and a busy service do.

Clients are led to it by their endpoint. It hands on what they signed as it is, the name of the host included, so that
the signatures still hold there.
"""

import http.client
import re
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, unquote

RESET = struct.pack("ii", 1, 0)  # of SO_LINGER: a close that says RST, not FIN
PATIENCE, SILENCE = 60.0, 6.0


class Request(NamedTuple):
    """What is asked for.

    Attributes:
        service: as signatures name it.
        action: of the API; of S3, the method.
        path: of the URL, decoded.
        count: how many of this action there have been, with this one.
    """

    service: str
    action: str
    path: str
    count: int


class Refusal(NamedTuple):
    """An answer of AWS that is none of the emulator's."""

    status: int
    code: str
    message: str = "told to"


# What happens to a request. Words: `drop` (nothing is handed on, the connection ends), `lost` (it is done, and the
# answer is lost), `hang` (nobody answers), `torn` (reset in the middle of the request's body), `cut` (of the answer's).
Fault = Refusal | str | None


class Faulty:
    """The proxy.

    Args:
        port: of the emulator.

    Attributes:
        fault: asked about each request; may be set anew at any time.
        seen: how many requests there were, by service and action.
        failed: how many of them were failed.
        silence: seconds for which a request hangs before its connection ends; `clear` makes them a few.
    """

    def __init__(self, port: int) -> None:
        self.to = port
        self.fault: Callable[[Request], Fault] = lambda _: None
        self.seen: Counter[tuple[str, str]] = Counter()
        self.failed: Counter[tuple[str, str]] = Counter()
        self.silence = SILENCE
        self.lock = threading.Lock()
        self.server = Server(("127.0.0.1", 0), type("Bound", (Handler,), {"proxy": self}))
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def clear(self) -> None:
        """Fail nothing any more, and count anew."""
        self.fault, self.silence = lambda _: None, SILENCE
        with self.lock:
            self.seen.clear()
            self.failed.clear()

    def close(self) -> None:
        """Stop listening."""
        self.server.shutdown()
        self.server.server_close()

    def judge(self, service: str, action: str, path: str) -> Fault:
        """Count a request, and say what happens to it."""
        with self.lock:
            self.seen[service, action] += 1
            found = self.fault(Request(service, action, path, self.seen[service, action]))
            self.failed[service, action] += found is not None
            return found


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: connections end here as they are told to."""


class Handler(BaseHTTPRequestHandler):
    proxy: Faulty
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def handle_any(self) -> None:
        """Fail a request or hand it on."""
        size = int(self.headers.get("Content-Length") or 0)
        chunked = "chunked" in self.headers.get("Transfer-Encoding", "")
        body = b"" if chunked or self._service() == "s3" else self.rfile.read(size)
        action = self.command if self._service() == "s3" else self._action(body)
        fault = self.proxy.judge(self._service(), action, unquote(self.path.partition("?")[0]))
        if fault == "torn":
            self.rfile.read(size // 2)
            return self._reset()
        if not body:
            body = self._chunks() if chunked else self.rfile.read(size)
        if isinstance(fault, Refusal):
            return self._refuse(fault)
        if fault == "hang":
            time.sleep(self.proxy.silence)
        if fault in ("drop", "hang"):
            return self._reset()
        return self._answer(*self._hand_on(body, chunked=chunked), fault)

    do_GET = do_PUT = do_HEAD = do_POST = do_DELETE = do_PATCH = do_OPTIONS = handle_any  # noqa: N815

    def _service(self) -> str:
        found = re.search(r"Credential=[^/]*/\d+/[^/]*/([^/]+)/", self.headers.get("Authorization", ""))
        return found[1] if found else ""

    def _action(self, body: bytes) -> str:
        target = self.headers.get("X-Amz-Target", "")
        return target.rpartition(".")[2] or parse_qs(body.decode(errors="replace")).get("Action", [self.command])[0]

    def _chunks(self) -> bytes:
        found = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        while self.rfile.readline().strip():
            pass
        return found

    def _hand_on(self, body: bytes, *, chunked: bool) -> tuple[http.client.HTTPResponse, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.proxy.to, timeout=PATIENCE)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in ("connection", "expect"):
                connection.putheader(name, value)
        connection.putheader("Connection", "close")
        connection.endheaders([body] if chunked else body, encode_chunked=chunked)
        response = connection.getresponse()
        found = response.read()
        connection.close()
        return response, found

    def _answer(self, response: http.client.HTTPResponse, body: bytes, fault: Fault) -> None:
        if fault == "lost":
            return self._reset()
        self.send_response_only(response.status, response.reason)
        told = {name.lower() for name, _ in response.getheaders()}
        for name, value in response.getheaders():
            if name.lower() not in ("connection", "transfer-encoding"):
                self.send_header(name, value)
        if "content-length" not in told and response.status not in (204, 304):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)
        return self._reset() if fault == "cut" else None

    def _refuse(self, told: Refusal) -> None:
        if self.headers.get("X-Amz-Target"):
            body = f'{{"__type": "{told.code}", "message": "{told.message}"}}'
        elif self._service() == "s3":
            body = f"<Error><Code>{told.code}</Code><Message>{told.message}</Message></Error>"
        else:
            error = f"<Error><Code>{told.code}</Code><Message>{told.message}</Message></Error>"
            form = f"<Response><Errors>{error}</Errors></Response>" if self._service() == "ec2" else ""
            body = form or f"<ErrorResponse>{error}</ErrorResponse>"
        self.send_response_only(told.status)
        self.send_header("x-amzn-ErrorType", told.code)
        self.send_header("Content-Length", str(len(body.encode())))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body.encode())

    def _reset(self) -> None:
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RD)
        self.connection.close()
