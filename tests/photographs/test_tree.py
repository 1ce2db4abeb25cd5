"""Which files of a directory are photographs."""

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
        "Test/Z/notes.txt": "neither JPEG nor PNG",
        "Test/5.jpg": "not in <split>/<class>/",
        "Test/Z/deep/6.jpg": "not in <split>/<class>/",
        "Test/.git/1.jpg": "hidden",
        "Test/Z/large.jpg": "larger than 0 MiB",
        "Test/Z/dangling.jpg": "a link to nothing",
        "Test/Z/\\xff.jpg": "its name is not UTF-8",
        "elsewhere.jpg": "beside the data set",
    }


def test_nothing_to_send(tmp_path):
    with pytest.raises(UsageError, match="there is no directory"):
        tree.scan(tmp_path / "none")
    with pytest.raises(UsageError, match=r"\(found: nothing; wanted: .jpg, .jpeg, .png, in a folder a class"):
        tree.scan(tmp_path)
    for name in ("Test/Kiwi/1.gif", "Test/Kiwi/2.GIF", "Test/README"):
        touch(tmp_path / name)
    with pytest.raises(UsageError, match=r"\(found: 2 .gif, 1 files without a suffix, in Test; wanted: "):
        tree.scan(tmp_path)


def test_what_cannot_be_read_is_named(tmp_path, monkeypatch):
    def refuse(path):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(UsageError, match=f"the folder {tmp_path} cannot be read: Permission denied"):
        tree.scan(tmp_path)
