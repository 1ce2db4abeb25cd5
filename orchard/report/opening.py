"""A page in the user's own browser, with a window."""

import sys
import webbrowser
from contextlib import suppress
from pathlib import Path

from orchard.base.console import YES, ask, say
from orchard.base.errors import UsageError


def show(page: Path) -> None:
    """Open a page, or say that there is no browser."""
    if not webbrowser.open(page.resolve().as_uri()):
        say("There is no browser to show it; open the file yourself.")


def offer(page: Path) -> None:
    """Ask at a terminal whether to open a page; elsewhere nobody is asked."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return
    with suppress(UsageError):  # Ctrl-D is a no
        if ask("Open the report in the browser? [y/N] ").lower() in ("y", "o", *YES):
            show(page)
