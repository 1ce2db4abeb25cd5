"""Damage in the store: what a job reads is what was uploaded, or it is named; nothing is complete that is not."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from whole_runs import whole

import features
from fruits import passes, pca_run
from fruits.errors import JobError
from tests.support.cells import cell


@pytest.fixture(scope="module")
def shards(drawn, pack, tmp_path_factory) -> Path:
    """Two classes, a shard each."""
    root = tmp_path_factory.mktemp("some")
    for name in ("Kiwi", "Lemon"):
        shutil.copytree(drawn / "Test" / name, root / "Test" / name)
    return pack(root)


@pytest.fixture
def packed(shards, tmp_path) -> Path:
    """A copy to damage."""
    return shutil.copytree(shards, tmp_path / "packed")


@pytest.fixture
def featurise(spark, weights_file, tmp_path) -> Callable[..., Path]:
    def run(root: Path, *flags: str) -> Path:
        words = ["--input", str(root), "--output", str(tmp_path / "r"), "--weights", weights_file]
        features.run(spark, features.parse([*words, "--mode", "full", "--split", "Test", *flags]))
        return tmp_path / "r"

    return run


def flip(file: Path, place: int) -> None:
    body = bytearray(file.read_bytes())
    body[place] ^= 0x10
    file.write_bytes(body)


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-100])


def in_the_middle(file: Path) -> None:
    flip(file, file.stat().st_size // 2)


def at_the_end(file: Path) -> None:
    flip(file, file.stat().st_size - 6)


@cell("cut", area="data", at="before `run`", case=(cut, "are not as its manifest.json says"),
      fault="a packed file of photographs is cut short in the store",
      holds="the job refuses, and names the file; nothing is complete, and a new upload leads on")  # fmt: skip
@cell("byte", area="data", at="before `run`", case=(in_the_middle, "not what was uploaded"),
      fault="a byte of a photograph is changed in a packed file in the store",
      holds="the job fails, and names the file; nothing is complete, and a new upload leads on")  # fmt: skip
@cell("footer", area="data", at="before `run`", case=(at_the_end, "not what was uploaded"),
      fault="a byte of a packed file's own table is changed in the store",
      holds="the job fails, and names the file; nothing is complete, and a new upload leads on")  # fmt: skip
def test_a_damaged_shard_is_named(packed, shards, featurise, spark, tmp_path, case):
    damage, said = case
    (shard,) = (packed / "Test" / "Kiwi").iterdir()
    damage(shard)
    with pytest.raises(JobError, match=said) as raised:
        featurise(packed)
    assert f"Kiwi/{shard.name}" in raised.value.cause
    assert "./inv upload-dataset" in raised.value.remedy
    assert not (tmp_path / "r" / "_manifest.json").exists()
    shutil.copy2(shards / "Test" / "Kiwi" / shard.name, shard)
    assert whole(spark, featurise(packed))["counts"]["rejected"] == 0


@cell("cut", area="data", at="before `run`", case='{"shards": [{"file": "Kiwi/pa',
      fault="the list of the packed files is cut short in the store",
      holds="the job refuses, and names the list")  # fmt: skip
@cell("other", area="data", at="before `run`", case='{"shards": [{"file": "Kiwi/part-0.parquet"}, 7]}',
      fault="the list of the packed files lacks what it must say",
      holds="the job refuses, and names the list")  # fmt: skip
@cell("leads-out", area="data", at="before `run`", fault="the list of the packed files names a file elsewhere (`../`)",
      case='{"shards": [{"file": "../../secret/part-0.parquet", "size": 1, "images": 1}]}',
      holds="the job refuses, and names the list")  # fmt: skip
def test_a_damaged_list_of_shards_is_named(packed, featurise, tmp_path, case):
    (packed / "Test" / "manifest.json").write_text(case)
    with pytest.raises(JobError, match=r"manifest\.json") as raised:
        featurise(packed)
    assert "./inv upload-dataset" in raised.value.remedy
    assert not (tmp_path / "r" / "_manifest.json").exists()


@cell("photographs", area="data", at="before `run`",
      fault="photographs in the store have changed bytes, lack their end, or are something else",
      holds="what cannot be read is named in `_errors/`, all else is there once; too many fail the run")  # fmt: skip
def test_damaged_photographs_are_named(drawn, featurise, spark, tmp_path):
    root = shutil.copytree(drawn / "Test" / "Kiwi", tmp_path / "set" / "Test" / "Kiwi").parents[1]
    head, half, zeros, *well = sorted((root / "Test" / "Kiwi").iterdir())
    flip(head, 0)
    half.write_bytes(half.read_bytes()[: half.stat().st_size // 2])
    zeros.write_bytes(bytes(zeros.stat().st_size))
    with pytest.raises(JobError, match="3 of 4 images"):
        featurise(root)
    assert not (tmp_path / "r" / "_manifest.json").exists()
    manifest = whole(spark, featurise(root, "--max-error-rate", "0.8"))
    assert manifest["counts"] == {"read": 3 + len(well), "featurised": len(well), "rejected": 3}
    errors = {row.path: row.reason for row in spark.read.parquet(str(tmp_path / "r" / "_errors")).collect()}
    assert errors.keys() == {f"Test/Kiwi/{path.name}" for path in (head, half, zeros)}
    assert all(errors.values())


def test_one_that_ends_in_the_second_pass_is_gone_on_with(spark, few, run, output, monkeypatch):
    """After its first pass it looks at what is left, and dies before it has said which are rejected."""
    (few / "Test" / "Kiwi" / "page.jpg").write_text("<html>")
    settled, calls = passes._settled, []

    def dying(*words):
        calls.append(words)
        if len(calls) == 2:
            raise JobError("died", "run again")
        return settled(*words)

    monkeypatch.setattr(passes, "_settled", dying)
    with pytest.raises(JobError, match="died"):
        run("--max-error-rate", "0.1")
    assert (output / passes.AGAIN).exists()
    run("--max-error-rate", "0.1")
    manifest = whole(spark, output)
    assert manifest["counts"] == {"read": 13, "featurised": 12, "rejected": 1}
    assert manifest["resumed"] == 12
    assert not (output / passes.AGAIN).exists()


NAMES = [
    '=HYPERLINK("http://x","a")',
    "+1",
    "-1+1|cmd",
    "@SUM(1)",
    "\t=1",
    " =1",
    "\r=1",  # so far formulas
    'a,"b"\nc',
    "kiwi ",
    "é\u202e",
]


@cell("csv", area="data", at="`run --csv`",
      fault="classes and photographs are called like formulas of a spreadsheet",
      holds="a spreadsheet takes them for text, and whoever reads CSV finds every name")  # fmt: skip
def test_names_are_text_in_a_spreadsheet(spark, tmp_path):
    rows = [(f"{name}/1.jpg", name, [float(number)]) for number, name in enumerate(NAMES)]
    spark.createDataFrame(rows, "path string, label string, scores array<double>").write.parquet(f"{tmp_path}/scores")
    pca_run._write_csv(spark, str(tmp_path), 1)
    (file,) = (tmp_path / "csv").glob("*.csv")
    with file.open(newline="", encoding="utf-8") as opened:
        found = {float(row["pc1"]): row for row in csv.DictReader(opened)}
    for number, name in enumerate(NAMES):
        row = found[number]
        assert row["label"].removeprefix("'") == name
        assert row["path"].removeprefix("'") == f"{name}/1.jpg"
        for cell_ in (row["label"], row["path"]):
            assert cell_.startswith("'") == (number < 7), name
