"""Checks of the repository itself."""

import subprocess
import sys
from pathlib import Path

from invoke import Context, Exit

from orchard.commands.task import command
from orchard.machine.packages import ROOT

# Laid into one environment, so each follows the versions of those before it.
LAYERS = (
    "spark/requirements",
    "requirements/main",
    "requirements/notebooks",
    "requirements/browser",
    "requirements/checks",
)
APART = (
    *("requirements/uv", "requirements/java", "requirements/terraform", "requirements/policy", "requirements/bench"),
    *sorted(f"requirements/clients/{file.stem}" for file in (ROOT / "requirements" / "clients").glob("*.in")),
)


PROCESSES = 3  # for two cores: one of them mostly waits for Terraform, which has pauses of its own


@command(
    help={
        "only": "a path, or an expression as pytest's -k takes",
        "quick": "leave out what tests/schedule.py names: what applies Terraform or runs Spark",
        "coverage": "measure it and print a table",
    }
)
def test(_: Context, only: str = "", quick: bool = False, coverage: bool = False) -> None:
    """Run the tests in three processes, the longest first; --quick: those that show most in three minutes."""
    _tools()
    words = ["-m", "pytest"]
    if not only:
        words += ["--numprocesses", str(PROCESSES)]
    if quick:
        words += ["-m", "not slow"]
    if coverage:
        words += ["--cov", "--cov-report=term-missing:skip-covered"]
    if only:
        words += [only] if only.startswith("tests") else ["-k", only]
    _python(*words)


@command
def lint(_: Context) -> None:
    """Run every pre-commit hook on every file."""
    _tools()
    _python("-m", "pre_commit", "run", "--all-files")


@command(help={"only": "some of the clients, with commas between them"})
def clients(_: Context, only: str = "") -> None:
    """Let clients that are not Orchard's use the local AWS; exits 1 when something fails."""
    from rich.console import Console

    from checks import clients, clients_view
    from orchard.base.console import say

    tried = {}
    for name in clients.chosen(only):
        say(f"{name} ...")
        tried[name] = clients.run(name)
    Console().print(clients_view.table(tried))
    print(*clients_view.lines(tried), sep="\n")
    if clients_view.failed(tried):
        raise Exit(code=1)


@command
def lock(_: Context) -> None:
    """Pin every package with its hashes anew, from the *.in files."""
    from orchard.machine import packages

    words = [packages.uv() or "uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    for number, name in enumerate((*LAYERS, *APART)):
        follows = LAYERS[:number] if name in LAYERS else ()
        shared = [word for other in follows for word in ("--constraints", f"{other}.lock")]
        if (exclude := Path(f"{name}.exclude")).exists():
            shared += ["--excludes", str(exclude)]
        pinned = ["--generate-hashes", "--no-header", *shared, f"{name}.in", "-o", f"{name}.lock"]
        done = subprocess.run([*words, *pinned], check=False)
        if done.returncode:
            raise Exit(code=done.returncode)


def _tools() -> None:
    """Install all that tests and checks ask for, which is every set: they run what users run."""
    from orchard.machine import packages

    packages.require(*packages.SETS)


def _python(*words: str) -> None:
    done = subprocess.run([sys.executable, *words], check=False)
    if done.returncode:
        raise Exit(code=done.returncode)
