"""Lengths of time, written and read."""

from datetime import timedelta

import pytest

from orchard.base import durations
from orchard.base.errors import UsageError


@pytest.mark.parametrize(
    ("text", "minutes"), [("2h", 120), ("90m", 90), ("1h30m", 90), ("1 H 30 min", 90), ("1.5h", 90), ("1d", 1440)]
)
def test_lengths_are_read(text, minutes):
    assert durations.parse(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["", "2", "h", "-2h", "0h", "two hours", "2h3"])
def test_what_is_no_length_is_refused_with_an_example(text):
    with pytest.raises(UsageError, match="is not a length of time") as caught:
        durations.parse(text)
    assert caught.value.remedy == "write it as 2h, 90m or 1h30m"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),
        (0.41, "0.4 s"),
        (3.0, "3 s"),
        (9.97, "10 s"),
        (59, "59 s"),
        (59.9, "1 min"),
        (288.3, "4 min 48 s"),
        (4980, "1 h 23 min"),
        (7199.9, "2 h"),
        (61, "1 min 1 s"),
        (1201, "20 min"),
        (3600, "1 h"),
        (5400, "1 h 30 min"),
        (40 * 3600, "40 h"),
        (6 * 86400 + 7200, "6 d 2 h"),
    ],
)
def test_lengths_are_said_in_two_units(seconds, text):
    assert durations.say(seconds) == text
