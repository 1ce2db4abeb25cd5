"""Checks of the repository itself."""

import re
import subprocess
import sys
import tempfile
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
    *("requirements/site", "requirements/spark4"),
    *sorted(f"requirements/clients/{file.stem}" for file in (ROOT / "requirements" / "clients").glob("*.in")),
)


SPARK4 = "requirements/spark4"
PROCESSES = 4  # for two cores: two of them mostly wait for Terraform, which has pauses of its own


@command(
    help={
        "only": "a path, or an expression as pytest's -k takes",
        "quick": "leave out what tests/schedule.py names: what applies Terraform or runs Spark",
        "coverage": "measure it and print a table",
    }
)
def test(_: Context, only: str = "", quick: bool = False, coverage: bool = False) -> None:
    """Run the tests in four processes, the longest first; --quick: those that show most in four minutes."""
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


@command(help={"only": "a path below tests, or words of a cell's name as pytest's -k takes them"})
def faults(_: Context, only: str = "") -> None:
    """Inject every fault of docs/reliability.md, for real, which takes longer than all tests; --only some of them."""
    _tools()
    words = ["-m", "pytest", "--matrix", "--numprocesses", str(PROCESSES)]
    if only:
        words += [only] if only.startswith("tests") else ["-k", only]
    _python(*words)


@command(help={"only": "a path below tests/spark"})
def spark4(_: Context, only: str = "tests/spark") -> None:
    """Run the jobs' tests with Spark 3.5, and with Spark 4.0 in an environment of its own (.venv-spark4)."""
    from checks import environments

    _tools()
    programs = environments.prepare(ROOT / ".venv-spark4", ROOT / f"{SPARK4}.lock")
    pythons = (sys.executable, str(programs / "python"))
    codes = [subprocess.run([python, "-m", "pytest", only], check=False).returncode for python in pythons]
    if any(codes):
        raise Exit(code=1)


@command
def lint(_: Context) -> None:
    """Run every pre-commit hook on every file."""
    _tools()
    _python("-m", "pre_commit", "run", "--all-files")


@command(help={"only": "one lock file, such as requirements/main.lock"})
def audit(_: Context, only: str = "") -> None:
    """Ask PyPI whether packages of the lock files have known vulnerabilities (pip-audit); needs PyPI's JSON API."""
    _tools()
    which = ["--files", only] if only else ["--all-files"]
    _python("-m", "pre_commit", "run", "audit", "--hook-stage", "manual", *which)  # after --files it would be a file


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
    """Pin every package with its hashes anew, from the *.in files; the nodes' must have wheels for Graviton, too."""
    from checks import wheels
    from orchard.machine import packages

    uv = packages.uv() or "uv"
    words = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11"]
    for number, name in enumerate((*LAYERS, *APART)):
        follows = LAYERS[:number] if name in LAYERS else ()
        shared = [word for other in follows for word in ("--constraints", f"{other}.lock")]
        if name == SPARK4:
            shared = ["--constraints", str(_but_for_spark())]
        if (exclude := Path(f"{name}.exclude")).exists():
            shared += ["--excludes", str(exclude)]
        pinned = ["--generate-hashes", "--no-header", *shared, f"{name}.in", "-o", f"{name}.lock"]
        done = subprocess.run([*words, *pinned], check=False)
        if done.returncode:
            raise Exit(code=done.returncode)
    wheels.check(uv, Path(f"{LAYERS[0]}.lock"))


def _but_for_spark() -> Path:
    """Write the versions of all layers but Spark's own, for what is to be the same but for Spark."""
    lines = [line for layer in LAYERS for line in Path(f"{layer}.lock").read_text().splitlines()]
    pinned = {
        re.split(r"[ \\\\;]", line)[0] for line in lines if re.match(r"(?!pyspark=|py4j=)[\w.-]+(\[.*\])?==", line)
    }
    path = Path(tempfile.mkdtemp(), "but-for-spark.txt")
    path.write_text("\n".join(sorted(pinned)))
    return path


def _tools() -> None:
    """Install all that tests and checks ask for, which is every set: they run what users run."""
    from orchard.machine import packages

    packages.require(*packages.SETS)


def _python(*words: str) -> None:
    done = subprocess.run([sys.executable, *words], check=False)
    if done.returncode:
        raise Exit(code=done.returncode)
