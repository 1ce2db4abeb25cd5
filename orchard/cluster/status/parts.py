"""What the parts of the status have in common: its width, its colours, and how it says a moment."""

from datetime import datetime, timedelta

from rich.text import Text

WIDTH = 80  # columns: what has to be enough
LINE = WIDTH - 4  # columns of a line in a panel
COLOURS = {
    **dict.fromkeys(("WAITING", "RUNNING", "COMPLETED"), "green"),
    **dict.fromkeys(("STARTING", "BOOTSTRAPPING", "PENDING", "CANCEL_PENDING", "TERMINATING"), "yellow"),
    **dict.fromkeys(("TERMINATED_WITH_ERRORS", "FAILED"), "red"),
    **dict.fromkeys(("CANCELLED", "INTERRUPTED"), "magenta"),
}


def coloured(state: str) -> Text:
    """Write a state in its colour."""
    return Text(state, style=COLOURS.get(state, ""))


def clock(moment: datetime, now: datetime) -> str:
    """Say a moment in UTC, with its day where that is not the present one."""
    day = "" if abs(moment - now) < timedelta(days=1) and moment.date() == now.date() else f"{moment:%b %d} "
    return f"{day}{moment:%H:%M}"
