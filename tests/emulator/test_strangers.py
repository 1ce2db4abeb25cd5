"""Pages in the user's browser and other users of the machine get nothing: twelve attacks, none answered.

Each of them worked on an emulator that believes every signature, or none.
"""

import http.client
import http.server
import json
import os
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import botocore.auth
import botocore.awsrequest
import botocore.credentials
import pytest

from orchard.report import browser

from .conftest import REGION, Aws, command

REBOUND = "rebound.example"  # a name of the attacker's that leads to this machine by the time it counts
MADE_UP = f"AWS4-HMAC-SHA256 Credential=emulator/20260101/{REGION}/elasticmapreduce/aws4_request, SignedHeaders=host, "
MADE_UP += f"Signature={'0' * 64}"
STEPS = {
    "X-Amz-Target": "ElasticMapReduce.AddJobFlowSteps",
    "Content-Type": "application/x-amz-json-1.1",
    "Authorization": MADE_UP,
}


@pytest.fixture(scope="module")
def prey(aws: Aws) -> Iterator[SimpleNamespace]:
    """What the attacks are after: a cluster that runs commands and notebooks, an object, the account's users."""
    bucket, cluster = aws.bucket(), aws.cluster(Applications=[{"Name": "Livy"}, {"Name": "Spark"}])
    aws.put(bucket, "private.txt", "what nobody else may read")
    order = json.dumps({"JobFlowId": cluster, "Steps": [command("touch", str(aws.home / "taken"))]})
    files = [path for path in aws.home.rglob("*") if path.is_file()]
    users = aws.client("iam").list_users()["Users"]
    assert aws.home / "credentials" in files
    yield SimpleNamespace(object=f"/{bucket}/private.txt", cluster=cluster, order=order, files=files)
    assert aws.emr.list_steps(ClusterId=cluster)["Steps"] == []
    assert not (aws.home / "taken").exists()
    assert aws.keys(bucket) == ["private.txt"]
    assert aws.client("iam").list_users()["Users"] == users
    assert aws.status(cluster)["State"] == "WAITING", "the clock was not moved to its end"
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


# A page in the user's browser --------------------------------------------------------------------------------------

FETCH = """async ([url, options]) => {
  try { const answer = await fetch(url, options); return [answer.status, answer.type, await answer.text()]; }
  catch (error) { return [0, String(error), ""]; }
}"""
FORM = """([url, fields]) => {
  const form = document.createElement("form");
  form.method = "POST"; form.action = url;
  for (const [name, value] of Object.entries(fields)) {
    const field = document.createElement("input");
    field.name = name; field.value = value; form.append(field);
  }
  document.body.append(form); form.submit();
}"""


class Page(http.server.BaseHTTPRequestHandler):
    """The attacker's page, from an address that a browser does not keep from this machine's own."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<body>evil</body>")

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture(scope="module")
def evil() -> Iterator[Any]:
    """A browser, for which `rebound.example` is this machine, and the address of the attacker's page."""
    if browser.find() is None:
        pytest.skip("no Chrome or Chromium (set ORCHARD_BROWSER to one)")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        with browser.launch(f"--host-resolver-rules=MAP {REBOUND} 127.0.0.1") as chrome:
            yield SimpleNamespace(chrome=chrome, page=f"http://127.0.0.1:{server.server_port}/")
        server.shutdown()


@contextmanager
def opened(evil: Any, aws: Aws, *, rebound: bool = False) -> Iterator[tuple[Any, list[int]]]:
    """Open the attacker's page; gives it, and the status of each answer that the emulator gives to it.

    A rebound name leads to the attacker first, and to the emulator from then on: the page is of the same origin.
    """
    page, statuses = evil.chrome.new_page(), []
    page.goto(f"http://{REBOUND}:{aws.port}/" if rebound else evil.page)
    page.on("response", lambda answer: statuses.append(answer.status) if f":{aws.port}/" in answer.url else None)
    try:
        yield page, statuses
    finally:
        page.close()


def fetch(path: str, *, rebound: bool = False, **options: Any) -> Callable:
    def attack(evil: Any, aws: Aws, prey: SimpleNamespace) -> list[int]:
        base = f"http://{REBOUND}:{aws.port}" if rebound else aws.endpoint
        filled = {name: prey.order if value == "ORDER" else value for name, value in options.items()}
        with opened(evil, aws, rebound=rebound) as (page, statuses):
            read = page.evaluate(FETCH, [base + path.replace("OBJECT", prey.object), filled])
            assert "nobody else may read" not in read[2]
            return [*statuses, *([read[0]] if read[0] else [])]

    return attack


def form(path: str, **fields: str) -> Callable:
    def attack(evil: Any, aws: Aws, _: SimpleNamespace) -> list[int]:
        with opened(evil, aws) as (page, statuses):
            with page.expect_navigation():
                page.evaluate(FORM, [aws.endpoint + path, fields])
            return statuses

    return attack


