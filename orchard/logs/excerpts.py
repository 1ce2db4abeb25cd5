"""The part of a log that matters: a whole traceback, or the lines around the one that tells."""

import re

from orchard.diagnosis.failures import Failure

BEFORE, AFTER = 6, 10  # lines around the one that tells
SPARKS = re.compile(r"/(?:pyspark|py4j)[^/]*(?:\.zip)?/")
LONGEST = 60  # lines of a traceback


def excerpt(text: str, failure: Failure, *, failed: bool = True) -> tuple[int, int, list[str]]:
    """Cut out the part that matters: the whole traceback, or the lines around the one that tells, or the last ones.

    Returns:
        the first line's number from 0, the number after the last one's, and the lines.
    """
    lines = text.splitlines()
    if not failed:
        first, last = max(0, len(lines) - BEFORE - AFTER), len(lines)
        return first, last, lines[first:last]
    first, last = max(0, failure.line - BEFORE), min(len(lines), failure.line + AFTER + 1)
    for number in range(failure.line, max(-1, failure.line - LONGEST), -1):
        if "Traceback (most recent call last)" in lines[number]:
            first = number
            break
        if number < failure.line and re.match(r"\S", lines[number]):
            break
    # Java's own frames tell nothing to somebody who wrote Python.
    java = re.compile(r"\s+at |Traceback|\d\d/\d\d/\d\d .* INFO ")
    last = next((number for number in range(failure.line + 1, last) if java.match(lines[number])), last)
    return first, last, _without_sparks_frames(lines[first:last])


def _without_sparks_frames(lines: list[str]) -> list[str]:
    """Leave out the frames of a traceback that are Spark's own: what went wrong is in the others."""
    kept: list[str] = []
    left_out = 0
    for line in lines:
        frame = re.match(r'\s+File "([^"]+)"', line)
        if frame:
            left_out = left_out + 1 if SPARKS.search(frame[1]) else 0
        elif not re.match(r"\s{4,}", line):
            left_out = 0
        if left_out == 0:
            kept.append(line)
        elif frame and left_out == 1:
            kept.append("  ... (Spark's own frames)")
    return kept
