"""Who is in the way of a step that waits for room in YARN, as whoever follows a run is told."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from orchard.aws.emr import Step
from orchard.runs import holders

OURS = Step("s-2", "r: features", "RUNNING", "")
STEPS = [OURS, Step("s-3", "r: pca", "PENDING", ""), Step("s-1", "hello", "RUNNING", "")]


class Livy(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        known = self.headers.get("Authorization") == "Basic YTpi" and self.path == "/j-1/sessions"
        body = json.dumps({"from": 0, "total": 1, "sessions": [{"id": 4, "state": "idle"}]}).encode()
        self.send_response(200 if known else 401)
        self.end_headers()
        self.wfile.write(body if known else b"")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def target():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Livy)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield SimpleNamespace(livy=f"http://127.0.0.1:{server.server_port}/{{cluster}}", livy_login=("a", "b"))
    server.shutdown()


@pytest.fixture
def clock(monkeypatch):
    made = SimpleNamespace(now=0.0)
    monkeypatch.setattr(holders, "time", SimpleNamespace(monotonic=lambda: made.now))
    return made


def watched(target, told, steps=STEPS):
    return holders.Waiting(target, SimpleNamespace(steps=lambda _: steps), "j-1", told.append)


def test_other_steps_and_sessions_are_named_once(target, clock):
    told: list[str] = []
    waiting = watched(target, told)
    for clock.now in (0, 60, 100, 200):
        waiting.look(OURS, silent=True)
    assert told == [
        "r: features has said nothing for 1 min 40 s: YARN may have no room for it. "
        "On the cluster are also the step hello, a notebook's session (4, idle)."
    ]


def test_who_speaks_does_not_wait(target, clock):
    told: list[str] = []
    waiting = watched(target, told)
    for clock.now in (0, 100):
        waiting.look(OURS, silent=False)
    assert told == []


def test_nobody_is_accused_where_nobody_is_known(clock):
    told: list[str] = []
    waiting = watched(SimpleNamespace(livy="http://127.0.0.1:1", livy_login=None), told, [OURS])
    for clock.now in (0, 100):
        waiting.look(OURS, silent=True)
    assert told == []
