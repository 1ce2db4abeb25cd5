"""Results: complete runs, resumed, verified, and nobody's files overwritten."""

import errno
import os
from pathlib import Path

import pytest
from fake_s3 import FakeS3

from orchard.aws.bucket import Bucket
from orchard.aws.layout import JOBS, LAST
from orchard.base.errors import OrchardError, UsageError
from orchard.runs import results, run_names
from orchard.transfer import disk, download
from tests.support.cells import cell
from tests.support.hostile import HOSTILE

RUN = "20261121T100000-full"


@pytest.fixture
def s3():
    server = FakeS3()
    for kind in JOBS:
        server.put(f"data/{kind}/{RUN}/part-0.parquet", os.urandom(3 << 20))
        server.put(f"data/{kind}/{RUN}/_errors/part é%20.parquet", b"none")
        server.put(f"data/{kind}/{RUN}/_manifest.json", b"{}")
    server.put("data/features/20261122T100000-full/part-0.parquet", b"begun")
    yield server
    server.server.shutdown()


@pytest.fixture
def store(s3, tmp_path, monkeypatch):
    monkeypatch.setattr(run_names, "RESULTS", tmp_path / "out")
    return Bucket(s3.target(tmp_path / "state"), "bucket")


def content(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def expected(s3: FakeS3, run: str = RUN) -> dict[str, bytes]:
    return {key.removeprefix("data/"): body for key, body in s3.content().items() if f"/{run}/" in key}


@pytest.mark.parametrize("opaque", [False, True])
def test_the_latest_complete_run_and_a_second_call(s3, store, opaque):
    folders = results.download(store, None)
    assert content(run_names.RESULTS) == expected(s3)
    assert folders == {kind: run_names.RESULTS / kind / RUN for kind in JOBS}
    s3.requests.clear()
    results.download(store, RUN)
    assert not s3.requests["HEAD"]
    assert s3.requests["GET"] <= 2 * len(JOBS) + 2  # listings, the manifest, and the look for a record


@cell(
    "byte",
    area="data",
    fault="a byte of a downloaded file is changed, its size and time put back",
    at="before `results` is called again",
    holds="the file is fetched again, and no other",
    quick=True,
)
def test_a_changed_byte_is_noticed_and_mended(s3, store):
    results.download(store, RUN)
    part = run_names.RESULTS / "features" / RUN / "part-0.parquet"
    before = part.stat()
    with part.open("r+b") as file:
        byte = file.read(1)[0]
        file.seek(0)
        file.write(bytes([byte ^ 1]))
    os.utime(part, ns=(before.st_atime_ns, before.st_mtime_ns))
    s3.requests.clear()
    results.download(store, RUN)
    assert content(run_names.RESULTS) == expected(s3)
    assert s3.requests["HEAD"] == 1


@cell(
    "mine",
    area="data",
    fault="somebody writes another content into a downloaded file",
    at="before `results` is called again",
    holds="it is theirs: refused, and replaced with `--force` only",
    quick=True,
)
def test_a_downloaded_file_that_somebody_edited_is_theirs(s3, store):
    results.download(store, RUN)
    part = run_names.RESULTS / "features" / RUN / "part-0.parquet"
    part.write_bytes(b"mine")
    with pytest.raises(UsageError, match="differs from"):
        results.download(store, RUN)
    results.download(store, RUN, force=True)
    assert content(run_names.RESULTS) == expected(s3)


@cell(
    "manifest-here",
    area="data",
    fault="a manifest is cut short on this machine",
    at="before `results` is called again",
    holds="the run is not taken for complete before its manifest is whole again",
    quick=True,
)
def test_a_manifest_cut_short_here(s3, store):
    results.download(store, RUN)
    manifest = run_names.RESULTS / "pca" / RUN / "_manifest.json"
    manifest.write_bytes(b"{")
    with pytest.raises(UsageError, match="differs from"):
        results.download(store, RUN)
    results.download(store, RUN, force=True)
    assert content(run_names.RESULTS) == expected(s3)


@cell("cut", area="data", case=b'{"schema": 2, "cou', fault="a run's manifest in the bucket is cut short",
      at="before `results`", holds="the run is not complete, and nothing is downloaded", quick=True)  # fmt: skip
@cell("list", area="data", case=b"[]", fault="a run's manifest in the bucket holds something else",
      at="before `results`", holds="the run is not complete, and nothing is downloaded", quick=True)  # fmt: skip
@cell("bytes", area="data", case=b"\x00\xff\xfe", fault="a run's manifest in the bucket is no text",
      at="before `results`", holds="the run is not complete, and nothing is downloaded", quick=True)  # fmt: skip
def test_a_damaged_manifest_is_no_complete_run(s3, store, case):
    s3.put(f"{LAST.output(RUN)}/_manifest.json", case)
    for name, said in ((RUN, f"the run {RUN} in s3://bucket/ is not complete"), (None, "there is no complete run")):
        with pytest.raises(UsageError, match=said):
            results.download(store, name)
    assert not run_names.RESULTS.exists()


def test_only_complete_runs_unless_asked(s3, store):
    with pytest.raises(UsageError, match="the run 20261122T100000-full in s3://bucket/ is not complete"):
        results.download(store, "20261122T100000-full")
    results.download(store, None, incomplete=True)
    assert content(run_names.RESULTS) == {"features/20261122T100000-full/part-0.parquet": b"begun"}
    s3.objects.clear()
    with pytest.raises(UsageError, match="there is no complete run"):
        results.download(store, None)
    with pytest.raises(UsageError, match="there is no run other"):
        results.download(store, "other", incomplete=True)


def test_an_own_older_copy_is_replaced_and_what_is_gone_removed(s3, store):
    results.download(store, RUN)
    s3.put(f"data/pca/{RUN}/_manifest.json", b'{"newer": 1}')
    del s3.objects[f"data/features/{RUN}/part-0.parquet"]
    results.download(store, RUN)
    assert content(run_names.RESULTS) == expected(s3)


def test_somebody_elses_file_is_not_overwritten(s3, store):
    mine = run_names.RESULTS / "pca" / RUN / "_manifest.json"
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"[]")
    with pytest.raises(UsageError, match="differs from s3://bucket/data/pca") as caught:
        results.download(store, RUN)
    assert "--force" in caught.value.remedy
    assert content(run_names.RESULTS) == {f"pca/{RUN}/_manifest.json": b"[]"}
    results.download(store, RUN, force=True)
    assert content(run_names.RESULTS) == expected(s3)


