"""Why something failed, from what was logged: known failures with their remedies, in `failures.toml`."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).with_name("failures.toml")
UNKNOWN = "unknown"
GENERIC = ("python", "java", UNKNOWN)  # not in the table
LIMIT = 300  # characters of a line of somebody else's that are repeated

# The last line of a traceback, or a Java exception; also where Spark puts one behind a prefix of its own.
_PYTHON = re.compile(r"^Traceback \(most recent call last\):\n(?:[ \t].*\n|\n)*(?P<line>\S.*)", re.M)
_JAVA = re.compile(
    r"^(?:Exception in thread \"[^\"]*\" |Caused by: |.* ERROR \S+ ?)?"
    r"(?P<line>(?:[a-z]\w*\.)+\w*(?:Exception|Error)\b.*)",
    re.M,
)
# Lines that say that something ended, and not why.
_EMPTY_WORDS = re.compile(
    r"ShutdownHookManager|Shutdown hook|finished with failed status|Deleting (?:directory|staging)|^\s+at |"
    r"^\s*\.\.\. \d+ more|INFO |WARN |ApplicationMaster host:|tracking URL:|queue:|user:|start time:|final status:"
)


class Failure(NamedTuple):
    """A failure as far as it is understood.

    Attributes:
        id: of the entry in the table, or `python`, `java`, `unknown`.
        cause: one line.
        remedy: one line.
        line: number of the line in the text that tells it, from 0; the last one when nothing does.
    """

    id: str
    cause: str
    remedy: str
    line: int


class _Known(NamedTuple):
    id: str
    pattern: re.Pattern[str]
    cause: str
    remedy: str


@cache
def table() -> tuple[_Known, ...]:
    """Return the known failures, the most telling first."""
    entries: list[dict[str, Any]] = tomllib.loads(TABLE.read_text())["failure"]
    return tuple(_Known(e["id"], re.compile(e["pattern"], re.M), e["cause"], e["remedy"]) for e in entries)


def diagnose(text: str) -> Failure:
    """Find out what a log, an exception or a StateChangeReason tells of.

    The known failures come first, then the last line of the last Python traceback, then the last Java exception. A
    text with none of them is unknown, and its last line is all there is to say.
    """
    for known in table():
        if found := known.pattern.search(text):
            groups = {name: _short(value or "") for name, value in found.groupdict().items()}
            if "{action}" in known.cause and not groups.get("action"):
                groups["action"] = "that the message names"
            return Failure(
                known.id, known.cause.format_map(groups), known.remedy.format_map(groups), _line(text, found)
            )
    for kind, pattern in (("python", _PYTHON), ("java", _JAVA)):
        if every := list(pattern.finditer(text)):
            last = every[-1]
            who = "Python" if kind == "python" else "Java"
            return Failure(kind, f"{who} failed: {_short(last['line'])}", _READ_ALL, _line(text, last, "line"))
    return _unknown(text)


_READ_ALL = "read what led to it: ./inv logs --all; then ./inv run --run-name NAME goes on where the run stopped"


def _unknown(text: str) -> Failure:
    lines = text.splitlines()
    telling = [n for n, line in enumerate(lines) if line.strip() and not _EMPTY_WORDS.search(line)]
    last = telling[-1] if telling else max(0, len(lines) - 1)
    said = f"unknown; the last thing said is: {_short(lines[last])}" if telling else "unknown: nothing was logged"
    return Failure(UNKNOWN, said, "read the whole of it: ./inv logs --all", last)


def _line(text: str, found: re.Match[str], group: str | int = 0) -> int:
    return text.count("\n", 0, found.start(group))


def _short(line: str) -> str:
    line = " ".join(line.split())
    return line if len(line) <= LIMIT else f"{line[:LIMIT]} ..."
