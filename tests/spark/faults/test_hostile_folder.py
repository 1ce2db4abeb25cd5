"""A folder with every file that has ever been passed over without a word: each one is in the account."""

import json
import shutil
from pathlib import Path

import pytest

import features
from fruits import dataset, direct, names

PHOTOGRAPHS = [
    "_DSC0001.JPG",  # as cameras name them
    "_MG_1234.jpg",
    "mixed.Jpg",
    "a.jPeG",
    "line\nbreak.jpg",
    "tab\t.jpg",
    "apple 🍎.jpg",
    "50%.jpg",
    "a%20b.jpg",
    "x#y?z.jpg",
    "a+b=c&d.jpg",
    "12:30.jpg",
    "_12:30.jpg",
    "back\\slash.jpg",
    "'quotes\".jpg",
    "*[a]{b}.jpg",
    " space .jpg",
    "é" * 125 + "x.jpg",  # 255 bytes
]
IGNORED = {
    "hidden": [".DS_Store", "Kiwi/._DSC0001.JPG", ".ipynb_checkpoints/a.jpg", "Kiwi/.cache/deep/b.png"],
    "neither JPEG nor PNG": ["Kiwi/notes.txt", "Kiwi/clip.mp4", "Kiwi/deep/readme", "Thumbs.db"],
    "not in <split>/<class>/": ["stray.jpg", "Kiwi/deep/c.jpg", "Kiwi/deep/_DSC0001.JPG"],
}
REJECTED = {"Kiwi/empty.jpg": b"", "Kiwi/_empty.png": b"", "Kiwi/page.jpg": b"<html>"}


@pytest.fixture(scope="module")
def hostile(drawn, tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("hostile") / "data set"
    for folder in ("Kiwi", "a=b", "_Lemon", "Apple [old] #1 100%"):
        (root / "Test" / folder).mkdir(parents=True)
    picture = next((drawn / "Test" / "Kiwi").iterdir())
    for name in PHOTOGRAPHS:
        shutil.copy(picture, root / "Test" / "Kiwi" / name)
    for folder in ("a=b", "_Lemon", "Apple [old] #1 100%"):
        shutil.copy(picture, root / "Test" / folder / "_1.jpg")
        shutil.copy(picture, root / "Test" / folder / "2.jpg")
    for name in [name for found in IGNORED.values() for name in found]:
        (root / "Test" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(picture, root / "Test" / name)
    for name, content in REJECTED.items():
        (root / "Test" / name).write_bytes(content)
    return root


@pytest.mark.parametrize("form", ["single", "packed"])
def test_every_file_is_in_the_account(spark, hostile, pack, weights_file, tmp_path, form):
    root = hostile if form == "single" else pack(hostile)
    words = ["--input", str(root), "--output", str(tmp_path / "r"), "--split", "Test", "--mode", "full"]
    features.run(spark, features.parse([*words, "--weights", weights_file, "--max-error-rate", "0.5"]))
    manifest = json.loads((tmp_path / "r" / "_manifest.json").read_text())
    counts, ignored = manifest["counts"], manifest["ignored"]
    assert ignored == {reason: len(found) for reason, found in IGNORED.items()}
    assert (counts["featurised"], counts["rejected"]) == (len(PHOTOGRAPHS) + 6, len(REJECTED))
    files = sum(path.is_file() for path in (hostile / "Test").rglob("*"))
    assert counts["featurised"] + counts["rejected"] + sum(ignored.values()) == files
    rows = spark.read.parquet(str(tmp_path / "r" / "part-*.parquet")).select("path", "label").collect()
    assert {f"Test/Kiwi/{name}" for name in PHOTOGRAPHS} <= {row.path for row in rows}
    assert {row.label for row in rows} == {"Kiwi", "a=b", "_Lemon", "Apple [old] #1 100%"}
    errors = {row.path: row.reason for row in spark.read.parquet(str(tmp_path / "r" / "_errors")).collect()}
    assert errors == {
        "Test/Kiwi/empty.jpg": "empty file",
        "Test/Kiwi/_empty.png": "empty file",
        "Test/Kiwi/page.jpg": "not a JPEG or PNG image",
    }


def test_the_upload_has_the_same_rules(hostile):
    from orchard.photographs import tree

    found = tree.scan(hostile)
    assert all(names.why_ignored(photograph.name) == "" for photograph in found.photographs)
    assert {reason for name, reason in found.left_out if names.why_ignored(name) != reason} == set()
    assert len(found.left_out) == sum(map(len, IGNORED.values()))


def test_names_that_spark_does_not_show_are_read_from_s3_too(hostile, monkeypatch):
    """By the workers, whose pyarrow has a client of its own."""
    from fake_s3 import FakeS3
    from pyarrow import RecordBatch, array

    s3 = FakeS3()
    for name, value in {"ENDPOINT_URL": s3.url, "ACCESS_KEY_ID": "a", "SECRET_ACCESS_KEY": "b", "REGION": "x"}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    s3.put("data/raw/Test/Kiwi/_DSC 1%.JPG", b"picture")
    s3.put("data/raw/Test/Kiwi/_large.JPG", b"picture" * 9)
    wanted = [f"Test/Kiwi/{name}" for name in ("_DSC 1%.JPG", "_large.JPG", "_gone.JPG")]
    batches = [RecordBatch.from_arrays([array(wanted)], ["path"])]
    found = [batch.to_pylist() for batch in direct._contents(iter(batches), "s3a://bucket/data/raw", 20)]
    s3.server.shutdown()
    assert found == [[{"path": wanted[0], "label": "Kiwi", "content": b"picture"}]]


def test_they_are_found_where_a_bucket_is_mounted_from_a_directory(spark, hostile, tmp_path):
    """As the local AWS does it: `s3://` is a view of directories."""
    from orchard.emulator.steps import filesystems

    mirror = tmp_path / "mirror"
    mirror.mkdir()
    (mirror / "hostile").symlink_to(hostile.parent)
    properties = filesystems.properties(mirror, tmp_path, "primary")
    properties.pop("fs.defaultFS")  # the session's other tests keep their paths
    properties["fs.s3.impl"] = filesystems.OVERLOAD  # the class that refuses what S3 does is with steps only
    for name, value in properties.items():
        spark.sparkContext._jsc.hadoopConfiguration().set(name, value)
    selection = dataset.select(spark, "s3://hostile/data set", "full", "Test", 1)
    wanted = [f"Test/Kiwi/{name}" for name in ("_DSC0001.JPG", "12:30.jpg", "mixed.Jpg")]
    found = {row.path: bytes(row.content) for row in dataset.read(spark, selection, wanted).collect()}
    assert found == {path: (hostile / path).read_bytes() for path in wanted}
