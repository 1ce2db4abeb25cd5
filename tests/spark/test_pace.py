"""How fast workers are once they are warm: worked out from what they tell."""

import pytest

from fruits import pace


@pytest.fixture
def clock(monkeypatch):
    """A clock that the test sets."""
    now = [100.0]
    monkeypatch.setattr(pace.time, "time", lambda: now[0])
    monkeypatch.setattr(pace, "_first", {})
    return now


def test_a_worker_tells_of_what_follows_its_first_portion(clock):
    told: pace.Spans = {}
    for clock[0], rows in ((107.0, 32), (107.5, 32), (108.0, 16)):
        told = pace.Together().addInPlace(told, pace.portion_done(1, rows))
    assert list(told.values()) == [(107.0, 108.0, 48)]
    assert pace.measure(told, cores=2) == (107.0, 48.0)


def test_another_run_in_the_same_worker_begins_anew(clock):
    pace.portion_done(1, 32)
    clock[0] = 5_000.0
    assert list(pace.portion_done(2, 32).values()) == [(5_000.0, 5_000.0, 0)]


def test_workers_side_by_side_are_added_up():
    told = {"a": (7.0, 9.0, 200), "b": (8.0, 9.0, 120)}
    assert pace.measure(told, cores=2) == (7.0, pytest.approx(320 / 3 * 2, abs=0.1))


def test_workers_that_follow_one_another_on_a_core_are_not():
    told = {"a": (7.0, 9.0, 200), "b": (12.0, 14.0, 200)}
    assert pace.measure(told, cores=1) == (7.0, 100.0)


def test_where_a_worker_had_one_portion_only_nothing_is_said_of_the_rate():
    assert pace.measure({"a": (7.0, 9.0, 200), "b": (8.0, 8.0, 0)}, cores=2) == (7.0, None)
    assert pace.measure({}, cores=2) is None
