"""The commands that pages show: found in them, and parsed as Invoke would parse them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from invoke import Collection
from invoke.exceptions import ParseError
from invoke.parser import Parser, ParserContext

from checks.documents import pages
from orchard.base.places import ROOT

_FENCE = re.compile(r"```(?:console|bash|sh)\n(.*?)```", re.S)
_INLINE = re.compile(r"`(\./inv [^`\n]+)`")


class Command(NamedTuple):
    """A call of Orchard that a page shows, such as `./inv up --target aws`."""

    page: Path
    line: str


def shown(page: Path) -> Iterator[Command]:
    """Find the calls of `./inv` in a page."""
    return (Command(page, line) for line in calls(page.read_text()))


def calls(text: str) -> Iterator[str]:
    """Find the calls of `./inv` in a text: in its shell blocks and between its words."""
    for block in _FENCE.findall(text):
        for line in block.splitlines():
            words = line.removeprefix("$ ").strip()
            if re.match(r"(\w+=\S+ )*\./inv\b", words):
                yield words
    yield from _INLINE.findall(re.sub(r"```.*?```", "", text, flags=re.S))


def everything() -> list[Command]:
    """Find the calls in all pages."""
    return [command for page in pages.pages() for command in shown(page)]


def first_hour(page: Path = ROOT / "README.md") -> list[list[str]]:
    """Return the commands of the README's first hour, in order, each as the words after `./inv`."""
    block = page.read_text().split("<!-- first hour -->")[1].split("```")[1]
    lines = [line.removeprefix("$ ") for line in block.splitlines() if line.startswith("$ ")]
    return [shlex.split(line, comments=True)[1:] for line in lines]


def faults(namespace: Collection) -> list[tuple[Command, str]]:
    """Find the calls in all pages that Invoke would not take, each with what is wrong with it."""
    found = everything()
    wrong = {one.line: fault(one, namespace) for one in dict.fromkeys(Command(ROOT, each.line) for each in found)}
    return [(one, why) for one in found if (why := wrong[one.line])]


def fault(command: Command, namespace: Collection) -> str | None:
    """Say what is wrong with a call: an unknown task or flag; None when Invoke would take it.

    An ellipsis stands for what the reader puts there, a comment ends the line, and pipes and what follows are the
    shell's.
    """
    words = shlex.split(re.split(r" [|>&]|&&", command.line)[0], comments=True)
    while words and "=" in words[0]:
        words.pop(0)
    words = words[1:]
    while words and (words[0] in ("--list", "--help", "--debug") or words[0].isupper()):  # TASK stands for any
        words.pop(0)
    if not words:
        return None
    initial = ParserContext(name="inv")
    try:
        parsed = Parser(contexts=namespace.to_contexts(), initial=initial).parse_argv(words)
    except ParseError as error:
        return str(error).splitlines()[0]
    return None if len(parsed) > 1 else "it names no task"
