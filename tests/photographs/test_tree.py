"""Which files of a directory are photographs, and which layer of the tree is the right one."""

import os

import pytest

from orchard.base.errors import UsageError
from orchard.photographs import tree


def touch(path, content=b"x"):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def test_photographs_in_the_order_of_keys_and_the_rest_by_reason(tmp_path, monkeypatch):
    monkeypatch.setattr(tree, "LARGEST", 100)
    for name in ("Training/b/1.jpg", "Training/a b/2.JPEG", "Test/é/3.png", "Test/Z/4.jpg", "LICENSE"):
        touch(tmp_path / name)
    for name in ("Test/Z/.DS_Store", "Test/Z/._4.jpg", "Test/Z/notes.txt", "Test/5.jpg", "Test/Z/deep/6.jpg"):
        touch(tmp_path / name)
    touch(tmp_path / "Test/.git/1.jpg")
    touch(tmp_path / "Test/Z/empty.jpg", b"")
    touch(tmp_path / "Test/Z/large.jpg", b"x" * 101)
    (tmp_path / "Test/Z/dangling.jpg").symlink_to("nowhere")
    touch(tmp_path / "elsewhere.jpg")
    (tmp_path / "Test/Z/link.jpg").symlink_to(tmp_path / "elsewhere.jpg")
    touch(tmp_path / os.fsdecode(b"Test/Z/\xff.jpg"))
    found = tree.scan(tmp_path)
    names = [photograph.name for photograph in found.photographs]
    in_test = ["Test/Z/4.jpg", "Test/Z/empty.jpg", "Test/Z/link.jpg", "Test/é/3.png"]
    assert names == [*in_test, "Training/a b/2.JPEG", "Training/b/1.jpg"]
    assert dict(found.left_out) == {
        "Test/Z/.DS_Store": "hidden",
        "Test/Z/._4.jpg": "hidden",
        "Test/Z/notes.txt": "no image",
        "Test/5.jpg": "not in <split>/<class>/",
        "Test/Z/deep/6.jpg": "not in <split>/<class>/",
        "Test/.git/1.jpg": "hidden",
        "Test/Z/large.jpg": "larger than 0 MiB",
        "Test/Z/dangling.jpg": "a link to nothing",
        "Test/Z/\\xff.jpg": "its name is not UTF-8",
    }


def test_other_layers_are_explained(tmp_path):
    touch(tmp_path / "fruits-360/Test/Kiwi/1.jpg")
    with pytest.raises(UsageError, match="lies above the data set") as caught:
        tree.scan(tmp_path)
    assert caught.value.remedy == f"name the one inside: --dataset '{tmp_path}/fruits-360'"
    for inside in ("Test", "Test/Kiwi"):
        with pytest.raises(UsageError, match="is inside a data set, not above it") as caught:
            tree.scan(tmp_path / "fruits-360" / inside)
        assert caught.value.remedy == f"name the one above: --dataset '{tmp_path}/fruits-360'"


def test_nothing_to_send(tmp_path):
    with pytest.raises(UsageError, match="there is no directory"):
        tree.scan(tmp_path / "none")
    with pytest.raises(UsageError, match="is empty"):
        tree.scan(tmp_path)
    touch(tmp_path / "Test/Kiwi/1.gif")
    with pytest.raises(UsageError, match="there are no photographs in"):
        tree.scan(tmp_path)
