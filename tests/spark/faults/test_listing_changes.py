"""Photographs that come, go and change while a run is going on, or between its attempts."""

import os
import shutil
import time

import pyarrow.parquet as pq
import pytest
from whole_runs import rows, whole

from fruits import dataset
from fruits.errors import JobError
from tests.support.cells import cell
from tests.tolerance import FEATURES


@pytest.fixture
def before_reading(monkeypatch):
    """A function that has something done between the listing of the photographs and the reading."""
    read = dataset.read

    def make(what) -> None:
        def reading(*words):
            what()
            return read(*words)

        monkeypatch.setattr(dataset, "read", reading)

    return make


@cell(
    "swapped",
    area="Spark",
    fault="a photograph is deleted and another one added",
    at="between the listing and the reading",
    holds="the run is complete for what was listed; what is gone is named as rejected",
    quick=True,
)
def test_one_added_and_one_removed_before_reading(spark, run, few, output, before_reading):
    kiwi = few / "Test" / "Kiwi"
    gone = sorted(kiwi.iterdir())[0]

    def swap():
        shutil.copy(gone, kiwi / "new.jpg")
        gone.unlink()

    before_reading(swap)
    run("--max-error-rate", "0.1")
    manifest = whole(spark, output)
    assert manifest["counts"] == {"read": 12, "featurised": 11, "rejected": 1}
    errors = spark.read.parquet(str(output / "_errors")).collect()
    assert [tuple(row) for row in errors] == [(f"Test/Kiwi/{gone.name}", "removed while the run was going on")]
    assert "Test/Kiwi/new.jpg" not in rows(spark, output)


def test_all_removed_before_reading(run, few, output, before_reading):
    before_reading(lambda: [path.unlink() for path in few.rglob("*.jpg")])
    with pytest.raises(JobError, match=r"12 of 12 images \(100.0%\) could not be read"):
        run()
    assert not (output / "_manifest.json").exists()


def test_a_class_removed_before_reading_is_noticed(run, few, output, before_reading):
    before_reading(lambda: shutil.rmtree(few / "Test" / "Kiwi"))
    with pytest.raises(JobError, match=r"Path does not exist: .*/Test/Kiwi"):
        run()
    assert not (output / "_manifest.json").exists()


def test_one_removed_while_reading(spark, run, few, output, monkeypatch):
    """Spark has listed it, and no task has opened it yet."""
    from fruits.featurizer import ImageFeaturizer

    transform = ImageFeaturizer._transform
    gone = sorted((few / "Test" / "Kiwi").iterdir())[0]

    def late(self, images):
        images.rdd.getNumPartitions()  # plans, and so lists
        gone.unlink()
        return transform(self, images)

    monkeypatch.setattr(ImageFeaturizer, "_transform", late)
    run("--max-error-rate", "0.1")
    assert whole(spark, output)["counts"] == {"read": 12, "featurised": 11, "rejected": 1}


def test_photographs_deleted_between_attempts_are_taken_out(spark, unfinished, run, few, output, capsys):
    for path in sorted((few / "Test" / "Kiwi").iterdir())[:2]:
        path.unlink()
    run()
    manifest = whole(spark, output)
    assert manifest["counts"] == {"read": 10, "featurised": 10, "rejected": 0}
    assert manifest["resumed"] < 10
    said = capsys.readouterr().out
    assert "the photographs are others than when this run began" in said
    assert "rows are deleted" in said


def test_a_photograph_changed_between_attempts_is_done_again(spark, unfinished, run, few, output):
    kiwi, lemon = (sorted((few / "Test" / name).iterdir())[0] for name in ("Kiwi", "Lemon"))
    shutil.copyfile(lemon, kiwi)
    os.utime(kiwi, (time.time() + 1, time.time() + 1))
    run()
    whole(spark, output)
    table = pq.read_table(sorted(output.glob("part-*.parquet"))).to_pylist()
    found = {row["path"]: row["features"] for row in table}
    assert found[f"Test/Kiwi/{kiwi.name}"] == pytest.approx(found[f"Test/Lemon/{lemon.name}"], abs=FEATURES)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--code-hash", "other"], "code = ''"),
        (["--mode", "mini"], "mode = 'full'"),
        (["--input", "/elsewhere"], "input = "),
    ],
)
def test_what_is_of_something_else_does_not_go_on(unfinished, run, output, flags, said):
    before = {path: path.read_bytes() for path in output.rglob("*") if path.is_file()}
    with pytest.raises(JobError, match=f"the run r was begun with {said}") as raised:
        run(*flags)
    assert raised.value.exit_code == 2
    assert before == {path: path.read_bytes() for path in output.rglob("*") if path.is_file()}
