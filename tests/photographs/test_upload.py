"""Uploads: what is sent, what is not, and what happens when things go wrong."""

import json
import os
import shutil
from pathlib import Path

import pytest
from botocore.exceptions import CredentialRetrievalError

from orchard.aws.bucket import Bucket
from orchard.base.errors import OrchardError, UsageError
from orchard.photographs import plan, tree, upload
from orchard.transfer import botocore_engine, crt_engine, engine, ledger
from orchard.transfer.files import Stamp
from tests.support.fidelity import models

ODD = ["Training/Apple Red 1/r 0 100.jpg", "Test/Poire Été/é%20 100%.jpg", "Test/Kaki & Co/a+b=c'(1).PNG"]


@pytest.fixture
def data(tmp_path):
    root = tmp_path / "fruits"
    for name in [*ODD, *(f"Test/Kiwi/{number}.jpg" for number in range(40))]:
        write(root / name, name.encode() * 9)
    return root


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch):
    monkeypatch.setattr(upload, "PAUSES", (0.0, 0.05, 0.1))
    monkeypatch.setattr(crt_engine, "TRIES", 2)
    monkeypatch.setattr(crt_engine, "BACKOFF", 0.01)


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def expected(root: Path) -> dict[str, bytes]:
    return {f"data/raw/{p.relative_to(root).as_posix()}": p.read_bytes() for p in root.rglob("*") if p.is_file()}


def forget(store: Bucket) -> None:
    shutil.rmtree(store.state_dir / "transfers")


def test_everything_arrives_under_its_own_name(s3, store, data):
    outcome = upload.run(data, store)
    assert s3.content() == expected(data)
    assert (outcome.photographs, outcome.sent) == (43, 43)
    # a listing before, one to verify, one for packed photographs, a look where the bucket is
    assert s3.requests == {"GET": 3, "HEAD": 1, "PUT": 43}
    assert {sha256 for _, _, sha256 in s3.objects.values()} == {plan.digests(b).sha256 for b in s3.content().values()}


@pytest.mark.parametrize("opaque", [False, True])
def test_a_second_upload_is_two_listings(s3, store, data, opaque):
    s3.opaque = opaque
    upload.run(data, store)
    s3.requests.clear()
    assert upload.run(data, store).sent == 0
    assert s3.requests == {"GET": 2}


def test_without_a_ledger_md5_etags_tell(s3, store, data):
    upload.run(data, store)
    forget(store)
    s3.requests.clear()
    assert upload.run(data, store).sent == 0
    assert s3.requests == {"GET": 2}


def test_without_a_ledger_and_with_etags_of_kms_s3_is_asked(s3, store, data):
    s3.opaque = True
    upload.run(data, store)
    forget(store)
    write(data / "Test/Kiwi/3.jpg", b"x" * len((data / "Test/Kiwi/3.jpg").read_bytes()))
    s3.requests.clear()
    assert upload.run(data, store).sent == 1
    assert s3.requests == {"GET": 3, "HEAD": 43 + 1, "PUT": 1}
    assert s3.content() == expected(data)
    s3.requests.clear()
    assert upload.run(data, store).sent == 0
    assert s3.requests == {"GET": 2}  # what S3 said is known from now on


def test_a_change_that_keeps_size_and_time_is_seen(s3, store, data):
    upload.run(data, store)
    path = data / "Test/Kiwi/7.jpg"
    times, content = path.stat(), path.read_bytes()
    write(path, content[::-1])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert upload.run(data, store).sent == 1
    assert s3.content() == expected(data)


def test_an_object_that_somebody_else_replaced_is_sent_again(s3, store, data):
    s3.opaque = True
    upload.run(data, store)
    key = "data/raw/Test/Kiwi/7.jpg"
    s3.put(key, s3.objects[key][0][::-1])
    assert upload.run(data, store).sent == 1
    assert s3.content() == expected(data)


def test_copies_of_files_are_read_but_not_sent(s3, store, data, tmp_path):
    upload.run(data, store)
    shutil.copytree(data, tmp_path / "copy")
    assert upload.run(tmp_path / "copy", store).sent == 0


def test_a_torn_ledger_is_no_obstacle(s3, store, data):
    upload.run(data, store)
    (path,) = (store.state_dir / "transfers").iterdir()
    path.write_bytes(path.read_bytes()[:-20])
    write(data / "Test/Kiwi/new.jpg", b"new")
    assert upload.run(data, store).sent == 1
    assert len(ledger.Ledger(path).records) == 44
    assert path.read_bytes().count(b"\n") >= 44


