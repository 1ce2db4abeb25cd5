"""The order in which readers see results; S3 is a dictionary here."""

import json
import os
from pathlib import Path

import pytest

from orchard.emulator.s3.access import Place
from orchard.emulator.steps import mirror as mirrors
from orchard.emulator.steps import publish
from orchard.emulator.steps.mirror import Mirror


class Store:
    """What the mirror and the publisher use of S3, with a record of what was done in which order."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.held, self.done = folder, {}, []

    def buckets(self) -> list[str]:
        return ["b"]

    def add(self, key: str, content: bytes) -> Path:
        path = self.folder / str(len(self.held))
        path.write_bytes(content)
        self.held[key] = path
        return path

    def objects(self, bucket: str):
        return [(key, str(path), path.stat().st_size) for key, path in self.held.items()]

    def put(self, place: Place, content: bytes | Path) -> None:
        self.done.append(f"put {place.key}")

    def delete(self, place: Place) -> None:
        self.done.append(f"delete {place.key}")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    (tmp_path / "bodies").mkdir()
    made = Store(tmp_path / "bodies")
    monkeypatch.setattr(mirrors, "access", made)
    monkeypatch.setattr(publish, "access", made)
    return made


def test_the_manifest_goes_first_and_comes_last(store: Store, tmp_path: Path) -> None:
    for name in ("run/_manifest.json", "run/_SUCCESS", "run/a.parquet", "other/kept.jpg"):
        store.add(name, b"old")
    mirror = Mirror(tmp_path / "s3")
    assert mirror.fill() == 4
    for name in ("_manifest.json", "_SUCCESS", "a.parquet"):
        (mirror.root / "b/run" / name).unlink()
    (mirror.root / "b/new/_temporary/0").mkdir(parents=True)
    for name in ("_manifest.json", "_SUCCESS", "z.parquet", "_temporary/0/part", ".z.parquet.crc"):
        (mirror.root / "b/new" / name).write_bytes(b"new")
    assert publish.results(mirror) == (3, 3)
    assert store.done == [
        "delete run/_manifest.json",
        "delete run/_SUCCESS",
        "delete run/a.parquet",
        "put new/z.parquet",
        "put new/_SUCCESS",
        "put new/_manifest.json",
    ]


def test_bulk_is_linked_and_what_jobs_rewrite_is_copied(store: Store, tmp_path: Path) -> None:
    image, control = store.add("a/1.jpg", b"jpeg"), store.add("a/_progress.json", b"{}")
    mirror = Mirror(tmp_path / "s3")
    mirror.fill()
    assert mirror.path("b/a/1.jpg").samefile(image)
    assert not mirror.path("b/a/_progress.json").samefile(control)


def test_bytes_rewritten_in_place_are_not_shared_any_more(store: Store, tmp_path: Path) -> None:
    body = store.add("a/1.jpg", b"jpeg")
    mirror = Mirror(tmp_path / "s3")
    mirror.fill()
    with mirror.path("b/a/1.jpg").open("r+b") as file:
        file.write(b"JPEG and more")
    assert mirror.changes() == (["b/a/1.jpg"], [])
    assert not mirror.path("b/a/1.jpg").samefile(body)


def test_keys_that_are_no_paths_are_left_out(store: Store, tmp_path: Path) -> None:
    for key in ("a", "a/b", "c//d", "../e", "f/", "g/h.jpg"):
        store.add(key, b"x")
    mirror = Mirror(tmp_path / "s3")
    mirror.fill()
    assert mirror.skipped == ["s3://b/a/b", "s3://b/c//d", "s3://b/../e"]
    assert sorted(mirror.before) == ["b/a", "b/g/h.jpg"]
    assert mirror.path("b/f").is_dir()


def test_only_whole_progress_is_published(store: Store, tmp_path: Path) -> None:
    store.add("old/_progress.json", b'{"done": 9}')
    mirror = Mirror(tmp_path / "s3")
    mirror.fill()
    watch = publish.ProgressWatch(mirror)
    watch.publish()
    assert store.done == [], "an earlier run's is in S3 already"
    new = mirror.path("b/new/_progress.json")
    new.parent.mkdir()
    new.write_text('{"done": ')
    os.utime(new.parent, ns=(1, 1))  # a change within the clock's resolution must not be missed for ever
    watch.publish()
    assert store.done == []
    for done in (1, 1, 2):
        new.write_text(json.dumps({"done": done}))
        watch.publish()
    assert store.done == ["put new/_progress.json"] * 2
