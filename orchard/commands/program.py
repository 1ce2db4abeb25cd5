"""What `./inv` runs: Invoke's own program, whose complaints about a command line become a cause and a remedy."""

import inspect
import tomllib
from collections.abc import Callable
from typing import NoReturn

from invoke import Exit, Program
from invoke.exceptions import ParseError
from invoke.parser import ParserContext

from orchard.base.console import say, tell
from orchard.base.language import tr
from orchard.commands import beginning
from orchard.commands.complaints import Line, explain
from orchard.commands.task import ended_by_its_reader


class OrchardProgram(Program):
    """Invoke's program; the words that it takes are Invoke's."""

    def print_version(self) -> None:
        """Print Orchard's version, not Invoke's."""
        from orchard.base.places import ROOT

        print("Orchard", tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])

    def no_tasks_given(self) -> None:
        """Say where to begin: a bare ./inv is most likely somebody's first."""
        tell(*map(tr, beginning.LINES))
        raise Exit

    def print_task_help(self, name: str) -> None:
        """Print what a task does and what its flags are."""
        flags = self.parser.contexts[name].help_tuples()
        tell(f"Usage: ./inv {name} [flags]" if flags else f"Usage: ./inv {name}", "")
        tell(*inspect.cleandoc(self.collection[name].__doc__ or "").splitlines(), "")
        if flags:
            self.print_columns(flags)

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
            self._end(str(error), error.context)
        except Exit as end:
            if not end.message:
                raise
            self._end(end.message, None)
        except BrokenPipeError:
            raise ended_by_its_reader() from None

    def _end(self, complaint: str, context: ParserContext | None) -> NoReturn:
        task = context.name if context else None
        line = Line(self.argv[1:], task, context, self.parser.contexts)
        cause, remedy = explain(complaint, line)
        say(f"error: {cause}", f"remedy: {remedy}")
        raise Exit(code=2) from None