def test_a_worn_ledger_is_written_anew(tmp_path):
    record = ledger.Record('"e"', "s", Stamp(1, 2, 3, 4))
    for _ in range(2):
        book = ledger.Ledger(tmp_path / "l")
        for _ in range(1100):
            book.confirm("key", record)
        book.close()
    assert len((tmp_path / "l").read_text().splitlines()) == 1101


def test_delete_is_asked_for_and_spares_other_splits(s3, store, data):
    s3.put("data/raw/Test/Kiwi/gone & away.jpg", b"x")
    s3.put("data/raw/Other/Kiwi/1.jpg", b"x")
    upload.run(data, store)
    assert "data/raw/Test/Kiwi/gone & away.jpg" in s3.objects
    shutil.rmtree(data / "Training")
    assert upload.run(data, store, delete=True).deleted == 1
    assert set(s3.objects) == {*expected(data), "data/raw/Other/Kiwi/1.jpg", f"data/raw/{ODD[0]}"}


def test_a_plan_sends_nothing_and_says_what_it_would(s3, store, data):
    write(data / "Test/Kiwi/.DS_Store", b"x")
    found = plan.make(tree.scan(data), store, upload.ledger_of(store))
    said = "\n".join(plan.describe(found, free=False))
    assert "to send: 43" in said
    assert "1 LIST, 43 PUT: 0.00023 USD" in said
    assert s3.requests == {"GET": 1}
    assert plan.name_left_out(found.tree) == ["1 file left out:", "  Test/Kiwi/.DS_Store: hidden"]
    told = json.loads(json.dumps(plan.as_data(found)))
    assert (told["photographs"], told["send"]["objects"], told["packed"]) == (43, 43, False)
    assert (told["requests"], told["usd"]) == ({"LIST": 1, "PUT": 43}, pytest.approx(0.00023, abs=1e-5))
    assert told["left_out"] == [{"file": "Test/Kiwi/.DS_Store", "reason": "hidden"}]


@pytest.mark.parametrize("fault", [(503, "SlowDown"), (500, "InternalError"), "drop", "close", "hang"])
def test_passing_faults_are_ridden_out(s3, store, data, fault, monkeypatch):
    if fault == "hang":
        monkeypatch.setattr(crt_engine, "SILENCE", 0.5)
    monkeypatch.setattr(upload, "IN_FLIGHT", 8)  # so that connections are used again
    s3.fault = lambda method, key, count: fault if method == "PUT" and count % 5 == 0 else None
    assert upload.run(data, store).sent == 43
    assert s3.content() == expected(data)
    assert max(s3.confirmed.values()) == 1 or fault == "hang"  # on a busy machine an answer is late without hanging


@pytest.mark.parametrize(
    ("fault", "cause", "remedy"),
    [
        ((503, "SlowDown"), "AWS is busy (SlowDown on PutObject in the bucket bucket)", "wait a minute"),
        ("drop", "the connection to AWS failed: ", "check the network"),
        ((400, "ExpiredToken"), "the AWS credentials have expired", "renew them"),
        ((403, "AccessDenied"), "these credentials may not do PutObject in the bucket bucket: told to", "AWS_PROFILE"),
    ],
)
def test_lasting_faults_keep_what_arrived_and_a_second_call_finishes(
    s3, store, data, fault, cause, remedy, monkeypatch
):
    monkeypatch.setattr(upload, "PAUSES", ())
    monkeypatch.setattr(upload, "IN_FLIGHT", 4)
    s3.fault = lambda method, key, count: fault if method == "PUT" and count > 20 else None
    with pytest.raises(OrchardError) as caught:
        upload.run(data, store)
    assert cause in caught.value.cause
    assert remedy in caught.value.remedy
    assert "./inv upload-dataset goes on" in caught.value.remedy
    assert 10 <= len(s3.objects) < 43
    s3.fault = lambda *_: None
    upload.run(data, store)
    assert s3.content() == expected(data)
    assert max(s3.confirmed.values()) == 1


def test_credentials_that_cannot_be_renewed(s3, store, data, monkeypatch):
    class Gone:
        def get_frozen_credentials(self):
            raise CredentialRetrievalError(provider="sso", error_msg="the session is over")

    monkeypatch.setattr(store, "credentials", Gone())
    with pytest.raises(OrchardError, match="no AWS credentials were found") as caught:
        upload.run(data, store)
    assert "run aws configure (or aws sso login)" in caught.value.remedy
    assert not s3.objects


