"""The messages that what Orchard says is made from, as the catalogue of a language has to have them."""

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from itertools import count, product
from pathlib import Path

from orchard.base import counts
from orchard.base.places import ROOT
from orchard.cost import estimate, prices
from orchard.report import spoken

# What takes a cause and a remedy, and how many arguments come before them.
ERRORS = {
    "OrchardError": 0,
    "UsageError": 0,
    "make": 0,
    "InterruptedByUserError": 0,
    "Failure": 1,
    "JobError": 0,
    "Finding": 1,
    "damaged": 1,
    "_dangerous": 1,
}
# What takes lines or parts of lines for people, with how many arguments are such; and whose functions return some.
SAYING = {"say": None, "tr": 1, "marked": 1, "ask": 1, "confirm": 1, "remark": 1, "show": 2, "Display": 1, "Meter": 1}
SAYING |= {"_tell": 1, "phase": 1, "shown": 1, "Fact": 3, "RejectedImageError": 1}
SAID_BY = {"statement", "describe", "name_left_out", "publish", "get_published", "send", "warning", "steps_by_hand"}
SAID_BY |= {"why_ignored", "_others", "_complaint", "nothing_up", "_steps", "_next"}
SAID_BY |= {"open_", "close", "show_password"}
COUNTING = {"counted": counts.counted, "are": counts.are}
TABLES = ROOT / "orchard" / "diagnosis"
SETTINGS = ROOT / "orchard" / "base" / "config.py"  # whose reasons are a part of the message
RETURNING = {"nearest.py", "complaints.py", "settings_errors.py"}  # whose functions return causes and remedies
# What the local AWS says to clients and in logs, it says as AWS and Hadoop do: in English.
HOUSES = (ROOT / "orchard", ROOT / "spark")
LEFT_OUT = ROOT / "orchard" / "emulator"
_LINE = re.compile(r"(?:error|remedy): (.+)")
_COUNTED = re.compile(r'\.counted\([^"]*"([a-z ]+)"\)')
_HOLE = re.compile("\0")
_NO_WORDS = re.compile(r"\{\w+\}|--[\w-]+|\S+://\S+")
_WORDS = re.compile(r"[A-Za-z]{2}|^ \(\)$")  # or the parentheses around what is to be translated itself


@cache
def messages(*houses: Path) -> set[str]:
    """Return the templates of all that is said, with {0}, {1} ... where something is filled in.

    Args:
        houses: the folders to look in; those of the product by default.
    """
    files = [file for house in houses or HOUSES for file in house.rglob("*.py") if not file.is_relative_to(LEFT_OUT)]
    found = {message for file in files for message in _of_file(file)} | set(filter(_is_said, _of_tables()))
    return found | {message for house in houses or HOUSES for message in _of_pages(house)}


def _is_said(message: str) -> bool:
    """Tell whether a text has words of its own, and is no name."""
    return " " in message.strip() and _has_words(message)


def _has_words(message: str) -> bool:
    return bool(_WORDS.search(_NO_WORDS.sub("", message))) and not _LINE.fullmatch(message)


def _of_tables() -> Iterator[str]:
    for file in TABLES.glob("*.toml"):
        for entry in tomllib.loads(file.read_text())["failure"]:
            for told in (entry, entry.get("nodes", {})):
                yield from (told[key] for key in ("cause", "remedy") if key in told)
    yield prices.table()["source"]
    measured = estimate.measured()
    yield from (measured["features"]["machine"], measured["features"]["spread"]["how"])
    yield from {one["spread"]["how"] for one in measured["processors"] if "spread" in one}
    yield from (processor["name"] for processor in measured["processors"])


def _of_pages(house: Path) -> Iterator[str]:
    """Find what the report's templates and scripts say."""
    found: list[str] = []

    def hear(text: str) -> str:
        found.append(text)
        return text

    for page in house.rglob("page/*.html.j2"):
        spoken.template_in(source := page.read_text(), hear)
        for word in _COUNTED.findall(source):
            found += (f"{{0}}{counts.counted(number, word)[1:]}" for number in (1, 2))
    for script in house.rglob("page/*.js"):
        spoken.script_in(script.read_text(), hear)
    yield from filter(_has_words, found)


