"""The terminal: lines for people, broken between words there, and questions."""

import json
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from orchard.base.errors import UsageError
from orchard.base.language import told, tr
from orchard.base.visible import shown
from orchard.base.wrapping import width_of, wrapped

YES = ("yes", "oui")  # as an answer, whatever language asks

if TYPE_CHECKING:
    from rich.console import Console


def say(*lines: str) -> None:
    """Print plain lines to standard error, beside what a pipe reads; in the user's language."""
    for line in map(tr, lines):
        print(wrapped(shown(line), width_of(sys.stderr)), file=sys.stderr, flush=True)


def tell(*lines: str) -> None:
    """Print plain lines to standard output, as what was asked for; causes and remedies in the user's language."""
    for line in told(*lines):
        print(wrapped(shown(line), width_of(sys.stdout)), flush=True)


def ring() -> None:
    """Ring the bell of the terminal, where there is one."""
    with suppress(OSError):
        if sys.stderr.isatty():
            print("\a", end="", file=sys.stderr, flush=True)


def as_json(value: Any) -> str:
    """Return plain data as JSON for a program that reads it from standard output."""
    return json.dumps(value, indent=2)


def screen(**kwargs: Any) -> "Console":
    """Make a Rich console for tables and colours, on which what is told cannot steer the terminal.

    Args:
        kwargs: as for Rich's own.
    """
    from rich.console import Console
    from rich.segment import Segment

    class Screen(Console):
        def render(self, renderable: Any, options: Any = None) -> Iterable[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else segment._replace(text=shown(segment.text))

    return Screen(**kwargs)


def ask(question: str) -> str:
    """Ask the user at the terminal, in the user's language.

    Raises:
        UsageError: there is nobody to ask.
    """
    try:
        return input(f"{wrapped(shown(tr(question)).rstrip(), width_of(sys.stdout))} ").strip()
    except EOFError:
        print(flush=True)  # what is told next has its own line
        raise UsageError("there is no terminal to ask on, so nothing was changed", "call again with --yes") from None