def test_a_vanished_file_does_not_stop_the_others(s3, store, data, monkeypatch):
    found = plan.make(tree.scan(data), store, book := upload.ledger_of(store))
    (data / "Test/Kiwi/5.jpg").unlink()
    with pytest.raises(OrchardError, match=r"Test/Kiwi/5.jpg has vanished; the other photographs are in the bucket"):
        upload.carry_out(found, store, book)
    assert s3.content() == expected(data)
    assert upload.run(data, store).sent == 0


def test_a_file_that_keeps_changing_is_named(s3, store, data, monkeypatch):
    look, path = os.fstat, data / "Test/Kiwi/5.jpg"

    def restless(descriptor):
        found = look(descriptor)
        if found.st_ino == path.stat().st_ino:
            with path.open("ab") as file:
                file.write(b"!")
        return found

    monkeypatch.setattr(os, "fstat", restless)
    with pytest.raises(OrchardError, match=r"Test/Kiwi/5.jpg changes while it is read"):
        upload.run(data, store)
    monkeypatch.undo()
    assert upload.run(data, store).sent == 1
    assert s3.content() == expected(data)


def test_a_file_that_grew_after_the_scan_is_sent_as_it_is(s3, store, data):
    found = plan.make(tree.scan(data), store, book := upload.ledger_of(store))
    write(data / "Test/Kiwi/5.jpg", b"")
    write(data / "Test/Kiwi/6.jpg", b"longer than before")
    upload.carry_out(found, store, book)
    assert s3.content() == expected(data)


def test_somebody_else_writing_meanwhile_is_noticed(s3, store, data):
    def meddle(method, key, count):
        if method == "PUT" and count == 43:
            s3.put(next(iter(s3.objects)), b"other")

    s3.fault = meddle
    with pytest.raises(OrchardError, match="1 of 43 photographs are not in the bucket as they were sent"):
        upload.run(data, store)
    upload.run(data, store)
    assert s3.content() == expected(data)


def test_a_missing_bucket(s3, data, tmp_path):
    with pytest.raises(UsageError, match="there is no bucket missing"):
        upload.run(data, Bucket(s3.target(tmp_path), "missing"))


@models(
    "S3 answers 400 AuthorizationHeaderMalformed with the bucket's region to what is signed for another",
    source='S3 API Reference, "Error responses"; the region as botocore reads it (utils.py, S3RegionRedirectorv2)',
)
def test_a_bucket_in_another_region_than_the_settings(s3, store, data):
    s3.region = "eu-south-1"
    upload.run(data, store)
    assert s3.content() == expected(data)


@models(
    "S3 answers 301 or 307 where a bucket's name leads elsewhere, and keeps nothing of the request",
    source='S3 User Guide, "Request redirection and the REST API"',
)
@pytest.mark.parametrize(
    ("status", "code"),
    [(301, "PermanentRedirect"), (307, "TemporaryRedirect"), (400, "AuthorizationHeaderMalformed")],
)
def test_a_redirected_upload_is_explained_and_claims_nothing(s3, store, data, status, code):
    s3.fault = lambda method, key, count: (status, code) if method == "PUT" else None
    with pytest.raises(OrchardError, match=rf"S3 has the bucket bucket elsewhere \({code}\)") as caught:
        upload.run(data, store)
    assert "are in the bucket" not in caught.value.cause
    assert "./inv upload-dataset goes on where it stopped" in caught.value.remedy
    assert s3.requests["PUT"] <= len(expected(data))  # none is sent twice in vain


def test_no_server_at_all(s3, store, data):
    s3.server.shutdown()
    s3.server.server_close()
    with pytest.raises(OrchardError, match="AWS cannot be reached"):
        upload.run(data, store)


def test_a_proxy_makes_botocore_send(s3, store, data, monkeypatch):
    chosen = engine.choose(store.s3, "bucket", store.credentials)
    assert type(chosen).__name__ == "CrtEngine"
    chosen.close()
    monkeypatch.setattr(engine, "choose", lambda s3, name, _: botocore_engine.BotocoreEngine(s3, name))
    s3.fault = lambda method, key, count: (503, "SlowDown") if method == "PUT" and count % 5 == 0 else None
    upload.run(data, store)
    assert s3.content() == expected(data)
    s3.fault = lambda method, key, count: (400, "ExpiredToken") if method == "PUT" else None
    write(data / "Test/Kiwi/new.jpg", b"new")
    with pytest.raises(OrchardError, match="expired"):
        upload.run(data, store)
