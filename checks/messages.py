"""The messages that Orchard's errors are made from, as the catalogue of a language has to have them."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from orchard.base.config import ROOT

# What takes a cause and a remedy, and how many arguments come before them.
ERRORS = {"OrchardError": 0, "UsageError": 0, "make": 0, "InterruptedByUserError": 0, "Failure": 1}
TABLES = ROOT / "orchard" / "diagnosis"
SETTINGS = ROOT / "orchard" / "base" / "config.py"  # whose reasons are a part of the message
# What the local AWS says to clients and in logs, it says as AWS and Hadoop do: in English.
LEFT_OUT = ROOT / "orchard" / "emulator"
_LINE = re.compile(r"(?:error|remedy): (.+)")
_WORDS = re.compile(r"[A-Za-z]{2}| \(")


def messages(house: Path = ROOT / "orchard") -> set[str]:
    """Return the templates of all errors' causes and remedies, with {0}, {1} ... where something is filled in."""
    files = [file for file in house.rglob("*.py") if not file.is_relative_to(LEFT_OUT)]
    found = {message for file in files for message in _of_code(ast.parse(file.read_text()), _takers(file))}
    return {message for message in found | set(_of_tables()) if _WORDS.search(re.sub(r"\{\w+\}", "", message))}


def _of_tables() -> Iterator[str]:
    for file in TABLES.glob("*.toml"):
        for entry in tomllib.loads(file.read_text())["failure"]:
            for told in (entry, entry.get("nodes", {})):
                yield from (told[key] for key in ("cause", "remedy") if key in told)


def _takers(file: Path) -> dict[str, int]:
    return ERRORS | {"ValueError": 0} if file == SETTINGS else ERRORS


def _of_code(tree: ast.AST, takers: dict[str, int]) -> Iterator[str]:
    """Find what errors are made of; a name stands for whatever is assigned to it in the same file."""
    named: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    named.setdefault(target.id, []).append(node.value)
    parts = {part for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and (name := _name(node.func)) in takers:
            for argument in node.args[takers[name] :][:2]:
                yield from _templates(argument, named)
        elif isinstance(node, ast.FunctionDef) and node.name == "suggest":
            for inner in ast.walk(node):
                if isinstance(inner, ast.Return) and inner.value:
                    yield from _templates(inner.value, {})
        elif isinstance(node, ast.Constant | ast.JoinedStr) and node not in parts:
            for text in _templates(node, {}):
                if line := _LINE.fullmatch(text):
                    yield line[1]


def _templates(node: ast.expr, named: dict[str, list[ast.expr]]) -> Iterator[str]:
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr(values=values):
            parts, number = [], 0
            for value in values:
                if isinstance(value, ast.Constant):
                    parts.append(str(value.value))
                else:
                    parts.append(f"{{{number}}}")
                    number += 1
            yield "".join(parts)
        case ast.IfExp(body=body, orelse=other):
            yield from _templates(body, named)
            yield from _templates(other, named)
        case ast.BinOp(op=ast.Add(), left=left, right=right):
            yield from _templates(left, named)
            yield from _templates(right, named)
        case ast.Name(id=name):
            for value in named.get(name, ()):
                if not isinstance(value, ast.Name):
                    yield from _templates(value, {})


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))
