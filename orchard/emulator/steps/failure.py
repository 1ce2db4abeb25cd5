"""Why a step failed, read from its logs the way EMR does for FailureDetails."""

import re
from pathlib import Path

# The last line of a Python traceback, or a Java exception: `pkg.Name: text`. Spark's own log lines begin with a date.
CAUSE = re.compile(
    r"^(?:Exception in thread \"[^\"]*\" |Caused by: )?((?:[A-Za-z_][\w$]*\.)*[A-Z]\w*(?:Error|Exception|Exit)\b.*)"
)
MARKS = ("Error: ", "error: ", "fatal: ")
REASONS = {
    "already exists": "Output directory already exists.",
    "Path does not exist": "Could not find the specified input.",
    "does not exist": "Could not find the specified input.",
    "OutOfMemoryError": "Out of memory.",
}
TAIL = 256 << 10  # bytes of a log that are looked at


LOOKED_AT = ("stderr", "stdout")  # in client mode Spark writes what Python says of an error to standard output


def details(logs: Path, code: int, uris: dict[str, str | None]) -> dict[str, str]:
    """FailureDetails of the Amazon EMR API Reference: Reason, Message and, with logging on, LogFile.

    Args:
        logs: the directory of the step's logs.
        code: the exit code.
        uris: where each of the logs that are looked at goes, or None.
    """
    told = {name: _lines(logs / name) for name in LOOKED_AT}
    found = {name: _named(lines) for name, lines in told.items()}
    name = next((name for name in LOOKED_AT if found[name]), "stderr")
    message = found[name] or _last_words(told["stderr"]) or f"The step ended with the exit code {code}."
    reason = next((text for sign, text in REASONS.items() if sign in message), "Unknown Error.")
    uri = uris[name]
    return {"Reason": reason, "Message": message} | ({"LogFile": uri} if uri else {})


def _lines(log: Path) -> list[str]:
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - TAIL))
        return file.read().decode(errors="replace").splitlines()


def _named(lines: list[str]) -> str | None:
    """Find the first line that names an exception after the last traceback began."""
    starts = [n for n, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    for line in lines[starts[-1] :] if starts else lines:
        if named := CAUSE.match(line):
            return named.group(1).strip()
    return None


def _last_words(lines: list[str]) -> str | None:
    """Find the last line that says error, or else the last that is not Spark's log."""
    marked = [line.strip() for line in lines if line.startswith(MARKS) or ": error: " in line]
    plain = [line.strip() for line in lines if line.strip() and not re.match(r"\d\d/\d\d/\d\d ", line)]
    said = marked or plain
    return said[-1] if said else None
