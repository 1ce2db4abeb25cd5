"""The order in which readers see results; S3 is a dictionary here."""

import json
import os
import socket
from pathlib import Path

import pytest

from orchard.emulator.s3.access import Place
from orchard.emulator.steps import mirror as mirrors
from orchard.emulator.steps import publish
from orchard.emulator.steps.exchange import Exchange
from orchard.emulator.steps.mirror import Mirror


class Store:
    """What the mirror and the publisher use of S3, with a record of what was done in which order."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.held, self.done = folder, {}, []

    def buckets(self) -> list[str]:
        return ["b"]

    def may(self, operation: str, bucket: str, key: str = "") -> bool:
        return True

    def add(self, key: str, content: bytes) -> Path:
        path = self.folder / str(len(list(self.folder.iterdir())))
        path.write_bytes(content)
        self.held[key] = path
        return path

    def objects(self, bucket: str):
        return [(key, str(path), path.stat().st_size) for key, path in self.held.items()]

    def put(self, place: Place, content: bytes | Path) -> None:
        self.done.append(f"put {place.key}")
        self.add(place.key, content.read_bytes() if isinstance(content, Path) else content)

    def body(self, place: Place) -> Path:
        return self.held[place.key]

    def delete(self, place: Place) -> None:
        self.done.append(f"delete {place.key}")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    (tmp_path / "bodies").mkdir()
    made = Store(tmp_path / "bodies")
    monkeypatch.setattr(mirrors, "access", made)
    return made


def test_the_manifest_goes_first_and_comes_last(store: Store, tmp_path: Path) -> None:
    for name in ("run/_manifest.json", "run/_SUCCESS", "run/a.parquet", "other/kept.jpg"):
        store.add(name, b"old")
    mirror = Mirror(tmp_path / "s3", store)
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
    mirror = Mirror(tmp_path / "s3", store)
    mirror.fill()
    assert mirror.path("b/a/1.jpg").samefile(image)
    assert not mirror.path("b/a/_progress.json").samefile(control)


def test_bytes_rewritten_in_place_are_not_shared_any_more(store: Store, tmp_path: Path) -> None:
    body = store.add("a/1.jpg", b"jpeg")
    mirror = Mirror(tmp_path / "s3", store)
    mirror.fill()
    with mirror.path("b/a/1.jpg").open("r+b") as file:
        file.write(b"JPEG and more")
    assert mirror.changes() == (["b/a/1.jpg"], [])
    assert not mirror.path("b/a/1.jpg").samefile(body)


def test_keys_that_are_no_paths_are_left_out(store: Store, tmp_path: Path) -> None:
    for key in ("a", "a/b", "c//d", "../e", "f/", "g/h.jpg"):
        store.add(key, b"x")
    mirror = Mirror(tmp_path / "s3", store)
    mirror.fill()
    assert mirror.skipped == ["s3://b/a/b", "s3://b/c//d", "s3://b/../e"]
    assert sorted(mirror.before) == ["b/a", "b/g/h.jpg"]
    assert mirror.path("b/f").is_dir()


def test_only_whole_progress_is_published(store: Store, tmp_path: Path) -> None:
    store.add("old/_progress.json", b'{"done": 9}')
    mirror = Mirror(tmp_path / "s3", store)
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


def test_what_was_handed_out_meanwhile_is_not_handed_out_again(store: Store, tmp_path: Path) -> None:
    """And the checksums that Hadoop keeps beside a file go with it, when another one comes in."""
    store.add("a.json", b"old")
    mirror = Mirror(tmp_path / "s3", store)
    mirror.fill()
    with Exchange(mirror, lambda: store.done.append("mount")) as door:
        for name in ("b/new.json", "b/.a.json.crc"):
            mirror.path(name).write_bytes(b"new")
        assert ask(door, "publish") == "done"
        assert store.done == ["put new.json"]
        store.add("a.json", b"replaced by another client")
        assert ask(door, "refresh") == "done"
    assert mirror.path("b/a.json").read_bytes() == b"replaced by another client"
    assert not mirror.path("b/.a.json.crc").exists()
    assert store.done == ["put new.json", "mount"]
    assert publish.results(mirror) == (0, 0)


def test_the_exchange_opens_to_its_secret_only(store: Store, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "s3", store)
    mirror.fill()
    with Exchange(mirror, lambda: store.done.append("mount")) as door:
        assert ask(door, "refresh", secret="guessed") == ""
        assert ask(door, "open") == "unknown: open"
    assert store.done == []


def ask(door: Exchange, what: str, secret: str | None = None) -> str:
    told = door.environment
    with socket.create_connection(("127.0.0.1", int(told["ORCHARD_EXCHANGE_PORT"]))) as connection:
        connection.sendall(f"{secret or told['ORCHARD_EXCHANGE_SECRET']} {what}\n".encode())
        return connection.makefile().readline().strip()
