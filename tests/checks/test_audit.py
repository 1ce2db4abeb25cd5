"""The audit of the lock files: it finds, or says why it cannot look."""

import functools
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from checks import audit

ANSWERS = {"/known": (200, b'{"vulnerabilities": [{}]}'), "/none": (200, b"{}"), "/page": (200, b"<html>")}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        status, body = ANSWERS.get(self.path, (404, b""))
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def pypi() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize(
    ("path", "why"),
    [("/mirror", "HTTP 404"), ("/none", "names no vulnerability"), ("/page", "Expecting value"), (None, "refused")],
)
def test_where_pypi_does_not_tell_that_is_said_once(pypi, path, why, capsys):
    address = f"{pypi}{path}" if path else "http://127.0.0.1:9"
    assert audit.main(["a.lock", "b.lock"], functools.partial(audit.missing, address)) == 0
    cause, remedy = capsys.readouterr().out.splitlines()
    assert cause.startswith("warning: nothing was audited: PyPI's list of vulnerabilities cannot be read here")
    assert why in cause
    assert remedy.startswith("remedy: ")


@pytest.mark.parametrize("code", [0, 1])
def test_what_pip_audit_finds_fails(pypi, code, tmp_path: Path, monkeypatch, capfd):
    program = tmp_path / "pip-audit"
    program.write_text(f'#!/bin/sh\necho "$@"\ncase "$*" in *b.lock) exit {code};; esac\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    assert audit.main(["a.lock", "b.lock"], functools.partial(audit.missing, f"{pypi}/known")) == code
    said = capfd.readouterr().out
    assert "--strict --require-hashes" in said
    assert said.index("-r a.lock") < said.index("-r b.lock")
