"""The door of the AWS room: what a target's clients raise is an AwsError, and nobody outside knows what it was."""

import ast
import http.server
import threading
from dataclasses import replace

import pytest
from botocore.awsrequest import AWSResponse
from botocore.config import Config
from fake_s3 import FakeS3

from orchard.aws import target
from orchard.aws.bucket import Bucket
from orchard.aws.emr import Emr
from orchard.base.config import Settings
from orchard.base.places import ROOT
from orchard.diagnosis import aws

ONCE = Config(retries={"mode": "standard", "total_max_attempts": 1}, s3={"addressing_style": "path"})
HANDLING = ("aws", "diagnosis")
SPEAKING = (*HANDLING, "transfer", "emulator")  # engines that stand beside the clients; AWS itself


@pytest.fixture
def place(tmp_path, monkeypatch):
    """AWS itself with somebody's credentials, as far as a client can be made for it; one try."""
    monkeypatch.setattr(target, "STATE", tmp_path)
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    made = target.connect(Settings(target="aws", region="eu-west-3"))
    return replace(made, _config=made._config.merge(ONCE))


@pytest.fixture
def s3():
    server = FakeS3()
    yield server
    server.server.shutdown()


def test_calls_and_pages_where_nothing_answers(place):
    gone = replace(place, endpoint="http://127.0.0.1:9")
    for call in (gone.account, lambda: Emr(gone).cluster("j-1"), lambda: Emr(gone).all()):
        with pytest.raises(aws.AwsError, match="AWS cannot be reached") as caught:
            call()
        assert caught.value.kind == "unreachable"


def test_what_bucket_lists_reads_and_writes(s3, place, tmp_path):
    s3.fault = lambda method, key, count: (403, "AccessDenied")
    store = Bucket(replace(place, endpoint=s3.url), "photographs")
    (tmp_path / "file").write_text("x")
    doing = {
        "ListObjectsV2": lambda: list(store.listing("data/")),
        "GetObject": lambda: store.read_text("key"),
        "PutObject": lambda: store.upload([(tmp_path / "file", "key")]),
        "HeadObject": lambda: store.checksum("key"),
        "DeleteObjects": lambda: store.delete(["key"]),
    }
    for call, do in doing.items():
        with pytest.raises(aws.AwsError, match=f"may not do {call} in the bucket photographs") as caught:
            do()
        assert caught.value.kind == "denied"


def test_an_object_that_is_not_there_and_a_bucket_that_is_not(s3, place):
    assert Bucket(replace(place, endpoint=s3.url), "photographs").read_text("none") is None
    with pytest.raises(aws.NoBucketError, match="there is no bucket missing"):
        Bucket(replace(place, endpoint=s3.url), "missing").read_text("none")


def test_a_stream_that_breaks_off(place):
    class Halves(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "10")
            self.end_headers()
            self.wfile.write(b"half")

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Halves)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    store = Bucket(replace(place, endpoint=f"http://127.0.0.1:{server.server_port}"), "photographs")
    with pytest.raises(aws.AwsError, match="the connection to AWS failed") as caught:
        store.read_text("key")
    assert caught.value.kind == "connection-lost"
    server.shutdown()
    server.server_close()


def test_a_profile_that_is_not_there(place, monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "company")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    with pytest.raises(aws.AwsError, match=r"The config profile \(company\) could not be found") as caught:
        place.account()
    assert "aws configure list-profiles" in caught.value.remedy
    with pytest.raises(aws.AwsError):
        place.credentials()


def test_botocore_still_finds_a_bucket_in_another_region(place):
    """It asks by a HeadBucket of its own, and learns from the headers of the refusal."""
    asked = []

    class Raw:
        def __init__(self, body):
            self.body = body

        def read(self, *_):
            body, self.body = self.body, b""
            return body

        def stream(self, **_):
            yield self.read()

    def answer(request, **_):
        asked.append((request.method, request.url.split("/")[2]))
        if "eu-west-1" in request.url:
            return AWSResponse(request.url, 200, {"content-length": "2"}, Raw(b"it"))
        if request.method == "HEAD":
            return AWSResponse(request.url, 403, {"x-amz-bucket-region": "eu-west-1"}, Raw(b""))
        return AWSResponse(request.url, 301, {}, Raw(b"<Error><Code>PermanentRedirect</Code></Error>"))

    place._session.events.register("before-send.s3", answer)
    assert Bucket(place, "photographs").read_text("key") == "it"
    assert asked == [
        ("GET", "s3.eu-west-3.amazonaws.com"),
        ("HEAD", "s3.eu-west-3.amazonaws.com"),
        ("GET", "s3.eu-west-1.amazonaws.com"),
    ]


def test_nobody_outside_handles_what_awss_clients_raise():
    for path in [*(ROOT / "orchard").rglob("*.py"), *(ROOT / "checks").rglob("*.py"), ROOT / "tasks.py"]:
        room = path.relative_to(ROOT).as_posix().removeprefix("orchard/").split("/")[0]
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if room not in SPEAKING:
                imported = {name.split(".")[0] for name in modules} & {"boto3", "botocore", "s3transfer"}
                assert not imported, f"{path}:{node.lineno} imports {imported}"
            if room not in HANDLING:
                assert not {"botocore.exceptions", "boto3.exceptions", "s3transfer.exceptions"} & set(modules), path
                named = {getattr(node, "id", ""), getattr(node, "attr", ""), getattr(node, "name", "")}
                assert not {"ClientError", "BotoCoreError", "exceptions"} & named, f"{path}:{node.lineno}"
