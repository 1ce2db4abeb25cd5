"""Why something failed, from what was said: known failures with their remedies, in tables by subject beside this file.

Whoever reads a text says which tables it may be in, the most telling first.
"""

import re
import tomllib
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

FOLDER = Path(__file__).parent
TABLES = ("cluster", "aws", "work", "terraform", "tunnel")
LOGS = ("cluster", "aws", "work")  # what nodes say
CALLS = ("aws",)
TERRAFORM = ("aws", "terraform", "cluster", "work")  # EMR says in it why a cluster did not start
TUNNEL = ("tunnel", "aws")

UNKNOWN = "unknown"
GENERIC = ("python", "java", UNKNOWN)  # not in the tables
LIMIT = 300  # characters of a line of somebody else's that are repeated
# What a cause says where the text does not tell.
_BLANKS = {"action": "that the message names", "call": "this"}

# A refusal of AWS's as its SDKs for Go (Terraform) and Python (the AWS CLI) write it down.
_ANSWER = (
    r"(?:operation error [\w ]+: (?P<go>\w+),[^\n]*? )?(?<![\w.])(?P<code>CODES)(?![\w.])\)?"
    r"(?: when calling the (?P<python>\w+) operation(?: \(reached max retries: \d+\))?)?(?:: (?P<message>[^\n]+))?"
)
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
        id: of the entry in a table, or `python`, `java`, `unknown`.
        cause: one line.
        remedy: one line.
        line: number of the line in the text that tells it, from 0; the last one when nothing does.
    """

    id: str
    cause: str
    remedy: str
    line: int


class Known(NamedTuple):
    """An entry of a table.

    Attributes:
        id: its name.
        pattern: of the texts that tell of it.
        cause: with the names of the pattern's groups in braces.
        remedy: the same.
        passing: whether another try may do.
        final: whether every other call will fail as well.
    """

    id: str
    pattern: re.Pattern[str]
    cause: str
    remedy: str
    passing: bool
    final: bool


@cache
def table(name: str, *, nodes: bool = False) -> tuple[Known, ...]:
    """Return the known failures of a table, the most telling first: as they are said here, or by a cluster's nodes."""
    entries: list[dict[str, Any]] = tomllib.loads((FOLDER / f"{name}.toml").read_text())["failure"]
    if nodes and name in CALLS:
        entries = [entry | entry["nodes"] | {"codes": ()} for entry in entries if "nodes" in entry]
    return tuple(_known(entry) for entry in entries if "cause" in entry)


def find(text: str, tables: tuple[str, ...], **facts: str) -> tuple[Known, Failure] | None:
    """Look for a known failure in a text.

    Args:
        text: what was said.
        tables: by name, in the order in which to look.
        facts: what is known besides, for the braces in cause and remedy; it comes before what the text tells.
    """
    for known in (entry for name in tables for entry in table(name, nodes=tables == LOGS)):
        if found := known.pattern.search(text):
            captured = {name: _short(value) for name, value in found.groupdict().items() if value}
            captured["call"] = captured.get("python") or captured.get("go") or _BLANKS["call"]
            words = defaultdict(
                str, _BLANKS | captured | {name: _short(value) for name, value in facts.items() if value}
            )
            cause, remedy = (said.format_map(words).rstrip(": ") for said in (known.cause, known.remedy))
            return known, Failure(known.id, cause, remedy, _line(text, found))
    return None


def diagnose(text: str) -> Failure:
    """Find out what a log, an exception or a StateChangeReason tells of.

    The known failures come first, then the last line of the last Python traceback, then the last Java exception. A
    text with none of them is unknown, and its last line is all there is to say.
    """
    if found := find(text, LOGS):
        return found[1]
    for kind, pattern in (("python", _PYTHON), ("java", _JAVA)):
        if every := list(pattern.finditer(text)):
            last = every[-1]
            who = "Python" if kind == "python" else "Java"
            return Failure(kind, f"{who} failed: {_short(last['line'])}", _READ_ALL, _line(text, last, "line"))
    return _unknown(text)


_READ_ALL = "read what led to it: ./inv logs --all; then ./inv run --run-name NAME goes on where the run stopped"


def _known(entry: dict[str, Any]) -> Known:
    either = [entry["pattern"]] if "pattern" in entry else []
    if entry.get("codes"):
        either.insert(0, _ANSWER.replace("CODES", "|".join(entry["codes"])))
    pattern = re.compile("|".join(either), re.M)
    flags = entry.get("passing", False), entry.get("final", False)
    return Known(entry["id"], pattern, entry["cause"], entry["remedy"], *flags)


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
