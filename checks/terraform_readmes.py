"""The tables of variables and outputs in the modules' READMEs, made from the .tf files so that they cannot drift.

Reads HCL as `terraform fmt` writes it: blocks begin and end at the start of a line, their arguments two spaces in.
"""

import re
from pathlib import Path
from typing import NamedTuple

from orchard.base.places import ROOT

DIRECTORY = ROOT / "terraform"
BEGIN, END = "<!-- made by ./inv check.readmes -->", "<!-- end -->"


class Entry(NamedTuple):
    """A variable or an output.

    Attributes:
        name: as in the block's label.
        description: one line.
        type: a variable's type, in one line; empty for an output.
        default: a variable's default as HCL; None where it must be given.
        validated: whether a variable has a validation of its own.
    """

    name: str
    description: str
    type: str = ""
    default: str | None = None
    validated: bool = False


def modules() -> list[Path]:
    """Return the directories of all modules and both roots."""
    return sorted({file.parent for file in DIRECTORY.glob("**/*.tf")})


def entries(directory: Path, kind: str) -> list[Entry]:
    """Return the variables (`kind` = "variable") or outputs ("output") of a module, by name."""
    found = []
    for file in sorted(directory.glob("*.tf")):
        for name, body in re.findall(rf'^{kind} "(\w+)" \{{\n(.*?)^\}}', file.read_text(), re.M | re.S):
            found.append(
                Entry(
                    name,
                    _text(_argument(body, "description")),
                    " ".join((_argument(body, "type") or "").split()),
                    _argument(body, "default"),
                    "  validation {" in body,
                )
            )
    return sorted(found)


def rendered(directory: Path) -> str:
    """Return the README of a module as it ought to be: its own words, then the tables."""
    file = directory / "README.md"
    words = file.read_text().split(BEGIN)[0].rstrip() if file.exists() else f"# {directory.name}"
    parts = [words, "", BEGIN, "## Variables", "", "| name | type | default | what |", "|---|---|---|---|"]
    for entry in entries(directory, "variable"):
        default = "(must be given)" if entry.default is None else f"`{entry.default}`"
        parts.append(f"| `{entry.name}` | `{entry.type}` | {default} | {entry.description} |")
    parts += ["", "## Outputs", "", "| name | what |", "|---|---|"]
    parts += [f"| `{entry.name}` | {entry.description} |" for entry in entries(directory, "output")]
    return "\n".join([*parts, END, ""])


def stale() -> list[Path]:
    """Return the READMEs that differ from what they ought to be."""
    files = [directory / "README.md" for directory in modules()]
    return [file for file in files if not file.exists() or file.read_text() != rendered(file.parent)]


def write() -> list[Path]:
    """Bring the READMEs up to date; returns those that changed."""
    changed = stale()
    for file in changed:
        file.write_text(rendered(file.parent))
    return changed


def _argument(body: str, name: str) -> str | None:
    found = re.search(rf"^  {name} += (.*?)(?=^  \w|^\}}|\Z)", body, re.M | re.S)
    return " ".join(found[1].split()) if found else None


def _text(argument: str | None) -> str:
    return (argument or "").strip('"').replace('\\"', '"').replace("|", "\\|")
