"""The rooms of the control plane: the folders of `orchard/`, what each holds, and which stands on which."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

from orchard.base.places import ROOT

HOUSE = ROOT / "orchard"


def floors() -> list[list[str]]:
    """Return the rooms, those that import no other first; each imports only rooms of the lists before its own.

    Raises:
        graphlib.CycleError: rooms import one another in a circle; names them.
    """
    there = [file.parent for file in HOUSE.glob("*/__init__.py")]
    sorter = TopologicalSorter({room.name: imported(room) for room in there})
    sorter.prepare()
    found = []
    while sorter.is_active():
        found.append(sorted(sorter.get_ready()))
        sorter.done(*found[-1])
    return found


def imported(room: Path) -> set[str]:
    """Return the other rooms that a room imports, also where only types need them."""
    found = set()
    for file in room.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            names = [f"{node.module}.{a.name}" for a in node.names] if isinstance(node, ast.ImportFrom) else []
            names += [a.name for a in node.names] if isinstance(node, ast.Import) else []
            found |= {parts[1] for name in names if (parts := name.split("."))[0] == HOUSE.name and len(parts) > 1}
    return {name for name in found if (HOUSE / name).is_dir()} - {room.name}


def purpose(package: Path) -> str:
    """Return what a package says that it holds: the first paragraph of its docstring."""
    told = ast.get_docstring(ast.parse((package / "__init__.py").read_text())) or ""
    return " ".join(told.split("\n\n")[0].split())
