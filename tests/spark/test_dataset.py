from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import pytest
from pyspark.sql import SparkSession
from pyspark.sql.functions import length

from fruits import dataset, job, sample, singles, tasks
from fruits.errors import JobError

KEYS = (
    "spark.sql.files.maxPartitionBytes",
    "spark.sql.files.openCostInBytes",
    "spark.sql.execution.arrow.maxRecordsPerBatch",
)


def names(classes: int, images: int) -> list[str]:
    return [f"Test/class {c:03}/{i:03}.jpg" for c in range(classes) for i in range(images)]


def per_class(paths: list[str]) -> Counter:
    return Counter(path.split("/")[1] for path in paths)


def spread(spark, paths: list[str], count: int) -> list[str]:
    return sample.spread(job.paths(spark, paths), count)


@pytest.mark.parametrize(
    ("sizes", "count", "given"),
    [
        ({"a": 60, "b": 60, "c": 60}, 100, {"a": 34, "b": 33, "c": 33}),
        ({"small": 1, "b": 60, "c": 60}, 61, {"small": 1, "b": 30, "c": 30}),
        ({"a": 2, "b": 3}, 9, {"a": 2, "b": 3}),
        ({}, 9, {}),
    ],
)
def test_classes_give_the_same_as_far_as_they_have_it(sizes, count, given):
    assert sample.quotas(sizes, count) == given


def test_a_sample_is_even_over_the_classes(spark):
    counts = per_class(spread(spark, names(8, 60), 100))
    assert sum(counts.values()) == 100
    assert set(counts.values()) == {12, 13}


def test_a_sample_smaller_than_the_classes_takes_classes_evenly(spark):
    counts = per_class(spread(spark, names(131, 6), 100))
    assert len(counts) == 100
    assert set(counts.values()) == {1}
    assert "class 130" in counts or "class 129" in counts  # not only the first hundred


def test_images_are_spread_over_a_class(spark):
    assert spread(spark, names(1, 60), 3) == [f"Test/class 000/{i:03}.jpg" for i in (0, 20, 40)]
    for count in (1, 7, 59, 60):
        expected = [f"Test/class 000/{n * 60 // count:03}.jpg" for n in range(count)]
        assert spread(spark, names(1, 60), count) == expected


def test_a_sample_is_the_same_whatever_the_order(spark):
    paths = names(7, 9)
    assert spread(spark, paths, 30) == spread(spark, paths[::-1], 30)
    assert spread(spark, paths, 10_000) == paths


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    """Names that break globs, URIs and shells; files that are no images."""
    for folder in ("Apple [old]", "Pomme d'été", "50% {ripe}", "Apple Braeburn"):
        place = tmp_path / "data set" / "Test" / folder
        place.mkdir(parents=True)
        for name in ("a b.jpg", "r_1%20.JPG", "é*.png", "notes.txt", ".hidden.jpg"):
            (place / name).write_bytes(name.encode())
    return tmp_path / "data set"


def test_odd_names_arrive_unchanged(spark, odd):
    selection = dataset.select(spark, str(odd), "full", "Test", 1)
    rows = dataset.read(spark, selection).collect()
    found = {row.path: (row.label, bytes(row.content).decode()) for row in rows}
    assert set(found) == set(selection.paths)
    assert len(found) == 12
    for path, (label, content) in found.items():
        assert path.split("/") == ["Test", label, content]


def test_odd_names_can_be_chosen_one_by_one(spark, odd):
    selection = dataset.select(spark, str(odd), "mini", "Test", 8)
    assert selection.partial
    assert sorted(row.path for row in dataset.read(spark, selection).collect()) == selection.paths
    assert len(selection.paths) == 8


def test_some_of_many_are_read_without_naming_them(spark, odd, monkeypatch):
    monkeypatch.setattr(singles, "NAMED", 2)
    selection = dataset.select(spark, str(odd), "full", "Test", 1)
    wanted = selection.paths[::3]
    assert sorted(row.path for row in dataset.read(spark, selection, wanted).collect()) == sorted(wanted)


def test_more_single_files_than_can_be_are_to_be_packed(spark, odd, monkeypatch):
    monkeypatch.setattr(singles, "LIMIT", 11)
    with pytest.raises(JobError, match=r"there are 12 single photographs under .*, and more than 11 take") as raised:
        dataset.select(spark, str(odd), "full", "Test", 1)
    assert (raised.value.exit_code, "./inv upload-dataset" in raised.value.remedy) == (2, True)


