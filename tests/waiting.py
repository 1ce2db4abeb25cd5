"""Waiting in tests: for what must become true, never for a time."""

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 180.0  # seconds: long enough on a machine that does much else; a test that passes never waits for it
T = TypeVar("T")


def until(ask: Callable[[], T], holds: Callable[[T], object] = bool) -> T:
    """Ask again and again until the answer holds; returns it.

    Less often with time: twenty questions a second to a local AWS take an eighth of a core.

    Raises:
        AssertionError: it did not for PATIENCE seconds; tells the last answer.
    """
    end, pause = time.monotonic() + PATIENCE, 0.05
    while not holds(answer := ask()):
        assert time.monotonic() < end, f"after {PATIENCE:.0f} s still {answer}"
        time.sleep(pause)
        pause = min(1.1 * pause, 0.2)
    return answer
