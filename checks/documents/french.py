"""The made blocks in French: those of the English pages, with the words of french.toml."""

import re
import tomllib
from pathlib import Path

from checks.documents import figures
from orchard.base.language import catalogue

FILE = Path(__file__).with_name("french.toml")
# What no French text has, outside of code.
_ENGLISH = re.compile(r"\b(?:the|of|and|with|without|for|which|that|an|is|are|from|to)\b", re.I)
_CODE = re.compile(r"`[^`\n]*`|\S*[-/]\S*|^ *subgraph \w+", re.M)
_NUMBER = re.compile(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w.]*[A-Za-z])(?!-)")


def block(english: str) -> str:
    """Return a made block in French; what french.toml does not know stays in English, and `left` names it."""
    return _NUMBER.sub(_number, _words(english))


def failures() -> str:
    """Return the known failures as `./inv` tells them in French."""
    return _words(figures.failures_known(lambda message: catalogue("fr").get(message, message)))


def _words(text: str) -> str:
    for pair in tomllib.loads(FILE.read_text())["words"]:
        text = re.sub(pair["english"], pair["french"], text)
    return text


def left(text: str) -> list[str]:
    """Return the lines of a block that still have English words: whatever makes it has got new ones."""
    return [line for line in text.splitlines() if _ENGLISH.search(_CODE.sub("", line))]


def _number(match: re.Match[str]) -> str:
    """Write a number as French does, 67 692,5; dates, versions and instance types are none."""
    whole, _, part = match[0].partition(".")
    return whole.replace(",", "\N{NARROW NO-BREAK SPACE}") + (f",{part}" if part else "")