def test_apples(spark, odd):
    selection = dataset.select(spark, str(odd), "apples", "Test", 1)
    assert set(per_class(selection.paths)) == {"Apple [old]", "Apple Braeburn"}
    assert {row.label for row in dataset.read(spark, selection).collect()} == {"Apple [old]", "Apple Braeburn"}


def test_partitions_follow_the_images_and_the_cores(spark, drawn):
    selection = dataset.select(spark, str(drawn), "full", "Training", 1)
    assert len(selection.paths) == 120
    images = dataset.read(spark, selection)
    assert 4 <= images.rdd.getNumPartitions() <= 2 * 2 * tasks.TASKS_PER_CORE
    assert images.select(length("content")).where("length(content) = 0").count() == 0


@pytest.mark.parametrize("packed", [False, True])
def test_photographs_come_one_by_one_and_other_rows_as_spark_has_them(spark, drawn, pack, packed):
    """A sum over rows is merged once a batch: of 7,860 rows one by one the PCA took 45 s."""
    root = str(pack(drawn) if packed else drawn)
    photographs = dataset.read(spark, dataset.select(spark, root, "mini", "Training", 9))
    assert photographs.sparkSession.conf.get(KEYS[2]) == "1"
    assert job.own(spark).conf.get(KEYS[2]) == spark.conf.get(KEYS[2])


@pytest.mark.parametrize(("images", "per_task"), [(100, 1), (67_692, 512), (100_000_000, 5_000)])
def test_tasks_grow_where_they_would_be_too_many(images, per_task):
    conf: dict[str, int] = {}
    context = SimpleNamespace(defaultParallelism=32)
    tasks.divide(SimpleNamespace(sparkContext=context, conf=SimpleNamespace(set=conf.__setitem__)), images, 5_000)
    assert conf["spark.sql.files.maxPartitionBytes"] == per_task * 5_000


def test_reading_changes_nothing_for_others(spark, drawn, tmp_path):
    """Notebooks share the session with it, and read tables of their own."""
    spark.range(1000).repartition(7).write.parquet(str(tmp_path / "own"))
    before = {key: spark.conf.get(key, None) for key in KEYS}, spark.read.parquet(str(tmp_path / "own"))
    selection = dataset.select(spark, str(drawn), "mini", "Training", 9)
    assert dataset.read(spark, selection).count() == 9
    assert {key: spark.conf.get(key, None) for key in KEYS} == before[0]
    assert spark.read.parquet(str(tmp_path / "own")).rdd.getNumPartitions() == before[1].rdd.getNumPartitions()
    assert SparkSession.getActiveSession() is spark


def test_no_directory(spark, tmp_path):
    with pytest.raises(JobError, match="no photographs under") as raised:
        dataset.select(spark, str(tmp_path / "none"), "mini", "Test", 9)
    assert raised.value.exit_code == 2
    assert "put photographs into" in raised.value.remedy


def test_the_other_split(spark, odd):
    with pytest.raises(JobError) as raised:
        dataset.select(spark, str(odd), "mini", "Training", 9)
    assert raised.value.remedy == "there is a split Test: choose it with --split Test"


def test_one_level_too_high(spark, odd):
    with pytest.raises(JobError) as raised:
        dataset.select(spark, str(odd.parent), "mini", "Test", 9)
    assert raised.value.remedy.endswith(f"--input {odd}")


def test_one_level_too_low(spark, odd):
    with pytest.raises(JobError) as raised:
        dataset.select(spark, str(odd / "Test"), "mini", "Test", 9)
    assert "name the directory above Training and Test" in raised.value.remedy


def test_a_mode_that_matches_nothing(spark, tmp_path):
    (tmp_path / "Test" / "Kiwi").mkdir(parents=True)
    with pytest.raises(JobError, match="the mode apples reads the classes 'Apple\\*', and none of the 1"):
        dataset.select(spark, str(tmp_path), "apples", "Test", 9)


def test_classes_without_images(spark, tmp_path):
    (tmp_path / "Test" / "Kiwi").mkdir(parents=True)
    (tmp_path / "Test" / "Kiwi" / "notes.txt").write_text("none")
    with pytest.raises(JobError, match=r"there are no files \.jpg"):
        dataset.select(spark, str(tmp_path), "full", "Test", 9)
