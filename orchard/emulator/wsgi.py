"""The HTTP server: keeps connections, answers many requests at a time, and spools large bodies to disk.

moto serves with werkzeug's development server, which closes each connection after one request, and only after 10 ms:
a small PutObject takes 18 ms there and 12 ms here (boto3 included, one at a time, on two cores).
"""

import re
from collections.abc import Callable
from typing import Any

from moto.core.request import (
    PRESERVED_HEADER_NAMES_ENVIRON_KEY,
    environ_key_for_header,
    should_preserve_original_header_name,
)
from waitress import create_server  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.parser import HTTPRequestParser, get_header_lines  # type: ignore[import-untyped]
from waitress.task import WSGITask  # type: ignore[import-untyped]

THREADS = 32  # requests at a time; a step's own requests must not wait for a client that uploads
CONNECTIONS = 512
IDLE = 3600  # seconds until an idle connection is closed: clients keep them, and a reused one must still be there
LARGEST = 5 << 30  # bytes; S3's limit for one PUT
METADATA = re.compile(rb"^X-Amz-Meta-[^:]+", re.MULTILINE)


class Parser(HTTPRequestParser):
    """A request; it keeps the headers as they were sent, which is how they are signed."""

    def parse_header(self, header_plus: bytes) -> None:
        """Read the first line and the headers."""
        super().parse_header(header_plus)
        lines = get_header_lines(header_plus.partition(b"\r\n")[2])
        pairs = (line.decode("latin-1").partition(":")[::2] for line in lines)
        self.sent = [(name, value.strip(" \t")) for name, value in pairs]


class Task(WSGITask):
    """The answer to a request.

    waitress 3.0.2 drops headers with an underscore in their names, which S3's metadata may have, and writes all names
    with capitals, with which SDKs give metadata back.
    """

    def get_environment(self) -> dict[str, Any]:
        """Add what WSGI has no place for: the path and the headers as they were sent."""
        if self.environ is None:
            environ = super().get_environment()
            environ["orchard.headers"] = self.request.sent
            spelled = environ[PRESERVED_HEADER_NAMES_ENVIRON_KEY] = {}
            for name, value in self.request.sent:
                if should_preserve_original_header_name(name):
                    spelled[environ_key_for_header(name)] = name
                    environ.setdefault(environ_key_for_header(name), value)
            # The name under which moto looks for it, of gunicorn and werkzeug; a path even where a whole URL was sent.
            environ["RAW_URI"] = self.request.request_uri.removeprefix(
                f"{self.request.proxy_scheme}://{self.request.proxy_netloc}"
            )
        return self.environ

    def build_response_header(self) -> bytes:
        """Write the names of S3's metadata in lower case, as S3 does."""
        return METADATA.sub(lambda found: found[0].lower(), super().build_response_header())


class Channel(HTTPChannel):
    """A connection.

    waitress 3.0.2 waits for the body of a request with `Expect: 100-continue` even when it is empty and therefore
    never comes; botocore sends that header with every PutObject.
    """

    parser_class, task_class = Parser, Task

    def send_continue(self) -> None:
        """Send `100 Continue`; a request that was complete remains so."""
        complete = self.request.completed
        super().send_continue()
        self.request.completed = complete


def serve(application: Callable, host: str, port: int) -> Any:
    """Make a server for a WSGI application; `run()` lets it answer, `effective_port` says where.

    Raises:
        OSError: the port is taken.
    """
    server = create_server(
        application,
        host=host,
        port=port,
        threads=THREADS,
        connection_limit=CONNECTIONS,
        channel_timeout=IDLE,
        max_request_body_size=LARGEST,
        clear_untrusted_proxy_headers=True,
        ident=None,
    )
    server.channel_class = Channel
    return server
