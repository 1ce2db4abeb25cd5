"""What can go wrong in a way that a user can mend: one line of cause, one of remedy, an exit code."""

from orchard.base.language import told
from orchard.base.visible import shown


class OrchardError(Exception):
    """A failure with its remedy.

    Attributes:
        cause: one line that says what is wrong, with the value at fault.
        remedy: one line that says what to do about it.
        exit_code: 1 for a failure, 2 for wrong usage.
    """

    exit_code = 1

    def __init__(self, cause: str, remedy: str) -> None:
        super().__init__(shown(cause))
        self.cause = cause
        self.remedy = remedy

    def _render_traceback_(self) -> list[str]:
        """Show two lines instead of a traceback in a notebook (IPython, custom exceptions)."""
        return [shown(line) for line in told(f"error: {self.cause}", f"remedy: {self.remedy}")]


class UsageError(OrchardError):
    """The command or a setting is wrong; nothing was done."""

    exit_code = 2


class InterruptedByUserError(OrchardError):
    """The user pressed Ctrl-C; the remedy names what is still there and how to go on."""

    exit_code = 130


class ToldToEndError(KeyboardInterrupt):
    """SIGTERM or SIGHUP: to be treated as Ctrl-C, so that what is under way ends in order.

    Attributes:
        exit_code: 128 and the signal's number, as shells count.
    """

    def __init__(self, number: int) -> None:
        super().__init__()
        self.exit_code = 128 + number
