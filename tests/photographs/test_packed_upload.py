"""Photographs packed into shards: what is sent again, what the manifest says, which form counts."""

import io
import json
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from fake_s3 import FakeS3

from orchard.base.errors import OrchardError, UsageError
from orchard.photographs import packed, plan, tree, upload
from orchard.runs import submission
from orchard.transfer import files

ODD = ["Training/Apple Red 1/r 0 100.jpg", "Test/Poire Été/é%20 100%.jpg", "Test/Kaki & Co/a+b=c'(1).PNG"]
MANIFESTS = {"data/packed/Test/manifest.json", "data/packed/Training/manifest.json"}


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "YOUNG", 0)
    monkeypatch.setattr(packed, "SHARD", 2_000)
    monkeypatch.setattr(packed, "ROW_GROUP", 500)
    root = tmp_path / "fruits"
    for name in [*ODD, *(f"Test/Kiwi/{number:02}.jpg" for number in range(40))]:
        write(root / name, name.encode() * 9)
    return root


def write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def expected(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def rows(s3: FakeS3) -> dict[str, bytes]:
    """What a job would read: the shards that the manifests name."""
    found = {}
    for key in MANIFESTS & s3.objects.keys():
        home = key.removesuffix("manifest.json")
        for shard in json.loads(s3.objects[key][0])["shards"]:
            body = s3.objects[home + shard["file"]][0]
            assert len(body) == shard["size"]
            table = pq.read_table(io.BytesIO(body)).to_pylist()
            assert len(table) == shard["images"]
            assert {row["label"] for row in table} == {shard["file"].split("/")[0]}
            found |= {row["path"]: row["content"] for row in table}
    return found


def test_everything_arrives_in_shards_of_a_class(s3, store, data):
    outcome = upload.run(data, store, packed=True)
    assert rows(s3) == expected(data)
    assert (outcome.photographs, outcome.sent) == (43, 43)
    shards = {key for key in s3.objects if key not in MANIFESTS}
    assert outcome.objects == len(shards)
    assert sum(key.startswith("data/packed/Test/Kiwi/part-0000") for key in shards) > 2
    assert s3.objects.keys() >= MANIFESTS
    assert json.loads(s3.objects["data/packed/Test/manifest.json"][0])["photographs"] == 42


def test_the_manifest_counts_what_is_no_photograph(s3, store, data):
    for name in ("Kiwi/notes.txt", "Kiwi/more.txt", "Kiwi/.DS_Store", "stray.jpg", ".ipynb_checkpoints/1.jpg"):
        write(data / "Test" / name, b"x")
    upload.run(data, store, packed=True)
    assert json.loads(s3.objects["data/packed/Test/manifest.json"][0])["ignored"] == {
        "": {"not in <split>/<class>/": 1, "hidden": 1},
        "Kiwi": {"neither JPEG nor PNG": 2, "hidden": 1},
    }


def test_the_manifest_comes_last(s3, store, data):
    s3.fault = lambda method, key, count: (403, "AccessDenied") if "Apple" in key else None
    with pytest.raises(OrchardError, match="may not do PutObject"):
        upload.run(data, store, packed=True)
    assert not MANIFESTS & s3.objects.keys()


@pytest.mark.parametrize("opaque", [False, True])
def test_a_second_upload_sends_nothing_and_reads_no_photograph(s3, store, data, opaque, monkeypatch):
    s3.opaque = opaque
    upload.run(data, store, packed=True)
    s3.requests.clear()
    monkeypatch.setattr(files, "read", None)
    assert upload.run(data, store, packed=True).sent == 0
    assert s3.requests == {"GET": 3}  # a listing and two manifests


@pytest.mark.parametrize("opaque", [False, True])
def test_without_a_ledger_shards_are_compared(s3, store, data, opaque):
    s3.opaque = opaque
    upload.run(data, store, packed=True)
    (store.state_dir / "transfers" / "bucket.jsonl").unlink()
    before = dict(s3.confirmed)
    assert upload.run(data, store, packed=True).sent == 0
    assert s3.confirmed == before


def test_a_changed_photograph_has_only_its_shard_sent_again(s3, store, data):
    upload.run(data, store, packed=True)
    path = data / "Test/Kiwi/07.jpg"
    times, content = path.stat(), path.read_bytes()
    write(path, content[::-1])
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    outcome = upload.run(data, store, packed=True)
    assert outcome.objects == 1
    assert rows(s3) == expected(data)


def test_a_touched_photograph_is_packed_but_not_sent(s3, store, data):
    upload.run(data, store, packed=True)
    (data / "Test/Kiwi/07.jpg").touch()
    assert upload.run(data, store, packed=True).sent == 0


def test_what_the_data_set_has_no_more_is_not_read_and_deleted_when_asked(s3, store, data, capsys):
    upload.run(data, store, packed=True)
    (data / ODD[1]).unlink()
    stale = "data/packed/Test/Poire Été/part-00000.parquet"
    upload.run(data, store, packed=True)
    assert "s3://bucket/data/packed/Test/ has 1 photograph fewer than before." in capsys.readouterr().err
    assert rows(s3) == expected(data)
    assert stale in s3.objects
    assert upload.run(data, store, packed=True, delete=True).deleted == 1
    assert stale not in s3.objects
    assert rows(s3) == expected(data)


def test_a_vanished_file_is_named_and_no_manifest_tells_of_it(s3, store, data):
    found = plan.make(tree.scan(data), store, book := upload.ledger_of(store), packed=True)
    (data / "Test/Kiwi/05.jpg").unlink()
    with pytest.raises(OrchardError, match=r"Test/Kiwi/05.jpg has vanished; the other photographs are in the bucket"):
        upload.carry_out(found, store, book)
    assert not MANIFESTS & s3.objects.keys()
    upload.run(data, store, packed=True)
    assert rows(s3) == expected(data)


def test_a_plan_tells_shards_and_photographs(store, data):
    found = plan.make(tree.scan(data), store, upload.ledger_of(store), packed=True)
    said = "\n".join(plan.describe(found, free=True))
    assert f"to send: 43 (0.0 MB) in {len(found.send)} shards; in the bucket already: 0" in said


def test_the_form_uploaded_last_is_the_one_that_runs_read(store, data, capsys):
    with pytest.raises(UsageError, match="there are no photographs of Test in s3://bucket/"):
        submission.source(store, "Test")
    upload.run(data, store, packed=True)
    assert submission.source(store, "Test") == "data/packed/"
    upload.run(data, store)
    assert "Runs read these photographs of Test from now on, not the packed ones." in capsys.readouterr().err
    assert submission.source(store, "Test") == "data/raw/"
    upload.run(data, store, packed=True)
    assert submission.source(store, "Test") == "data/packed/"
    assert "Runs read the packed photographs in s3://bucket/data/packed/Test/" in capsys.readouterr().err


def test_another_split_is_named(store, data):
    (data / ODD[0]).unlink()
    upload.run(data, store, packed=True)
    with pytest.raises(UsageError) as caught:
        submission.source(store, "Training")
    assert caught.value.remedy == "the bucket has the split Test: --split Test"


def test_the_same_photographs_give_the_same_bytes():
    assert packed.encode(["Test/a/1.jpg"], [b"x"]) == packed.encode(["Test/a/1.jpg"], [b"x"])
