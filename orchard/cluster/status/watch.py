"""The status again and again: redrawn on a terminal, a line for each change elsewhere."""

import sys
import time
from collections.abc import Callable
from contextlib import suppress

from rich.console import Console
from rich.live import Live

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
    console = console or Console()
    if not console.is_terminal:
        _plainly(look, money, interval)
        return
    status = look()
    with suppress(KeyboardInterrupt), Live(console=console, screen=True, auto_refresh=False) as live:
        live.update(render(status, money), refresh=True)
        while status.clusters:
            time.sleep(interval)
            status = look()
            live.update(render(status, money), refresh=True)
    console.print(render(status, money))  # the other screen is gone: leave the last look on this one


def _plainly(look: Callable[[], Status], money: Money, interval: float) -> None:
    last: list[str] = []
    while True:
        status = look()
        now = lines(status, money)
        for line in now:
            if line not in last:
                print(f"{status.taken:%H:%M:%S} {line}", flush=True)
        last = now
        if not status.clusters:
            for ended in status.ended[:1]:
                print(f"{ended.name} has ended: {ended.reason or ended.state}", flush=True)
            return
        sys.stdout.flush()
        time.sleep(interval)
