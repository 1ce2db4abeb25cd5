"""What Invoke says of a command line that it cannot read, as a cause and a remedy in Orchard's words."""

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate, takewhile
from pathlib import Path
from typing import NamedTuple

from invoke.parser import ParserContext
from invoke.parser.context import to_flag

from orchard.aws.layout import JOBS, STEPS
from orchard.base.language import tr
from orchard.base.nearest import nearest, suggest

# What people call things elsewhere and in the guides that Orchard follows, and the steps of a run; words after ./inv.
ELSEWHERE = dict.fromkeys(JOBS, "run") | {
    "help": "--help TASK",
    "version": "--version",
    "list": "--list",
    "check": "doctor",
    "start": "up",
    "create": "up",
    "deploy": "up",
    "create-cluster": "up",
    "create-bucket": "up --only foundation",
    "create-iam-roles": "up --only foundation",
    "create-studio": "up --only foundation",
    "create-keypair": "up --notebook jupyterhub",
    "submit": "run",
    "watch": "status --watch",
    "ps": "status",
    "stop": "cancel",
    "kill": "cancel",
    "terminate": "down",
    "destroy": "cleanup",
    "delete": "cleanup",
    "price": "cost",
    "download": "results",
    "upload": "upload-dataset",
    "config": "settings",
    "jupyter": "notebooks",
}

SURELY = 0.75  # of 1, from which on a word behind a task is a task's misspelt name, and no run's or cluster's


class Line(NamedTuple):
    """A command line that cannot be read.

    Attributes:
        words: after ./inv.
        task: the name of the task whose flags were read last; None where there was none yet.
        context: its flags, or those of ./inv itself.
        contexts: of all tasks, by their names.
    """

    words: Sequence[str]
    task: str | None
    context: ParserContext | None
    contexts: Mapping[str, ParserContext]

    @property
    def listed(self) -> str:
        """The command that tells what there is."""
        return f"./inv --help {self.task}" if self.task else "./inv --list"

    @property
    def flags(self) -> list[str]:
        """The flags that could have stood there."""
        return _flags(self.context) if self.context else []


def explain(complaint: str, line: Line) -> tuple[str, str]:
    """Return the cause and the remedy.

    Args:
        complaint: by Invoke.
        line: what it is about.
    """
    task = line.task or "./inv"
    if unknown := re.fullmatch(r"No idea what '(.*)' is!", complaint, re.S):
        word = unknown[1]
        if word.startswith("-"):
            return f"{task} has no flag {word}", _other_flag(word, line)
        return _word_after(word, line) if line.task else (f"no task is called {word}", _other_task(word, line))
    if absent := re.search(r"did not receive required positional arguments: '(\w+)'", complaint):
        return _needs(absent[1], line)
    if valueless := re.match(r"Flag <Argument: ([\w-]+).*needed value", complaint):
        return f"{task} {to_flag(valueless[1])} needs a value", line.listed
    if valued := re.match(r"Flag <Argument: ([\w-]+).*doesn't take any value", complaint):
        return f"{task} {to_flag(valued[1])} takes no value", f"give it alone, or leave it out ({line.listed})"
    if twofold := re.match(r"'(.*)' is ambiguous when given after an optional-value flag", complaint):
        before = line.words[line.words.index(twofold[1]) - 1] if twofold[1] in line.words else "the flag before it"
        return (
            f"{twofold[1]} may be the value of {before}, or a task",
            f"{before}={twofold[1]} for the value; for the task, put it before, or call it by itself",
        )
    if group := re.match(r"Sub-collection '(.*)' not found", complaint):
        return f"there is no group of tasks called {group[1]}", f"{suggest(group[1], _groups(line))} (./inv --list)"
    return complaint.splitlines()[0], line.listed


def _other_task(word: str, line: Line) -> str:
    """Say which task was meant: of that name nearly, of another name elsewhere, or of a group."""
    if word in _groups(line):
        return f"it is a group: {', '.join(name for name in line.contexts if name.startswith(f'{word}.'))}"
    names = [*line.contexts, *(alias for context in line.contexts.values() for alias in context.aliases)]
    if word in ELSEWHERE:
        return f"did you mean ./inv {ELSEWHERE[word]}? (./inv --list)"
    near = nearest(word, [name for name in [*names, *ELSEWHERE] if "." not in name or "." in word])
    if not near:
        return "./inv --list shows them all; ./inv --help TASK explains one"
    meant = list(dict.fromkeys(ELSEWHERE.get(name, name) for name in near))
    return f"did you mean {tr(' or ').join(f'./inv {name}' for name in meant)}? (./inv --list)"


