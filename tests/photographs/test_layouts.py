"""The layouts of data sets that people have: how each is read, said, sent, and what is refused."""

import io
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchard.base.errors import UsageError
from orchard.photographs import plan, tree, upload
from orchard.photographs.dataset import sample, split_of

# Each: the files, the folder that is named, the names in the bucket, what is said.
LAYOUTS = {
    "classes only": (
        ["Apple/1.jpg", "Apple/2.jpg", "Pear/1.jpg"],
        ".",
        ["Training/Apple/1.jpg", "Training/Apple/2.jpg", "Training/Pear/1.jpg"],
        ["2 classes, 3 photographs, taken as Training"],
    ),
    "splits as Fruits-360 has them": (
        ["Training/Apple/1.jpg", "Training/Pear/1.jpg", "Test/Apple/1.jpg", "test-multiple_fruits/a.jpg", "LICENSE"],
        ".",
        ["Test/Apple/1.jpg", "Training/Apple/1.jpg", "Training/Pear/1.jpg"],
        ["2 classes, 2 photographs, taken as Training", "1 class (Apple), 1 photograph, taken as Test"],
    ),
    "splits in other words": (
        ["training/Apple/1.jpg", "TEST/Apple/1.jpg"],
        ".",
        ["Test/Apple/1.jpg", "Training/Apple/1.jpg"],
        [
            "1 class (Apple), 1 photograph, taken as Training, from training",
            "1 class (Apple), 1 photograph, taken as Test, from TEST",
        ],
    ),
    "train and valid": (
        ["train/Apple/1.jpg", "valid/Apple/1.jpg"],
        ".",
        ["Test/Apple/1.jpg", "Training/Apple/1.jpg"],
        [
            "1 class (Apple), 1 photograph, taken as Training, from train",
            "1 class (Apple), 1 photograph, taken as Test, from valid",
        ],
    ),
    "train, validation and test, all numbered alike": (
        ["train/Apple/1.jpg", "Validation/Apple/1.jpg", "test/Apple/1.jpg"],
        ".",
        ["Test/Apple/1.jpg", "Test/Apple/Validation-1.jpg", "Training/Apple/1.jpg"],
        [
            "1 class (Apple), 1 photograph, taken as Training, from train",
            "1 class (Apple), 2 photographs, taken as Test, from Validation, test",
        ],
    ),
    "a flat folder": (
        ["1.jpg", "2.PNG", "notes.txt"],
        ".",
        ["Training/unlabelled/1.jpg", "Training/unlabelled/2.PNG"],
        ["1 class (unlabelled), 2 photographs, taken as Training"],
    ),
    "nested classes": (
        ["Apple/Red 1/1.jpg", "Apple/Golden/1.jpg", "Pear/1.jpg"],
        ".",
        ["Training/Apple Golden/1.jpg", "Training/Apple Red 1/1.jpg", "Training/Pear/1.jpg"],
        ["3 classes, 3 photographs, taken as Training"],
    ),
    "two levels too high": (
        ["archive/fruits/train/Apple/1.jpg", "archive/fruits/test/Apple/Red/1.jpg", "archive/paper/figure.png"],
        ".",
        ["Test/Apple Red/1.jpg", "Training/Apple/1.jpg"],
        [
            "1 class (Apple), 1 photograph, taken as Training, from archive/fruits/train",
            "1 class (Apple Red), 1 photograph, taken as Test, from archive/fruits/test",
        ],
    ),
    "two levels too low": (
        ["train/Kiwi/1.jpg", "test/Kiwi/1.jpg", "test/Pear/1.jpg"],
        "test/Kiwi",
        ["Test/Kiwi/1.jpg"],
        ["1 class (Kiwi), 1 photograph, taken as Test"],
    ),
    # beyond the nine
    "one level too low": (
        ["Training/Kiwi/1.jpg", "Training/Apple/Red/1.jpg"],
        "Training",
        ["Training/Apple Red/1.jpg", "Training/Kiwi/1.jpg"],
        ["2 classes, 2 photographs, taken as Training"],
    ),
    "a nested class by itself": (
        ["train/Apple/Red/1.jpg", "train/Apple/Golden/1.jpg", "val/Apple/Red/1.jpg"],
        "train/Apple",
        ["Training/Apple Golden/1.jpg", "Training/Apple Red/1.jpg"],
        ["2 classes, 2 photographs, taken as Training"],
    ),
    "validation by itself, named as with the whole": (
        ["train/Kiwi/1.jpg", "val/Kiwi/1.jpg", "test/Kiwi/1.jpg"],
        "val",
        ["Test/Kiwi/val-1.jpg"],
        ["1 class (Kiwi), 1 photograph, taken as Test"],
    ),
    "classes one level too high": (
        ["fruits/Apple/1.jpg", "fruits/Pear/1.jpg", "cover.jpg"],
        ".",
        ["Training/Apple/1.jpg", "Training/Pear/1.jpg"],
        ["2 classes, 2 photographs, taken as Training, from fruits"],
    ),
    "splits without labels": (
        ["train_set/a.jpg", "Test-Set/a.jpg"],
        ".",
        ["Test/unlabelled/a.jpg", "Training/unlabelled/a.jpg"],
        [
            "1 class (unlabelled), 1 photograph, taken as Training, from train_set",
            "1 class (unlabelled), 1 photograph, taken as Test, from Test-Set",
        ],
    ),
    "a split by itself": (
        ["val/Kiwi/1.jpg"],
        ".",
        ["Test/Kiwi/1.jpg"],
        ["1 class (Kiwi), 1 photograph, taken as Test, from val"],
    ),
    "a class of a lone split, spelt as in the bucket": (
        ["Test/Kiwi/1.jpg"],
        "Test/Kiwi",
        ["Test/Kiwi/1.jpg"],
        ["1 class (Kiwi), 1 photograph, taken as Test"],
    ),
    "a folder that is called test for another reason": (
        ["test/Apple/1.jpg", "test/Pear/1.jpg", "letters/a.txt"],
        "test",
        ["Training/Apple/1.jpg", "Training/Pear/1.jpg"],
        ["2 classes, 2 photographs, taken as Training"],
    ),
}

