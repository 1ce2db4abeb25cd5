"""What `./inv` runs: Invoke's own program, whose complaints about a command line become a cause and a remedy."""

import re
import tomllib
from collections.abc import Callable

from invoke import Exit, Program
from invoke.exceptions import ParseError
from invoke.parser import ParserContext
from invoke.parser.context import to_flag

from orchard.base.console import say
from orchard.base.nearest import suggest
from orchard.commands.task import ended_by_its_reader


class OrchardProgram(Program):
    """Invoke's program; the words that it takes are Invoke's."""

    def print_version(self) -> None:
        """Print Orchard's version, not Invoke's."""
        from orchard.base.config import ROOT

        print("Orchard", tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])

    def parse_tasks(self) -> None:
        """Read the tasks and their flags."""
        self._explained(super().parse_tasks)

    def parse_cleanup(self) -> None:
        """Do what asks for no task, such as --list and --help."""
        self._explained(super().parse_cleanup)

    def _explained(self, step: Callable[[], None]) -> None:
        try:
            step()
        except ParseError as error:
            say(*explain(str(error), error.context, self.parser.contexts))
            raise Exit(code=2) from None
        except BrokenPipeError:
            raise ended_by_its_reader() from None


def explain(complaint: str, context: ParserContext | None, tasks: list[str]) -> tuple[str, str]:
    """Return a line of cause and one of remedy for a command line that Invoke cannot read.

    Args:
        complaint: by Invoke.
        context: the task whose flags were read then.
        tasks: the names of all.
    """
    task = context.name if context else None
    flags = [to_flag(argument.names[0]) for argument in context.args.values()] if context else []
    listed = f"./inv --help {task}" if task else "./inv --list"
    if unknown := re.fullmatch(r"No idea what '(.*)' is!", complaint):
        word = unknown[1]
        if word.startswith("-"):
            return f"error: {task or './inv'} has no flag {word}", f"remedy: {suggest(word, flags)} ({listed})"
        if task:
            takes = ", ".join(flags) or "no flags"
            return f"error: {task} takes no such word, and no task is called {word}", f"remedy: {task} takes {takes}"
        return f"error: no task is called {word}", f"remedy: {suggest(word, tasks)} ({listed})"
    if valueless := re.match(r"Flag <Argument: ([\w-]+)", complaint):
        return f"error: {task or './inv'} {to_flag(valueless[1])} needs a value", f"remedy: {listed}"
    return f"error: {complaint}", f"remedy: {listed}"