def _other_flag(word: str, line: Line) -> str:
    name = word.partition("=")[0]
    if not line.task and any(name in _flags(context) for context in line.contexts.values()):
        return f"flags stand behind their task: ./inv TASK {word} ..."
    listed = line.listed if line.task else "./inv --help"
    near = nearest(name, line.flags)
    return f"{suggest(name, near)} ({listed})" if near else listed


def _word_after(word: str, line: Line) -> tuple[str, str]:
    """Explain a word that is neither a task nor the value of a flag."""
    cause = f"{line.task} takes no such word, and no task is called {word}"
    for given in line.words:
        if re.fullmatch(r"-\w[\w-]+", given) and f"-{given}" in line.flags:
            return f"{line.task} has no flag {given}", f"with two hyphens: -{given} {word}"
        flag, _, value = given.partition("=")
        if value == word and flag in line.flags:
            return f"{line.task} {flag} takes no value", f"give it alone, or leave it out ({line.listed})"
    before = line.words[line.words.index(word) - 1] if word in line.words else ""
    if before in line.flags and line.words.count(before) > 1:
        return f"{line.task} {before} is given twice", "give it once"
    if spaced := _path_with_spaces(word, line.words):
        return cause, f"quote a path that has spaces: '{spaced}'"
    if taking := _flag_that_takes(word, line.flags):
        return cause, f"did you mean {taking} {word}? ({line.listed})"
    names = [name for name in line.contexts if "." not in name]
    if near := nearest(word, names, like=SURELY):
        return cause, f"did you mean {tr(' or ').join(near)}? Or give it to a flag ({line.listed})"
    taking_one = _flags(line.context, valued=True) if line.context else []
    return cause, f"give it to a flag: {', '.join(taking_one)}" if taking_one else f"leave it out ({line.listed})"


def _path_with_spaces(word: str, words: Sequence[str]) -> str | None:
    """Return the path that a shell cut at its spaces, of which a word is a part; None where nothing looks like one."""
    if word not in words[1:]:
        return None
    first = words.index(word, 1) - 1
    behind = takewhile(lambda part: not part.startswith("-"), words[first + 1 :])
    paths = [*accumulate(behind, "{} {}".format, initial=words[first].rpartition("=")[2])]
    whole = paths[-1] if "/" in paths[0] else None  # one that is misspelt as well
    return next((path for path in paths if " " in path and Path(path).exists()), whole)


def _flag_that_takes(word: str, flags: list[str]) -> str | None:
    """Find the flag whose setting, or step, has this word."""
    from orchard.base import config, settings_errors

    taken = {to_flag(name): settings_errors.choices(field) for name, field in config.Settings.model_fields.items()}
    taken |= {f"--{name.replace('_', '-')}": tuple(words) for name, words in config.words().items()}
    taken |= {"--step": tuple(STEPS), "--only": ("foundation",), "--root": ("foundation", "cluster")}
    return next((flag for flag in flags if word in taken.get(flag, ())), None)


def _needs(name: str, line: Line) -> tuple[str, str]:
    """Name what is missing by what the task's help says of it, and show how it is given."""
    argument = line.context.args[name] if line.context else None
    said = f" ({tr(argument.help)})" if argument is not None and argument.help else ""
    shown = name.upper().replace("_", "-")
    example = re.search(r": (\w+)[,;]|: (\w+)$", argument.help or "") if argument is not None else None
    given = (example[1] or example[2]) if example else shown
    return f"{line.task} lacks its {shown}{said}", f"as in ./inv {line.task} {given}"


def _groups(line: Line) -> list[str]:
    return list(dict.fromkeys(name.partition(".")[0] for name in line.contexts if "." in name))


def _flags(context: ParserContext, *, valued: bool = False) -> list[str]:
    """Return a task's flags; those that take a value alone, if so asked."""
    return [to_flag(argument.names[0]) for argument in context.args.values() if argument.takes_value or not valued]
