"""How long work usually takes, from what was remembered."""

import pytest

from orchard.base import usual_time


def test_nothing_is_known_at_first(tmp_path):
    assert usual_time.seconds("up aws", tmp_path / "none") is None


def test_the_usual_is_the_middle_of_the_latest_of_its_kind(tmp_path):
    for seconds in (9000, 100, 120, 4000, 130, 110):  # the first is forgotten, one odd one does not count
        usual_time.remember("up aws", seconds, tmp_path)
    usual_time.remember("up local", 20, tmp_path)
    assert usual_time.seconds("up aws", tmp_path) == 120
    assert usual_time.seconds("up local", tmp_path) == 20


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"up aws": ["x"]}', '{"up aws": 3}', '{"up aws": null}', "\xff"])
def test_a_damaged_record_is_none_and_is_written_anew(tmp_path, text):
    (tmp_path / usual_time.FILE).write_bytes(text.encode("latin-1"))
    assert usual_time.seconds("up aws", tmp_path) is None
    usual_time.remember("up aws", 60, tmp_path)
    assert usual_time.seconds("up aws", tmp_path) == 60


def test_a_place_that_cannot_be_written_fails_nothing(tmp_path):
    usual_time.remember("up aws", 60, tmp_path / "none")
    assert usual_time.seconds("up aws", tmp_path / "none") is None


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1, "5 s"),
        (12.4, "10 s"),
        (56, "55 s"),
        (59, "1 min"),
        (80, "1 min 30 s"),
        (130, "2 min"),
        (590, "10 min"),
        (760, "13 min"),
    ],
)
def test_a_guess_is_not_said_more_exactly_than_it_is(seconds, text):
    assert usual_time.about(seconds) == text
