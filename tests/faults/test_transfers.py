"""Uploads and downloads through a network and an S3 that fail now and then, and for good."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from orchard.aws.bucket import Bucket
from orchard.aws.layout import JOBS
from orchard.base.errors import OrchardError
from orchard.photographs import upload
from orchard.runs import results, run_names
from orchard.transfer import crt_engine, download
from tests.faults.account import SILENCE, Account
from tests.support.cells import cell
from tests.support.faulty import Refusal, Request

RUN = "20261121T100000-full"
SLOW_DOWN, INTERNAL = Refusal(503, "SlowDown"), Refusal(500, "InternalError")
EXPIRED, DENIED = Refusal(400, "ExpiredToken"), Refusal(403, "AccessDenied")
Made = dict[str, bytes]


@pytest.fixture(scope="module")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty small photographs, and one that is more than a packet."""
    root = tmp_path_factory.mktemp("photographs")
    (root / "Test" / "Kiwi").mkdir(parents=True)
    for number in range(40):
        (root / "Test" / "Kiwi" / f"{number}.jpg").write_bytes(os.urandom(500))
    (root / "Test" / "Kiwi" / "large.jpg").write_bytes(os.urandom(1 << 20))
    return root


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No long pauses, few requests at a time, results beside the test."""
    monkeypatch.setattr(upload, "PAUSES", (0.0, 0.1))
    monkeypatch.setattr(upload, "IN_FLIGHT", 4)
    monkeypatch.setattr(crt_engine, "BACKOFF", 0.02)
    monkeypatch.setattr(crt_engine, "SILENCE", SILENCE)
    monkeypatch.setattr(run_names, "RESULTS", tmp_path / "out")


def every(number: int, fault: object) -> Callable[[Request], object]:
    """Fail a part of what goes to and fro, from the second of them on."""
    return lambda made: fault if made.action in ("PUT", "GET") and made.count % number == 2 else None


def sent(root: Path) -> Made:
    return {f"data/raw/{p.relative_to(root).as_posix()}": p.read_bytes() for p in root.rglob("*") if p.is_file()}


def a_run(account: Account) -> tuple[Bucket, Made]:
    """A run's results in a bucket: a large file, some small ones and the manifests."""
    store = account.bucket()
    made = {f"{kind}/{RUN}/_manifest.json": b"{}" for kind in JOBS}
    made |= {f"{kind}/{RUN}/part-{number}.parquet": os.urandom(20_000) for kind in JOBS for number in range(6)}
    made |= {f"features/{RUN}/part-9.parquet": os.urandom(2 << 20)}
    for name, body in made.items():
        account.aws.put(store.name, f"data/{name}", body)
    return store, made


def fetched() -> Made:
    out = run_names.RESULTS
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in out.rglob("*") if p.is_file()}


@cell(
    "slow-down",
    area="AWS",
    fault="S3 answers every tenth request 503 SlowDown",
    at="an upload",
    holds="it completes, and each object is written once",
    case=every(10, SLOW_DOWN),
    quick=True,
)
@cell(
    "internal",
    area="AWS",
    fault="S3 answers every fifth request 500 InternalError",
    at="an upload",
    holds="it completes, and each object is written once",
    case=every(5, INTERNAL),
)
@cell(
    "silence",
    area="AWS",
    fault="some requests are never answered",
    at="an upload",
    holds="it completes, and each object is written once",
    case=every(20, "hang"),
)
@cell(
    "reset",
    area="AWS",
    fault="the connection is reset in the middle of a body that is sent",
    at="an upload",
    holds="it completes, and each object is written once",
    case=every(5, "torn"),
    quick=True,
)
def test_an_upload_rides_out(calm: Account, photographs: Path, quick: None, case: Callable) -> None:
    store = calm.bucket()
    calm.faulty.fault = case
    assert upload.run(photographs, store).sent == 41
    assert calm.faulty.failed["s3", "PUT"] > 1
    assert calm.written(store.name) == dict.fromkeys(sent(photographs), 1)
    assert calm.content(store.name) == sent(photographs)


@cell(
    "answer-lost",
    area="AWS",
    fault="S3 writes an object, and its answer is lost",
    at="an upload",
    holds="the object is sent again and is the same; a second upload sends nothing",
    case=every(5, "lost"),
    quick=True,
)
def test_an_answer_that_is_lost_does_no_harm(calm: Account, photographs: Path, quick: None, case: Callable) -> None:
    store = calm.bucket()
    calm.faulty.fault = case
    upload.run(photographs, store)
    assert calm.faulty.failed["s3", "PUT"] > 1
    calm.faulty.clear()
    assert upload.run(photographs, store).sent == 0
    assert calm.content(store.name) == sent(photographs)


