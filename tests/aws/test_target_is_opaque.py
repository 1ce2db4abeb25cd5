"""Only the target knows which one it is; everybody else asks it what can be done there."""

import ast
from dataclasses import fields

import pytest
from unnamed import Unnamed

from orchard.aws.target import Target
from orchard.base.places import ROOT

# The target itself, the setting's definition, and the demonstration, which is of the local target by its nature.
KNOWING = {f"orchard/{name}.py" for name in ("aws/target", "base/config", "demo")}
NAMES = {"local", "aws"}


def test_a_target_tells_what_can_be_done_there_and_not_which_it_is():
    """mypy sees to it that nobody asks for anything else."""
    assert {field.name for field in fields(Target) if field.type in (bool, "bool")} == {
        "charges",
        "reachable",
        "durable",
    }


def decides(node: ast.AST) -> bool:
    """Tell whether a piece of code chooses by a target's name: compares with it, matches it, or looks it up."""
    match node:
        case ast.Compare(left=left, comparators=right):
            texts = [part for operand in (left, *right) for part in ast.walk(operand)]
        case ast.MatchValue(value=value):
            texts = [value]
        case ast.Dict(keys=keys):
            return {key.value for key in keys if isinstance(key, ast.Constant)} >= NAMES
        case _:
            return False
    return any(isinstance(text, ast.Constant) and text.value in NAMES for text in texts)


@pytest.mark.parametrize(
    "code",
    ["t == 'aws'", "'local' != t", "t in ('aws', 'x')", "{'local': 1, 'aws': 2}[t]", "match t:\n  case 'aws': pass"],
)
def test_a_decision_is_seen(code):
    assert any(decides(node) for node in ast.walk(ast.parse(code)))


def test_nobody_else_decides_by_a_targets_name():
    for path in [*(ROOT / "orchard").rglob("*.py"), *(ROOT / "checks").rglob("*.py"), ROOT / "tasks.py"]:
        name = path.relative_to(ROOT).as_posix()
        if name not in KNOWING and not name.startswith("orchard/emulator/"):
            for node in ast.walk(ast.parse(path.read_text())):
                assert not decides(node), f"{name}:{node.lineno} decides by the target's name"


def test_a_name_that_may_not_be_asked_for():
    """Tests of the verbs give it to their targets: tests/cluster/test_lifecycle.py."""
    for ask in (lambda t: t == "aws", lambda t: t in {"aws"}, lambda t: {"aws": 1}.get(t), lambda t: f"{t}", len):
        with pytest.raises(pytest.fail.Exception):
            ask(Unnamed("aws"))
