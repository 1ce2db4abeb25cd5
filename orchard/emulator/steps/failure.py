"""Why a step failed, read from its standard error the way EMR does for FailureDetails."""

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
TAIL = 256 << 10  # bytes of standard error that are looked at


def details(stderr: Path, code: int, log_uri: str | None) -> dict[str, str]:
    """FailureDetails of the Amazon EMR API Reference: Reason, Message and, with logging on, LogFile."""
    message = cause(stderr) or f"The step ended with the exit code {code}."
    reason = next((text for sign, text in REASONS.items() if sign in message), "Unknown Error.")
    return {"Reason": reason, "Message": message} | ({"LogFile": log_uri} if log_uri else {})


def cause(stderr: Path) -> str | None:
    """Find the first line that names an exception after the last traceback began, or the last that says error."""
    with stderr.open("rb") as file:
        file.seek(max(0, stderr.stat().st_size - TAIL))
        lines = file.read().decode(errors="replace").splitlines()
    starts = [n for n, line in enumerate(lines) if line.startswith("Traceback (most recent call last)")]
    for line in lines[starts[-1] :] if starts else lines:
        if named := CAUSE.match(line):
            return named.group(1).strip()
    marked = [line.strip() for line in lines if line.startswith(MARKS) or ": error: " in line]
    plain = [line.strip() for line in lines if line.strip() and not re.match(r"\d\d/\d\d/\d\d ", line)]
    found = marked or plain
    return found[-1] if found else None