@cell(
    "expired",
    area="AWS",
    fault="the credentials expire",
    at="half-way through an upload",
    holds="one line of cause, one of remedy; what has arrived stays, and the next upload sends only the rest",
    case=(EXPIRED, "the AWS credentials have expired"),
    quick=True,
)
@cell(
    "denied",
    area="AWS",
    fault="`s3:PutObject` is denied",
    at="half-way through an upload",
    holds="one line of cause, one of remedy; what has arrived stays, and the next upload sends only the rest",
    case=(DENIED, "these credentials may not do PutObject"),
)
@cell(
    "busy",
    area="AWS",
    fault="S3 answers everything 503 SlowDown and does not cease to",
    at="half-way through an upload",
    holds="one line of cause, one of remedy; what has arrived stays, and the next upload sends only the rest",
    case=(SLOW_DOWN, "AWS is busy (SlowDown on PutObject"),
)
@cell(
    "gone",
    area="AWS",
    fault="the network goes",
    at="half-way through an upload",
    holds="one line of cause, one of remedy; what has arrived stays, and the next upload sends only the rest",
    case=("drop", "the connection to AWS failed"),
)
def test_an_upload_goes_on(calm: Account, photographs: Path, quick: None, case: tuple) -> None:
    fault, cause = case
    store = calm.bucket()
    calm.faulty.fault = lambda made: fault if made.action == "PUT" and made.count > 20 else None
    with pytest.raises(OrchardError) as raised:
        upload.run(photographs, store)
    assert cause in raised.value.cause
    assert "./inv upload-dataset goes on where it stopped" in raised.value.remedy
    assert "\n" not in raised.value.cause + raised.value.remedy
    assert 10 <= len(calm.written(store.name)) <= 20
    calm.faulty.clear()
    assert upload.run(photographs, store).photographs == 41
    assert calm.written(store.name) == dict.fromkeys(sent(photographs), 1)
    assert calm.content(store.name) == sent(photographs)


@cell(
    "slow-down",
    area="AWS",
    fault="S3 answers every tenth request 503 SlowDown",
    at="`results` downloads",
    holds="every file is there, byte for byte",
    case=every(10, SLOW_DOWN),
)
@cell(
    "internal",
    area="AWS",
    fault="S3 answers every fifth request 500 InternalError",
    at="`results` downloads",
    holds="every file is there, byte for byte",
    case=every(5, INTERNAL),
)
@cell(
    "silence",
    area="AWS",
    fault="some requests are never answered",
    at="`results` downloads",
    holds="every file is there, byte for byte",
    case=every(20, "hang"),
)
@cell(
    "reset",
    area="AWS",
    fault="the connection is reset in the middle of a body that comes",
    at="`results` downloads",
    holds="every file is there, byte for byte",
    case=every(4, "cut"),
    quick=True,
)
def test_a_download_rides_out(calm: Account, quick: None, case: Callable) -> None:
    store, made = a_run(calm)
    calm.faulty.fault = case
    results.download(store, RUN)
    assert calm.faulty.failed["s3", "GET"] > 1
    assert fetched() == made


@cell(
    "expired",
    area="AWS",
    fault="the credentials expire",
    at="half-way through a download",
    holds="one line of cause, one of remedy; there is no manifest yet, and the next `results` fetches only the rest",
    case=(EXPIRED, "the AWS credentials have expired"),
    quick=True,
)
@cell(
    "denied",
    area="AWS",
    fault="`s3:GetObject` is denied",
    at="half-way through a download",
    holds="one line of cause, one of remedy; there is no manifest yet, and the next `results` fetches only the rest",
    case=(DENIED, "these credentials may not do GetObject"),
)
@cell(
    "gone",
    area="AWS",
    fault="the network goes in the middle of a body",
    at="half-way through a download",
    holds="one line of cause, one of remedy; there is no manifest yet, and the next `results` fetches only the rest",
    case=("drop", "the connection to AWS failed"),
)
def test_a_download_goes_on(calm: Account, quick: None, case: tuple, monkeypatch: pytest.MonkeyPatch) -> None:
    fault, cause = case
    monkeypatch.setattr(download, "THREADS", 2)
    monkeypatch.setattr(download, "TRIES", 1)
    store, made = a_run(calm)
    impatient = Bucket(calm.impatient(), store.name)
    calm.faulty.fault = lambda asked: fault if "part-" in asked.path and asked.count > 12 else None
    with pytest.raises(OrchardError) as raised:
        results.download(impatient, RUN)
    assert cause in raised.value.cause
    assert f"./inv results --run-name {RUN} goes on where it stopped" in raised.value.remedy
    assert "\n" not in raised.value.cause + raised.value.remedy
    there = {name: body for name, body in fetched().items() if not name.endswith(".part")}
    assert 0 < len(there) < len(made)
    assert not any(name.endswith("_manifest.json") for name in there)
    calm.faulty.clear()
    results.download(store, RUN)
    assert fetched() == made
    assert calm.faulty.seen["s3", "HEAD"] <= len(made) - len(there)