# Each: the files, and words that the cause and the remedy must have.
REFUSED = {
    "a class or a split": (
        ["Apple/1.jpg", "Pear/1.jpg", "test/1.jpg"],
        [
            "test as Test, without Apple, Pear; or all of them as classes of Training",
            "photographs in Apple, Pear, test",
        ],
        ["move Apple, Pear into a folder train, beside test", "give test a name that is no split's"],
    ),
    "classes beside one split with classes": (
        ["Apple/1.jpg", "Pear/1.jpg", "val/Apple/1.jpg"],
        ["val as Test, without Apple, Pear; or all of them as classes of Training"],
        ["move Apple, Pear into a folder train, beside val"],
    ),
    "a class beside splits without classes": (
        ["Pear/1.jpg", "train/1.jpg", "test/1.jpg"],
        ["test, train as Test and Training, without Pear; or all of them as classes"],
        ["move Pear into a folder train"],
    ),
    "data sets or classes with splits": (
        ["Apple/train/1.jpg", "Apple/test/1.jpg", "Pear/train/1.jpg"],
        ["as 2 data sets (Apple, Pear), or as classes of these names", "found: Apple/test, Apple/train, Pear/train"],
        ["name one data set: --dataset '{root}/Apple'", "put splits above classes"],
    ),
    "a flat folder or a class": (
        ["1.jpg", "2.jpg", "thumbs/1.jpg"],
        ["2 photographs without a class, or 1 with one", "in the folder itself, and in thumbs"],
        ["into a folder of their class; or those of all folders into one"],
    ),
    "one class in two folders": (
        ["Apple/Red 1/1.jpg", "Apple Red 1/2.jpg"],
        ["the folders Apple Red 1, Apple/Red 1 would both be the class Apple Red 1"],
        ["rename one of them"],
    ),
    "one name for two photographs": (
        ["train/Kiwi/1.jpg", "training/Kiwi/1.jpg"],
        ["train/Kiwi/1.jpg", "training/Kiwi/1.jpg", "would both be data/raw/Training/Kiwi/1.jpg"],
        ["rename one of the two photographs"],
    ),
}


def lay_out(root: Path, files: list[str]) -> Path:
    for name in files:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(os.fsencode(name))
    return root


@pytest.mark.parametrize("layout", LAYOUTS)
def test_it_is_understood_and_said(tmp_path, layout):
    files, named, names, said = LAYOUTS[layout]
    found = tree.scan(lay_out(tmp_path / "data", files) / named)
    assert [photograph.name for photograph in found.photographs] == names
    assert found.describe() == said
    for photograph in found.photographs:  # each name leads to its own file, both ways
        path = found.root / photograph.path
        assert path.read_bytes() == path.relative_to(tmp_path / "data").as_posix().encode()
        assert found.file(photograph.name) == path
    assert len({photograph.path for photograph in found.photographs}) == len(names)


