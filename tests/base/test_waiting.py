"""A sign of life while something goes on that tells nothing itself."""

import threading

import pytest

from orchard.base import progress, waiting
from orchard.base.errors import OrchardError
from tests.waiting import until


@pytest.fixture
def said(monkeypatch):
    lines: list[str] = []
    monkeypatch.setattr(progress, "say", lines.append)
    monkeypatch.setattr(progress, "EARLY", 0)
    return lines


def test_what_lasts_is_shown_until_it_ends(said):
    with waiting.shown("cluster: planning", quiet=0, turn=0.01):
        until(lambda: list(said), lambda lines: len(lines) > 1)
    assert said[0] == "cluster: planning for 0 s"
    assert waiting.__name__ not in {thread.name for thread in threading.enumerate()}


def test_what_is_soon_over_is_not_shown(said):
    with waiting.shown("cluster: planning"):
        pass
    assert said == []


def test_an_error_passes_and_ends_the_showing(said):
    with pytest.raises(OrchardError, match="refused"), waiting.shown("cluster: planning", quiet=0, turn=0.01):
        raise OrchardError("refused", "ask again")
    shown = len(said)
    assert waiting.__name__ not in {thread.name for thread in threading.enumerate()}
    assert len(said) == shown


def test_of_a_part_nothing_is_shown(said):
    whole, part = (waiting.shown(f"cluster: {what}", quiet=0, turn=0.01) for what in ("planning", "a part"))
    with whole, part:
        until(lambda: list(said), lambda lines: len(lines) > 1)
    assert {line.partition(" for ")[0] for line in said} == {"cluster: planning"}


def test_beside_other_work_nothing_is_shown(said):
    def work() -> None:
        with waiting.shown("cluster: planning", quiet=0, turn=0.01):
            before.append(waiting.__name__ in {thread.name for thread in threading.enumerate()})

    before: list[bool] = []
    beside = threading.Thread(target=work)
    beside.start()
    beside.join()
    assert before == [False]
    assert said == []
