"""Texts of the product that look as if they were told to somebody, and that its catalogue of messages does not have."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from checks import messages
from orchard.base.places import ROOT

# Texts that stay as they are: what only programs read, what Terraform, EMR and shells say, and the help.
UNTOLD = Path(__file__).with_name("untold.txt")
# Calls whose texts are no messages: of the help, of patterns, of logs.
UNTOLD_BY = {"command", "Field", "compile", "sub", "fullmatch", "search", "match", "split", "findall", "replace"}
UNTOLD_BY |= {"TypeError", "AssertionError", "debug"}
_BRACES = re.compile(r"\{\w*\}")
_WORD = re.compile(r"(?<![\w'./-])[a-z]{2,}(?![\w./(=-])")
FEWEST = 2  # words of which a message has at least so many


def forgotten(house: Path = ROOT / "orchard") -> list[str]:
    """Return the texts that nobody marked or knows, each with its file: it would stay English in every language."""
    known = "\0".join(_BRACES.sub("{}", message) for message in messages.messages())
    allowed = tuple(line for line in UNTOLD.read_text().splitlines() if line and not line.startswith("#"))
    found = []
    for file in sorted(house.rglob("*.py")):
        if file.is_relative_to(messages.LEFT_OUT):
            continue
        name = str(file.relative_to(house))
        for text in _texts(ast.parse(file.read_text())):
            told = re.sub(r"^(error|remedy): ", "", _BRACES.sub("{}", text))
            if _is_prose(text) and told not in known and not f"{name}: {told}".startswith(allowed):
                found.append(f"{name}: {told}")
    return found


def _is_prose(text: str) -> bool:
    return " " in text.strip() and len(_WORD.findall(re.sub(r"\{\w*\}|--[\w-]+|\S+://\S+", "", text))) >= FEWEST


def _texts(tree: ast.AST) -> Iterator[str]:
    """Find all texts but docstrings, and what is a part of another text."""
    parts: set[ast.AST] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as docstring):
                parts.add(docstring)
            case ast.Call(func=function) if messages.name_of(function) in UNTOLD_BY:
                parts |= set(ast.walk(node))
            case ast.Call(func=function, args=args) if messages.name_of(function) in messages.COUNTING:
                parts |= set(args)
            case ast.JoinedStr(values=values):
                parts |= set(values)
                holes = [value.value for value in values if isinstance(value, ast.FormattedValue)]
                parts |= {end for hole in holes if isinstance(hole, ast.IfExp) for end in (hole.body, hole.orelse)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and node not in parts:
            yield from messages.templates(node, {})
