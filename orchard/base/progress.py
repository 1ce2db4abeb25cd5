"""Long work as the user sees it: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn

from orchard.base import durations

PLAIN_INTERVAL = 10.0  # seconds between two lines about the same phase, where there is no terminal

STEADY = ("apply_start", "apply_progress", "apply_complete")
REMARKABLE = ("diagnostic", "apply_errored", "interrupt")  # shown whole, among the rest that is only counted

Report = Callable[[dict[str, Any]], None]


@contextmanager
def display() -> Iterator[Report]:
    """Show what a job's `_progress.json` says, each time the returned function is called with its content."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _plain()
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[said]}"))
    with Progress(*columns, console=console, transient=True) as bars:
        task = bars.add_task("starting", total=None, said="")

        def report(state: dict[str, Any]) -> None:
            words = (counted(state), rate(state), left(state))
            bars.update(
                task,
                description=describe(state),
                completed=state.get("done", 0),
                total=state.get("total") or None,
                said=", ".join(word for word in words if word),
            )

        yield report


def describe(state: dict[str, Any]) -> str:
    """Say which job is in which phase."""
    if not state:
        return "starting"
    return f"{state['job']}: {state['phase']}" if state["phase"] != state["job"] else state["job"]


def counted(state: dict[str, Any]) -> str:
    """Say how many images are done; empty where the phase does not count them."""
    return f"{state['done']:,}/{state['total']:,} images" if state.get("total") else ""


def rate(state: dict[str, Any]) -> str:
    """Say how fast images go through; empty where the phase does not count them."""
    speed = state.get("images_per_second", 0)
    return f"{speed:.0f} images/s" if speed >= 1 else f"{speed:.1f} images/s" if speed else ""


def left(state: dict[str, Any]) -> str:
    """Say how long the phase will take yet, by its images a second; empty where that is not known."""
    speed = state.get("images_per_second", 0)
    if not speed or not state.get("total"):
        return ""
    return f"about {durations.say(max(0, state['total'] - state['done']) / speed)} left"


@contextmanager
def changes(what: str, total: int) -> Iterator[Callable[[str, str], None]]:
    """Show how far Terraform is with a plan's changes.

    Args:
        what: is being changed, such as `foundation: apply`.
        total: how many changes the plan has.

    Yields:
        what is to be told of each event: its kind (`apply_start`, `apply_complete`, ...) and its one-line message.
    """
    console = Console(stderr=True)
    done, last = 0, time.monotonic()
    if console.is_terminal:
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=console,
            transient=True,
        ) as bars:
            task = bars.add_task(what, total=total)

            def show(kind: str, message: str) -> None:
                bars.update(task, advance=kind == "apply_complete", description=f"{what}  {escape(message)[:70]}")
                if kind in REMARKABLE:
                    bars.console.print(escape(message))

            yield show
        return

    def tell(kind: str, message: str) -> None:
        nonlocal done, last
        done += kind == "apply_complete"
        if kind in REMARKABLE:
            print(message, file=sys.stderr, flush=True)
        elif kind in STEADY and time.monotonic() - last >= PLAIN_INTERVAL:
            print(f"{what}: {done} of {total} done; {message}", file=sys.stderr, flush=True)
            last = time.monotonic()

    yield tell


def _plain() -> Report:
    last: dict[str, Any] = {"time": float("-inf"), "text": ""}

    def report(state: dict[str, Any]) -> None:
        if not state and last["text"]:
            return  # between two steps, or after the last
        text, now = describe(state), time.monotonic()
        if text == last["text"] and now - last["time"] < PLAIN_INTERVAL:
            return
        words = [f"{text} {counted(state)}".rstrip(), rate(state), left(state)]
        print(", ".join(word for word in words if word), file=sys.stderr, flush=True)
        last.update(time=now, text=text)

    return report
