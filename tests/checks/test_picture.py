"""The README's picture is taken by a user's own commands, and never over what is in use."""

import pytest

from checks import picture
from orchard.base.errors import OrchardError, UsageError


@pytest.fixture
def called(monkeypatch, tmp_path):
    """Note the commands instead of calling them; nothing is up."""
    lines = []
    (tmp_path / "Test" / "Kiwi").mkdir(parents=True)
    (tmp_path / "Test" / "Kiwi" / "1.jpg").write_bytes(b"x")
    monkeypatch.setattr(picture, "connect", lambda *_, start: None)
    monkeypatch.setattr(picture, "_call", lambda *words: lines.append(words))
    return lines


def test_without_photographs(tmp_path):
    with pytest.raises(UsageError, match="there are no photographs"):
        picture.take(tmp_path / "none")


def test_a_local_aws_in_use_is_left_alone(called, tmp_path, monkeypatch):
    monkeypatch.setattr(picture, "connect", lambda *_, start: object())
    with pytest.raises(UsageError, match="the local AWS is up already"):
        picture.take(tmp_path)
    assert called == []


def test_what_was_made_is_taken_down_whatever_fails(called, tmp_path, monkeypatch):
    def call(*words: str) -> None:
        called.append(words)
        if words[0] == "run":
            raise OrchardError("it failed", "again")

    monkeypatch.setattr(picture, "_call", call)
    with pytest.raises(OrchardError, match="it failed"):
        picture.take(tmp_path)
    assert [words[0] for words in called] == ["up", "upload-dataset", "run", "cleanup"]
    assert called[2][-2:] == ("--split", "Test")
