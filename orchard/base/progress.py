"""Long work as the user sees it: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from typing import Any, Self

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, ProgressColumn, SpinnerColumn, TextColumn

from orchard.base import counts, durations
from orchard.base.console import say, screen
from orchard.base.language import headed, tr

MARGINS = 8  # columns of a bar's line: its turning sign, and what lies between its parts
# Seconds between two lines about the same phase, where there is no terminal: in its first minute, and after that, when
# it is known that it takes long.
EARLY, LATER, MINUTE = 3.0, 10.0, 60.0


class Display:
    """Shows how far long work is; used in a `with`, in any thread.

    Args:
        phase: what is done at first. Where there is no terminal, each other phase gets a line when it begins.
        bar: whether there may be one; it needs the terminal for itself, so not beside other work that prints.
    """

    def __init__(self, phase: str, *, bar: bool = True) -> None:
        self.phase = self._line = phase = tr(phase)
        self._since = self._shown_at = time.monotonic()
        self.remarked = ""  # what a job said beside its progress, last
        console = screen(stderr=True)
        self._width, long = console.width, max(10, console.width // 6)
        columns = (
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(long),
            TextColumn("{task.fields[words]}"),
        )
        self._bar = _progress(*columns, console=console) if bar and console.is_terminal else None
        self._task = self._bar.add_task(escape(phase), total=None, words="") if self._bar else None

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def show(self, phase: str, words: str, done: int = 0, total: int | None = None) -> None:
        """Show the phase, how it stands in words, and how much of it is done."""
        phase, words = tr(phase), tr(words)
        if self._bar and self._task is not None:
            self._bar.update(
                self._task,
                description=escape(phase),
                words=escape(fitted(words, self._width - self._width // 6 - len(phase) - MARGINS)),
                completed=done,
                total=total,
            )
            return
        now = time.monotonic()
        interval = EARLY if now - self._since < MINUTE else LATER
        if phase == self.phase and now - self._shown_at < interval:
            return
        self._since = self._since if phase == self.phase else now
        self.phase, self._shown_at = phase, now
        before, self._line = self._line, f"{phase} {words}".rstrip()
        lasting = tr(f", for {durations.say(now - self._since)} now") if self._line == before else ""
        self.remark(self._line + lasting)

    def remark(self, line: str) -> None:
        """Print a line that stays, among what only passes."""
        if self._bar:
            self._bar.console.print(escape(tr(line)))
        else:
            say(line)


def fitted(words: str, room: int) -> str:
    """Return words that have room, cut at the end where they are longer: a bar would cut what comes before them."""
    return words if len(words) <= room else f"{words[: max(0, room - 1)]}…"


def _progress(*columns: ProgressColumn, console: Console) -> Progress:
    """Make a bar; lines stay above it, but for those of a standard output that a pipe reads."""
    return Progress(*columns, console=console, transient=True, redirect_stdout=sys.stdout.isatty())


def show_job(display: Display, state: dict[str, Any]) -> None:
    """Show what a job's `_progress.json` says; an empty one is the time before its first word, or between two jobs."""
    if not state and display.phase:
        return
    if (remark := state.get("remark")) and remark != display.remarked:
        display.remarked = remark
        display.remark(remark)
    display.show(describe(state), in_words(state), state.get("done", 0), state.get("total") or None)


def describe(state: dict[str, Any]) -> str:
    """Say which job is in which phase."""
    if not state:
        return tr("starting")
    job = tr(state["job"])
    return headed(job, tr(state["phase"])) if state["phase"] != state["job"] else job


def in_words(state: dict[str, Any]) -> str:
    """Say how far the phase is, how fast images go through and how long it takes yet, as far as that is known."""
    speed, seconds = state.get("images_per_second", 0), seconds_left(state)
    parts = [counted(state), counts.images_a_second(speed) if speed else ""]
    parts.append("" if seconds is None else tr(f"about {durations.say(seconds)} left"))
    return ", ".join(part for part in parts if part)


def counted(state: dict[str, Any]) -> str:
    """Say how many images are done; empty where the phase does not count them."""
    return tr(f"{state['done']:,}/{state['total']:,} images") if state.get("total") else ""


def seconds_left(state: dict[str, Any]) -> float | None:
    """Return how long the phase will take yet, by its images a second; None where that is not known."""
    speed, total = state.get("images_per_second", 0), state.get("total", 0)
    return max(0.0, (total - state.get("done", 0)) / speed) if speed and total else None
