"""Lets the programs of a script bring in and hand out objects of S3 while the step runs.

A script may put an object with `aws s3 cp` and then let Spark read it, or the other way round. Where a step is one
program alone, the executor exchanges the objects before and after, and nobody asks here.
"""

import logging
import secrets
import socketserver
import threading
from collections.abc import Callable

from orchard.emulator.steps import publish
from orchard.emulator.steps.mirror import Mirror

log = logging.getLogger(__name__)


class Exchange:
    """A door on the loopback interface, open to those who know its secret. A context manager.

    Args:
        mirror: the step's view of the buckets.
        mount: called after new objects came in, since there may be new buckets.
    """

    def __init__(self, mirror: Mirror, mount: Callable[[], None]) -> None:
        self._mirror, self._mount = mirror, mount
        self._secret = secrets.token_hex(16)
        self._one_at_a_time = threading.Lock()
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler(), bind_and_activate=True)
        self._server.daemon_threads = True

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        exchange = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                secret, _, what = self.rfile.readline().decode(errors="replace").strip().partition(" ")
                if secrets.compare_digest(secret.encode(), exchange._secret.encode()):
                    self.wfile.write(f"{exchange.answer(what)}\n".encode())

        return Handler

    def answer(self, what: str) -> str:
        """Do what is asked (`refresh`, `publish`); returns `done`, or one line that says what went wrong."""
        try:
            with self._one_at_a_time:
                if what == "refresh":
                    self._mirror.refresh()
                    self._mount()
                elif what == "publish":
                    publish.interim(self._mirror)
                else:
                    return f"unknown: {what}"
        except Exception as error:
            log.exception("the exchange of objects failed")
            return f"{type(error).__name__}: {error}".splitlines()[0]
        return "done"

    @property
    def environment(self) -> dict[str, str]:
        """What tells a program of the door."""
        port = self._server.server_address[1]
        return {"ORCHARD_EXCHANGE_PORT": str(port), "ORCHARD_EXCHANGE_SECRET": self._secret}

    def __enter__(self) -> "Exchange":
        threading.Thread(target=self._server.serve_forever, name="exchange", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
