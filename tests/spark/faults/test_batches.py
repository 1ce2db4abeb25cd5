"""Photographs of all sizes: no batch and no task grows with them."""

import os

import pyarrow as pa
import pytest

from fruits import dataset, featurizer, portions, tasks


@pytest.fixture
def skewed(tmp_path):
    """A class of 60 small files and four that are a thousand times as large, side by side."""
    folder = tmp_path / "set" / "Test" / "Kiwi"
    folder.mkdir(parents=True)
    for number in range(60):
        (folder / f"{number:03}.jpg").write_bytes(os.urandom(300))
    for number in range(20, 24):
        (folder / f"{number:03}.jpg").write_bytes(os.urandom(300_000))
    return tmp_path / "set"


def batches(images, of: str) -> list[tuple[int, int]]:
    """What each Arrow batch that a worker gets has: rows and bytes."""

    def measure(given):
        for batch in given:
            size = sum(len(value.as_py()) for value in batch.column(of))
            yield pa.RecordBatch.from_arrays([pa.array([batch.num_rows]), pa.array([size])], ["rows", "size"])

    return [tuple(row) for row in images.mapInArrow(measure, "rows long, size long").collect()]


def test_a_batch_is_never_larger_than_a_photograph(spark, skewed):
    selection = dataset.select(spark, str(skewed), "full", "Test", 1)
    found = batches(dataset.read(spark, selection), "content")
    assert {rows for rows, _ in found} == {1}
    assert sorted({size for _, size in found}) == [300, 300_000]


def test_a_task_is_bounded_by_bytes_however_skewed(spark, skewed, monkeypatch):
    monkeypatch.setattr(tasks, "TASKS_PER_CORE", 0.5)  # so that it is not the number of images that divides them
    monkeypatch.setattr(tasks, "BYTES_PER_TASK", 400_000 + 2 * tasks.OPEN_COST)
    selection = dataset.select(spark, str(skewed), "full", "Test", 1)
    images = dataset.read(spark, selection).selectExpr("length(content) as size")
    sizes = images.rdd.glom().map(lambda rows: sum(row["size"] for row in rows)).collect()
    assert sum(sizes) == 4 * 300_000 + 56 * 300
    assert max(sizes) < 2 * 300_000


@pytest.mark.parametrize("rows", [1, 7, 100])
def test_a_worker_holds_a_portion_of_images_and_bytes(rows, monkeypatch):
    monkeypatch.setattr(portions, "PORTION_BYTES", 5_000)
    contents = [bytes(900)] * 40 + [b""] * 40 + [None] + [bytes(9_000)] * 3 + [bytes(10)] * 50
    given = pa.table({"number": range(len(contents)), "content": contents}).to_batches(max_chunksize=rows)
    found = list(portions.portions(iter(given), 1))
    assert [n for portion in found for batch in portion for n in batch["number"].to_pylist()] == list(range(134))
    for portion in found:
        values = [len(value or b"") for batch in portion for value in batch["content"].to_pylist()]
        assert len(values) <= portions.PORTION
        assert sum(values) <= 5_000 or values == [9_000]


def test_contents_are_carried_back_only_where_they_are_wanted(spark, drawn, weights_file):
    selection = dataset.select(spark, str(drawn), "full", "Test", 1)
    images = dataset.read(spark, selection).limit(2)
    bare = featurizer.ImageFeaturizer(weights=weights_file, outputType="array", keepInput=False)
    result = bare.transform(images)
    assert result.columns == ["path", "label", "features"]
    assert [len(row.features) for row in result.collect()] == [1280, 1280]
