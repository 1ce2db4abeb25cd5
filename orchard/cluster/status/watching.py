"""The status again and again: redrawn on a terminal, a line for each change elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress

from rich.console import Console
from rich.live import Live

from orchard.base.console import screen, tell
from orchard.base.language import tr
from orchard.cluster.status.model import Status
from orchard.cluster.status.view import lines, render
from orchard.cost.money import Money


def watch(look: Callable[[], Status], money: Money, interval: float, console: Console | None = None) -> None:
    """Show the status until no cluster lives any more, or until Ctrl-C.

    Args:
        look: finds the status out.
        money: the currency to show.
        interval: seconds between two looks; EMR's calls are few to an account.
        console: where to draw; standard output by default.
    """
    console, looks = console or screen(), _looks(look, interval)
    if not console.is_terminal:
        _print_changes(looks)
        return
    status = next(looks)
    with suppress(KeyboardInterrupt), Live(console=console, screen=True, auto_refresh=False) as live:
        live.update(render(status, money), refresh=True)
        for status in looks:
            live.update(render(status, money), refresh=True)
    console.print(render(status, money))  # the other screen is gone: leave the last look on this one


def _looks(look: Callable[[], Status], interval: float) -> Iterator[Status]:
    while True:
        yield (status := look())
        if not status.clusters:
            return
        time.sleep(interval)


def _print_changes(looks: Iterator[Status]) -> None:
    before: list[str] = []
    for status in looks:
        now = lines(status)
        for line in now:
            if line not in before:
                tell(f"{status.taken:%H:%M:%S} {line}")
        before = now
    for ended in status.ended[:1]:
        tell(tr(f"{ended.name} has ended: {ended.reason or ended.state}"))
