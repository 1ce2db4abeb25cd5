"""What is printed of names is shown, and steers no terminal: all that Orchard prints goes these ways."""

import ast
import io

import pytest
from rich.markup import escape
from rich.table import Table

from orchard.base.console import say, screen, tell
from orchard.base.errors import OrchardError
from orchard.base.places import ROOT
from orchard.base.progress import Display
from orchard.base.visible import shown
from tests.support.cells import cell
from tests.support.hostile import HOSTILE, STEERS

# Their words are Orchard's own, or a format for machines: JSON, lines for a shell, Terraform's plan.
OWN_WORDS = {
    "orchard/base/console.py",
    "orchard/cluster/lifecycle.py",
    "orchard/commands/access.py",
    "orchard/commands/cluster.py",
    "orchard/commands/doctor.py",
    "orchard/commands/permissions.py",
    "orchard/commands/program.py",
    "orchard/commands/terraform.py",
    "orchard/machine/java.py",
    "orchard/machine/packages.py",
    "orchard/machine/terraform.py",
    "orchard/permissions/view.py",
}


def steering(text: str) -> set[str]:
    return set(text) & set(STEERS)


@cell(
    "terminal",
    area="data",
    fault="names with escape sequences, control characters, turned directions, bytes that are not UTF-8",
    at="whatever is printed: lines, errors, tables, bars",
    holds="the terminal shows them (`\\x1b`, `\\u202e`, `\\xff`) and obeys none",
    quick=True,
)
def test_names_steer_no_terminal(capsys):
    for name in HOSTILE.values():
        say(name)
        tell(name)
        Display("working").remark(name)
        for line in OrchardError(name, name)._render_traceback_():
            tell(line)
        raised = str(OrchardError(name, ""))
        drawn = io.StringIO()
        table = Table(title=escape(name))
        table.add_column(escape(name))
        table.add_row(escape(name))
        console = screen(file=drawn, width=80, force_terminal=True, color_system=None)
        console.print(table)
        console.print(name, markup=False, soft_wrap=True)
        written = "".join([*capsys.readouterr(), raised])
        assert steering(written) == set()
        assert steering(drawn.getvalue()) == set()
        written.encode()


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("\x1b[31mred", "\\x1b[31mred"),
        ("Kiwi\u202egpj.exe", "Kiwi\\u202egpj.exe"),
        ("\udcff.jpg", "\\xff.jpg"),
        ("\ud800", "\\ud800"),
        ("Poire Été 🍎\tל\n", "Poire Été 🍎\tל\n"),
        ("C:\\x1b", "C:\\x1b"),
    ],
)
def test_it_is_written_as_python_writes_it(name, printed):
    assert shown(name) == printed
    assert shown(printed) == printed


def test_nothing_is_printed_by_another_way():
    found = {
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "orchard").rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("print", "Console")
    }
    assert {file for file in found if not file.startswith("orchard/emulator/")} == OWN_WORDS