PAGES = {
    "a step by a request that asks first": fetch("/", method="POST", headers=STEPS, body="ORDER"),
    "a user by a form": form("/", Action="CreateUser", UserName="mallory", Version="2010-05-08"),
    "the clock by a form": form("/_orchard/clock?advance=1000000"),
    "an object read as text": fetch("OBJECT", headers={"Authorization": MADE_UP.replace("elasticmapreduce", "s3")}),
    "an object written": fetch("OBJECT.planted", method="PUT", body="planted"),
    "a step by a rebound name": fetch("/", rebound=True, method="POST", headers=STEPS, body="ORDER"),
}


@pytest.mark.parametrize("attack", PAGES)
def test_a_page_in_the_browser_gets_nothing(attack: str, evil: Any, aws: Aws, prey: SimpleNamespace) -> None:
    answered = [status for status in PAGES[attack](evil, aws, prey) if status < 400]
    assert answered == []


# Another user of this machine --------------------------------------------------------------------------------------


def as_nobody(attack: Callable[[], Any]) -> Any:
    """Do something as the user `nobody`, in a process of its own; returns what it returns, as JSON carries it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
            said = json.dumps(attack())
        except BaseException as error:
            said = json.dumps(f"{type(error).__name__}: {error}")
        os.write(writing, said.encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        told = json.loads(answer.read() or "null")
    os.waitpid(child, 0)
    return told


def ask(aws: Aws, method: str, path: str, body: str = "", **headers: str) -> list[int]:
    """Send a request as it stands; returns the status of the answer."""
    connection = http.client.HTTPConnection("127.0.0.1", aws.port, timeout=20)
    connection.request(method, path, body, headers)
    return [connection.getresponse().status]


def signed_by_guess(aws: Aws, prey: SimpleNamespace) -> list[int]:
    """A good signature, made with a key that a stranger would try."""
    guess = botocore.credentials.Credentials("emulator", "emulator")
    headers = {"X-Amz-Target": STEPS["X-Amz-Target"], "Content-Type": STEPS["Content-Type"]}
    request = botocore.awsrequest.AWSRequest("POST", f"{aws.endpoint}/", headers, prey.order)
    botocore.auth.SigV4Auth(guess, "elasticmapreduce", REGION).add_auth(request)
    return ask(aws, "POST", "/", prey.order, **dict(request.headers.items()))


def session(aws: Aws, prey: SimpleNamespace) -> list[int]:
    """A notebook's session, which would run Python."""
    return ask(aws, "POST", f"/_orchard/livy/{prey.cluster}/sessions", "{}", **{"Content-Type": "application/json"})


def files(aws: Aws, prey: SimpleNamespace) -> list[str]:
    """Whatever of the emulator's files can be read: its access key, the objects, the logs."""
    found = []
    for path in prey.files:
        with suppress(PermissionError), path.open("rb"):
            found.append(str(path))
    return found


def processes(aws: Aws, _: SimpleNamespace) -> list[str]:
    """Every command line and environment that can be read and has the secret in it."""
    found = []
    for path in [*Path("/proc").glob("[0-9]*/cmdline"), *Path("/proc").glob("[0-9]*/environ")]:
        try:
            if any(secret.encode() in path.read_bytes() for secret in (aws.credentials.secret, aws.credentials.token)):
                found.append(str(path))
        except OSError:
            continue
    return found


USERS = {
    "a step with a guessed key": signed_by_guess,
    "an object with a made-up signature": lambda aws, prey: ask(
        aws, "GET", prey.object, Authorization=MADE_UP.replace("elasticmapreduce", "s3")
    ),
    "a user without a signature": lambda aws, _: ask(
        aws,
        "POST",
        "/",
        "Action=CreateUser&UserName=mallory&Version=2010-05-08",
        **{"Content-Type": "application/x-www-form-urlencoded"},
    ),
    "a notebook's session": session,
    "the emulator's files": files,
    "command lines and environments": processes,
}


@pytest.fixture(scope="module")
def passage(aws: Aws) -> Iterator[None]:
    """A way to the emulator's files such as a user's home has: what is above them may be passed by everybody."""
    above = {folder: folder.stat().st_mode for folder in aws.home.parents if not folder.stat().st_mode & stat.S_IXOTH}
    for folder, mode in above.items():
        folder.chmod(mode | stat.S_IXOTH)
    yield
    for folder, mode in above.items():
        folder.chmod(mode)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
@pytest.mark.parametrize("attack", USERS)
def test_another_user_gets_nothing(attack: str, aws: Aws, prey: SimpleNamespace, passage: None) -> None:
    got = as_nobody(lambda: USERS[attack](aws, prey))
    assert isinstance(got, list), got
    assert [said for said in got if not isinstance(said, int) or said < 400] == []
