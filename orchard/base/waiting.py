"""A sign of life while something goes on that tells nothing itself, such as Terraform's planning."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from orchard.base import durations
from orchard.base.progress import Display

QUIET = 1.0  # seconds in which nobody misses a sign of life
TURN = 1.0  # seconds between two of them


@contextmanager
def shown(doing: str, quiet: float = QUIET, turn: float = TURN) -> Iterator[None]:
    """Show what goes on, and for how long: a bar on a terminal, a line now and then elsewhere.

    What goes on may print, and must not ask. Nothing is shown in a thread beside other work, nor of a part of what is
    shown as a whole.

    Args:
        doing: what goes on: `cluster: planning`.
        quiet: seconds after which the first sign comes.
        turn: seconds between two.
    """
    if threading.current_thread() is not threading.main_thread() or any(
        thread.name == __name__ for thread in threading.enumerate()
    ):
        yield
        return
    ended = threading.Event()
    thread = threading.Thread(name=__name__, target=_show, args=(doing, ended, quiet, turn), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _show(doing: str, ended: threading.Event, quiet: float, turn: float) -> None:
    began = time.monotonic()
    if ended.wait(quiet):
        return
    with Display(doing) as display:
        while True:
            display.show(doing, f"for {durations.say(round(time.monotonic() - began))}")
            if ended.wait(turn):
                return
