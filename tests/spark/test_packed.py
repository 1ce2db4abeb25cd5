"""Packed photographs give the jobs what the same photographs as single files give them."""

from pathlib import Path

import pytest
from pyspark.sql import DataFrame

from fruits import dataset
from fruits import packed as shards
from fruits.errors import JobError
from orchard.photographs import packed

ODD = ("Apple [old]", "Pomme d'été", "50% {ripe}", "Apple Braeburn", "a=b", "_Kiwi")


@pytest.fixture(scope="module")
def odd(tmp_path_factory) -> Path:
    """Names that break globs, URIs and partition discovery."""
    root = tmp_path_factory.mktemp("odd") / "data set"
    for folder in ODD:
        (root / "Test" / folder).mkdir(parents=True)
        for name in ("a b.jpg", "r_1%20.JPG", "é*.png"):
            (root / "Test" / folder / name).write_bytes(f"{folder}/{name}".encode() * 99)
    return root


@pytest.fixture(scope="module")
def both(odd, pack) -> tuple[Path, Path]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(packed, "SHARD", 3_000)
        patch.setattr(packed, "ROW_GROUP", 1_000)
        return odd, pack(odd)


def content(frame: DataFrame) -> dict[str, tuple[str, bytes]]:
    rows = frame.collect()
    assert frame.columns == ["path", "label", "content"]
    assert len({row.path for row in rows}) == len(rows)
    return {row.path: (row.label, bytes(row.content)) for row in rows}


@pytest.mark.parametrize(("mode", "count"), [("full", 18), ("apples", 6), ("mini", 7)])
def test_both_forms_give_the_same_rows(spark, both, mode, count):
    one, two = (dataset.select(spark, str(root), mode, "Test", 7) for root in both)
    assert one.paths == two.paths
    assert (len(one.paths), one.total, one.partial) == (count, two.total, two.partial)
    assert content(dataset.read(spark, one)) == content(dataset.read(spark, two))
    assert content(dataset.read(spark, two)).keys() == set(two.paths)


@pytest.mark.parametrize("part", [slice(0, None, 3), slice(2, None), slice(0, 1)])
def test_some_are_read_of_either_form(spark, both, part):
    one, two = (dataset.select(spark, str(root), "full", "Test", 1) for root in both)
    left = one.paths[part]
    assert content(dataset.read(spark, two, left)) == content(dataset.read(spark, one, left))
    assert content(dataset.read(spark, two, left)).keys() == set(left)


def test_of_many_shards_the_manifests_are_read(spark, both, monkeypatch):
    """By class, without naming each; one that the manifest does not name lies beside them."""
    found = shards.Shards.find(spark, dataset.hadoop.qualified(spark, f"{both[1]}/Test"))
    fewer = found._replace(entries=found.entries[1:])
    named = content(found.read(None)), content(fewer.read(None))
    assert len(named[0]) == 18 > len(named[1])
    monkeypatch.setattr(shards, "NAMED", 2)
    assert (content(found.read(None)), content(fewer.read(None))) == named
    assert content(fewer.read(dataset.job.paths(spark, sorted(named[1])[::2]))).keys() == set(sorted(named[1])[::2])
    found.explain()
    other = {**found.entries[0], "sha256": "0" * 64}
    with pytest.raises(JobError, match=f"the first is {other['file']}"):
        found._replace(entries=[other, *found.entries[1:]]).explain()


def test_a_large_shard_is_divided_between_the_cores(spark, tmp_path, pack, monkeypatch):
    monkeypatch.setattr(packed, "ROW_GROUP", 100_000)
    (tmp_path / "Test" / "Kiwi").mkdir(parents=True)
    for number in range(200):
        (tmp_path / "Test" / "Kiwi" / f"{number}.jpg").write_bytes(bytes(20_000))
    selection = dataset.select(spark, str(pack(tmp_path)), "full", "Test", 1)
    frame = dataset.read(spark, selection)
    filled = frame.select("path").rdd.glom().map(len).filter(bool).collect()
    assert sum(filled) == 200
    assert len(filled) >= 4
    assert max(filled) <= 50


def test_shards_that_an_upload_is_replacing_are_refused(spark, both, tmp_path):
    home = tmp_path / "packed"
    (home / "Test").mkdir(parents=True)
    for path in (both[1] / "Test").rglob("*"):
        if path.is_file():
            (home / path.relative_to(both[1])).parent.mkdir(exist_ok=True)
            (home / path.relative_to(both[1])).write_bytes(path.read_bytes())
    shard = sorted(home.rglob("*.parquet"))[0]
    shard.write_bytes(shard.read_bytes() + b"x")
    with pytest.raises(JobError, match=r"1 of 16 packed files under .*: an upload is under way") as raised:
        dataset.select(spark, str(home), "full", "Test", 1)
    assert raised.value.exit_code == 2
    shard.unlink()
    with pytest.raises(JobError, match="1 of 16 packed files"):
        dataset.select(spark, str(home), "full", "Test", 1)