@pytest.mark.parametrize("layout", REFUSED)
def test_it_is_refused_with_both_readings(tmp_path, layout):
    files, causes, remedies = REFUSED[layout]
    with pytest.raises(UsageError) as caught:
        tree.scan(lay_out(tmp_path, files))
    assert [words for words in causes if words not in caught.value.cause] == []
    assert [words for words in remedies if words.format(root=tmp_path) not in caught.value.remedy] == []


def test_names_that_are_not_utf8_are_shown_escaped(tmp_path):
    odd = os.fsdecode(b"\xff")
    found = tree.scan(lay_out(tmp_path / "wrapped", [f"{odd}/Apple/1.jpg", f"{odd}/Pear/1.jpg"]))
    assert found.describe() == ["2 classes, 2 photographs, taken as Training, from \\xff"]
    with pytest.raises(UsageError, match=r"without \\xff; or all of them as classes"):
        tree.scan(lay_out(tmp_path / "beside", [f"{odd}/1.jpg", "test/1.jpg"]))


def test_the_remedies_work(tmp_path):
    for name, split in (("held out", "Training"), ("train", None)):
        root = lay_out(tmp_path / name, ["Apple/1.jpg", "Pear/1.jpg", "test/Apple/1.jpg"])
        if split:
            (root / "test").rename(root / name)
            assert tree.scan(root).splits == [split]
        else:
            (root / name).mkdir()
            for label in ("Apple", "Pear"):
                (root / label).rename(root / name / label)
            assert tree.scan(root).splits == ["Training", "Test"]


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_photograph_arrives_under_its_name(s3, store, tmp_path, layout, packed, capsys):
    files, named, names, said = LAYOUTS[layout]
    root = lay_out(tmp_path / "data", files) / named
    upload.run(root, store, packed=packed)
    told = capsys.readouterr().err.splitlines()
    assert [line for line in told if line in said] == said
    arrived = {}
    for key, content in s3.content().items():
        if key.endswith(".parquet"):
            rows = pq.read_table(io.BytesIO(content)).to_pylist()
            assert all(row["label"] == row["path"].split("/")[1] for row in rows)
            arrived |= {row["path"]: row["content"] for row in rows}
        elif not key.endswith("manifest.json"):
            arrived[key.removeprefix("data/raw/")] = content
    found = tree.scan(root)
    assert arrived == {one.name: (found.root / one.path).read_bytes() for one in found.photographs}
    assert sorted(arrived) == names
    assert upload.run(root, store, packed=packed).sent == 0


def test_a_plan_says_what_was_understood(store, tmp_path):
    root = lay_out(tmp_path / "data", ["Apple/1.jpg", "Pear/1.jpg"])
    work = plan.make(tree.scan(root), store, upload.ledger_of(store))
    assert "  2 classes, 2 photographs, taken as Training" in plan.describe(work, free=True)


def test_what_is_left_out_is_counted_by_the_class_in_the_bucket(store, tmp_path):
    files = ["train/Apple/Red/1.jpg", "train/Apple/Red/notes.txt", "train/Apple/Red/old/1.jpg", "train/.git/x", "a.txt"]
    root = lay_out(tmp_path / "data", files)
    upload.run(root, store, packed=True)
    manifest = store.read_json("data/packed/Training/manifest.json")
    assert manifest["ignored"] == {
        "": {"hidden": 1},
        "Apple Red": {"neither JPEG nor PNG": 1, "not in <split>/<class>/": 1},
    }


def test_a_part_of_a_data_set_deletes_nothing(store, tmp_path):
    root = lay_out(tmp_path / "data", ["Training/Apple/1.jpg", "Test/Apple/1.jpg", "Test/Pear/1.jpg"])
    upload.run(root, store)
    for part in ("Test", "Test/Pear"):
        with pytest.raises(UsageError, match="only a part of a data set, and --delete") as caught:
            upload.run(root / part, store, delete=True)
        assert f"--dataset '{root}'" in caught.value.remedy
    assert len(list(store.keys("data/raw/"))) == 3
    (root / "Test/Pear/1.jpg").unlink()
    assert upload.run(root, store, delete=True).deleted == 1


def test_the_demonstration_takes_a_sample_as_the_bucket_will_have_it(tmp_path, monkeypatch):
    from orchard.photographs import dataset

    monkeypatch.setattr(dataset, "SAMPLE", tmp_path / "sample")
    root = lay_out(tmp_path / "data", ["val/Apple/Red/1.jpg", "val/Apple/Red/2.jpg"])
    assert split_of(root, "Training") == "Test"
    assert sample(root, "Test", 10) == (tmp_path / "sample", 2)
    assert [photograph.path for photograph in tree.scan(tmp_path / "sample").photographs] == [
        "Test/Apple Red/1.jpg",
        "Test/Apple Red/2.jpg",
    ]
