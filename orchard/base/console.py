"""The terminal: lines for people, and questions."""

import sys

from orchard.base.errors import UsageError


def say(*lines: str) -> None:
    """Print plain lines to standard error, where nothing that a pipe reads is lost among them."""
    for line in lines:
        print(line, file=sys.stderr, flush=True)


def ask(question: str) -> str:
    """Ask the user at the terminal.

    Raises:
        UsageError: there is nobody to ask.
    """
    try:
        return input(question).strip()
    except EOFError:
        raise UsageError("there is no terminal to ask on, so nothing was changed", "call again with --yes") from None
