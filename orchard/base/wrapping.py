"""Lines for people, broken between words where the terminal would cut through one."""

import os
import re
from typing import TextIO

# A command is one word as long as it fits on a line: broken, its halves would be pasted as two. A sign that French sets
# off by a space does not begin a line.
_WORD = re.compile(r"(?:\./inv(?: [^\s,;:()]+)*\S*|\S+)(?: [:;?!%»](?!\S))?")


def wrapped(line: str, width: int) -> str:
    """Return a line with line breaks, each further line as far in as the first.

    Args:
        line: without line breaks of its own, or it is returned as it is; and so is one with columns.
        width: of the terminal in columns; 0 where there is none.
    """
    text = line.lstrip(" ")
    if not width or len(line) <= width or "\n" in line or "  " in text:
        return line
    margin = " " * (len(line) - len(text))
    rows = [""]
    for word in _words(text, width - len(margin)):
        if rows[-1] and len(margin) + len(rows[-1]) + 1 + len(word) > width:
            rows.append("")
        rows[-1] += f" {word}" if rows[-1] else word
    return "\n".join(margin + row for row in rows)


def _words(text: str, room: int) -> list[str]:
    return [part for word in _WORD.findall(text) for part in ([word] if len(word) <= room else word.split())]


def width_of(stream: TextIO) -> int:
    """Return how many columns the terminal has that a stream is; 0 where it is none."""
    try:
        return os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0
    except (OSError, ValueError):  # a stream without a file
        return 0
