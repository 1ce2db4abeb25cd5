"""What may come next on a command line, for the shell that completes it: `./inv --candidates WORD ... BEGINNING`.

Each line is a word and, behind a tab, what it means. Only this machine is asked, and nothing heavy imported: a shell
waits for the answer while somebody types.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

from invoke import Collection
from invoke.parser import Argument, ParserContext
from invoke.parser.context import to_flag

from orchard.aws.layout import STEPS
from orchard.base import local_records
from orchard.base.places import ROOT

WORD = "--candidates"
SCHEMA = ROOT / "orchard" / "base" / "orchard.schema.json"
OWN = {"--list": "all tasks", "--help": "of a task", "--version": "Orchard's", "--debug": "show tracebacks"}
SHELLS = ("bash", "zsh", "fish")


class Candidate(NamedTuple):
    """A word that may come next, and what it means."""

    word: str
    meaning: str = ""


# Values of flags that are no settings, and words that a task takes without a flag.
VALUES: dict[str, Callable[[], Iterable[str]]] = {
    "--run-name": local_records.runs,
    "--run": local_records.runs,
    "--compare": local_records.runs,
    "--name": lambda: {"default": 0} | dict.fromkeys(local_records.clusters()),
    "--workspace": lambda: {"default": 0} | dict.fromkeys(local_records.clusters()),
    "--step": lambda: (*STEPS, "bootstrap"),
    "--only": lambda: ("foundation",),
    "--root": lambda: ("foundation", "cluster"),
    "--part": lambda: ("foundation", "cluster", "run", "look", "cleanup"),
    "--deadline": lambda: ("1h", "2h", "8h"),
    "-k": lambda: ("50", "95%"),
    "by": lambda: ("1h", "2h", "8h"),
    "shell": lambda: SHELLS,
}


def lines(words: Sequence[str], namespace: Collection) -> list[str]:
    """Return the lines for the shell.

    Args:
        words: after ./inv, the last of them begun, and perhaps empty.
        namespace: the tasks.
    """
    *before, begun = words or [""]
    tasks = {name: context for context in namespace.to_contexts() for name in (context.name, *context.aliases)}
    meanings = {name: (namespace[context.name].__doc__ or "").partition("\n")[0] for name, context in tasks.items()}
    found = candidates(before, begun, tasks, meanings)
    return [f"{word}\t{meaning}".rstrip("\t") for word, meaning in found if word.startswith(begun.lstrip("="))]


def candidates(
    before: Sequence[str], begun: str, tasks: Mapping[str, ParserContext], meanings: Mapping[str, str]
) -> list[Candidate]:
    """Return what may come next, whatever the word begins with.

    Args:
        before: the words that are complete.
        begun: the word that is not; it tells a flag from a task, and `--mode=mi` from both.
        tasks: by their names and aliases.
        meanings: of the tasks.
    """
    task, flag, open_ = _read(before, tasks)
    if flag:
        return _values(flag)
    given, equals, _ = begun.partition("=")
    if equals and given:
        return [Candidate(f"{given}={word}", meaning) for word, meaning in _values(given)]
    named = [Candidate(name, meanings[name]) for name in sorted(tasks)]
    if before[-1:] in (["--help"], ["-h"]):
        return named
    if open_ and not begun.startswith("-"):
        return _values(open_.name)
    flags = _flags(task, before) if task else [Candidate(*own) for own in OWN.items()]
    if begun.startswith("-") or (task and not begun):
        return flags
    return named


def _read(
    before: Sequence[str], tasks: Mapping[str, ParserContext]
) -> tuple[ParserContext | None, str, Argument | None]:
    """Return the last task, the flag whose value comes next, and the argument without a flag that does."""
    task: ParserContext | None = None
    flag, lacking = "", list[Argument]()
    for word in before:
        if word == "=":  # bash takes it for a word of its own
            continue
        if flag:
            flag = ""
        elif word.startswith("-"):
            argument = task.flags.get(word) if task else None
            flag = word if argument is not None and argument.takes_value else ""
        elif lacking:
            lacking.pop(0)
        elif word in tasks:
            task = tasks[word]
            lacking = list(task.positional_args)
    return task, flag, lacking[0] if lacking else None


def _flags(task: ParserContext, before: Sequence[str]) -> list[Candidate]:
    """Return a task's flags, without those that are there already."""
    arguments = [(to_flag(argument.names[0]), argument) for argument in task.args.values()]
    return [Candidate(name, argument.help or "") for name, argument in arguments if name not in before]


def _values(flag: str) -> list[Candidate]:
    """Return the words that a flag takes; none for a path or a number, for which the shell may offer files."""
    if flag in VALUES:
        return [Candidate(word) for word in VALUES[flag]()]
    settings = json.loads(SCHEMA.read_text())["properties"]
    return [Candidate(word) for word in settings.get(flag.lstrip("-").replace("-", "_"), {}).get("enum", ())]