def test_equal_files_without_a_ledger_are_kept(s3, store):
    results.download(store, RUN)
    for file in (store.state_dir / "transfers").iterdir():
        file.unlink()
    s3.requests.clear()
    results.download(store, RUN)
    assert s3.requests["HEAD"] == 3 * len(JOBS)
    assert s3.requests["GET"] <= 2 * len(JOBS) + 2


def test_a_part_is_resumed(s3, store):
    key = f"data/features/{RUN}/part-0.parquet"
    body, etag, _ = s3.objects[key]
    folder = run_names.RESULTS / "features" / RUN
    folder.mkdir(parents=True)
    (folder / f".part-0.parquet.{etag.strip(chr(34))}.part").write_bytes(body[: 1 << 20])
    (folder / ".part-0.parquet.0123.part").write_bytes(b"of an older object")
    results.download(store, RUN)
    assert content(run_names.RESULTS) == expected(s3)


def test_a_damaged_part_is_not_taken(s3, store):
    key = f"data/features/{RUN}/part-0.parquet"
    etag = s3.objects[key][1].strip('"')
    folder = run_names.RESULTS / "features" / RUN
    folder.mkdir(parents=True)
    (folder / f".part-0.parquet.{etag}.part").write_bytes(b"0" * (1 << 20))
    with pytest.raises(OrchardError, match="did not arrive as S3 keeps it"):
        results.download(store, RUN)
    results.download(store, RUN)
    assert content(run_names.RESULTS) == expected(s3)


def test_lost_connections_are_ridden_out_and_lasting_ones_explained(s3, store):
    s3.fault = lambda method, key, count: "drop" if "part" in key and count % 3 == 0 else None
    results.download(store, RUN)
    assert content(run_names.RESULTS) == expected(s3)


@pytest.mark.parametrize(
    ("fault", "cause"), [("drop", "the connection to AWS failed"), ((400, "ExpiredToken"), "have expired")]
)
def test_lasting_faults(s3, store, fault, cause, monkeypatch):
    monkeypatch.setattr(download, "TRIES", 2)
    s3.fault = lambda method, key, count: fault if key.endswith("part-0.parquet") else None
    with pytest.raises(OrchardError, match=cause) as caught:
        results.download(store, RUN)
    assert f"./inv results --run-name {RUN}" in caught.value.remedy
    assert "_manifest.json" not in {path.name for path in run_names.RESULTS.rglob("*")}
    s3.fault = lambda *_: None
    results.download(store, RUN)
    assert content(run_names.RESULTS) == expected(s3)


def test_an_object_that_is_replaced_meanwhile(s3, store):
    def meddle(method, key, count):
        if method == "GET" and key.endswith("part-0.parquet"):
            s3.put(key, b"newer")

    s3.fault = meddle
    with pytest.raises(OrchardError, match="was replaced or deleted meanwhile"):
        results.download(store, RUN)


def test_a_full_disk(s3, store, monkeypatch):
    monkeypatch.setattr(disk, "SPARE", 1 << 60)
    with pytest.raises(OrchardError, match=f"there is no space for {3 * len(JOBS)} MB"):
        results.download(store, RUN)
    monkeypatch.undo()
    monkeypatch.setattr(run_names, "RESULTS", store.state_dir / "out")
    monkeypatch.setattr(
        download._Download, "_append", lambda *_: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left"))
    )
    with pytest.raises(OrchardError, match="there is no space left on the disk"):
        results.download(store, RUN)


@cell("up", area="data", case="../../../../evil", fault="an object of a run is named `../`",
      at="`results`", holds="refused: nothing is written outside the results", quick=True)  # fmt: skip
@cell("absolute", area="data", case="/tmp/evil", fault="an object of a run has the path of a file of this machine",
      at="`results`", holds="refused: nothing is written outside the results", quick=True)  # fmt: skip
def test_a_key_that_leads_out(s3, store, case):
    s3.put(f"data/pca/{RUN}/{case}", b"x")
    with pytest.raises(OrchardError, match="would be written outside"):
        results.download(store, RUN)
    assert not run_names.RESULTS.exists()


@cell("names", area="data", fault="objects of a run have names with quotes, line breaks, escape sequences",
      at="`results`", holds="each is a file of that name", quick=True)  # fmt: skip
def test_hostile_keys_are_files(s3, store):
    for name in HOSTILE:
        if name not in ("long", "bytes", "markup"):  # no file's names
            s3.put(f"data/pca/{RUN}/{HOSTILE[name]}", name.encode())
    results.download(store, RUN)
    assert content(run_names.RESULTS) == expected(s3)


def test_a_missing_bucket(s3, tmp_path):
    nowhere = Bucket(s3.target(tmp_path), "missing")
    for name in (None, RUN):
        with pytest.raises(UsageError, match="there is no bucket missing"):
            results.download(nowhere, name)