def _of_file(file: Path) -> Iterator[str]:
    """Find what errors are made of; a name stands for whatever is assigned to it in the same file."""
    tree, returns = ast.parse(file.read_text()), file.name in RETURNING
    takers = ERRORS | {"ValueError": 0} if file == SETTINGS else ERRORS
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target, value in _assigned(node):
                if isinstance(target, ast.Name):
                    named.setdefault(target.id, []).append(value)
    parts = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := name_of(node.func)) in takers:
            for argument in node.args[takers[name] :][:2]:
                yield from filter(_is_said, templates(argument, named))
        elif isinstance(node, ast.keyword) and node.arg == "otherwise":  # a remedy, where no name is near
            yield from filter(_is_said, templates(node.value, named))
        elif isinstance(node, ast.Call) and name in SAYING:
            for argument in node.args[: SAYING[name]]:
                yield from filter(_has_words, templates(argument, named))
        elif isinstance(node, ast.Call) and name in COUNTING and isinstance(node.args[-1], ast.Constant):
            yield from (f"{{0}}{COUNTING[name](number, str(node.args[-1].value))[1:]}" for number in (1, 2))
        elif isinstance(node, ast.Dict):  # of a job's progress
            for key, told in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in ("job", "phase"):
                    yield from filter(_has_words, templates(told, {}))
        elif isinstance(node, ast.Assign) and getattr(node.targets[0], "attr", "") == "said":
            yield from filter(_is_said, templates(node.value, named))
        elif isinstance(node, ast.FunctionDef) and node.name in SAID_BY:
            for told in (told.value for told in ast.walk(node) if isinstance(told, ast.Return) and told.value):
                yield from filter(_has_words, templates(told, named))
        elif isinstance(node, ast.Return) and node.value and returns:
            yield from filter(_is_said, templates(node.value, named))
        elif isinstance(node, ast.Constant | ast.JoinedStr) and node not in parts:
            for text in templates(node, {}):
                if line := _LINE.fullmatch(text):
                    yield from filter(_is_said, (line[1],))


def _assigned(node: ast.Assign) -> Iterator[tuple[ast.expr, ast.expr]]:
    for target in node.targets:
        if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            yield from zip(target.elts, node.value.elts, strict=False)
        else:
            yield target, node.value


def templates(node: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    """Find what a text may be, with {0}, {1} ... where it is filled in; and what may fill it, if that is a text."""
    for text in _texts(node, named):
        numbers = count()
        yield _HOLE.sub(lambda _, numbers=numbers: f"{{{next(numbers)}}}", text)  # type: ignore[misc]


def _texts(node: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=body, orelse=other) | ast.Tuple(elts=[body, other]):
            yield from (*_texts(body, named), *_texts(other, named))
        case ast.List(elts=elements) | ast.BoolOp(values=elements):
            yield from (text for element in elements for text in _texts(element, named))
        case ast.Starred(value=ast.ListComp(elt=more)) | ast.Starred(value=more) | ast.ListComp(elt=more):
            yield from _texts(more, named)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            yield from (one + more for one in _texts(left, {}) for more in _texts(right, {}))
        case ast.Name(id=name):
            for value in named.get(name, ()):
                yield from _texts(value, {name: [] for name in named} if isinstance(value, ast.Name) else named)
        case ast.JoinedStr(values=values):
            yield from ("".join(parts) for parts in product(*(_part(value) for value in values)))
            for value in values:
                if isinstance(value, ast.FormattedValue) and isinstance(value.value, ast.Name):
                    rest = {name: told for name, told in named.items() if name != value.value.id}
                    for told in named.get(value.value.id, ()):
                        yield from _texts(told, rest)


def _part(value: ast.expr) -> list[str]:
    """Return what a part of an f-string may be: its words, one of two texts, or a hole."""
    match value:
        case ast.Constant(value=text):
            return [str(text)]
        case ast.FormattedValue(
            value=ast.IfExp(body=ast.Constant(value=str(one)), orelse=ast.Constant(value=str(two)))
        ):
            return [one, two]
    return ["\0"]


def name_of(function: ast.expr) -> str:
    """Return the name of what is called."""
    return getattr(function, "id", getattr(function, "attr", ""))
