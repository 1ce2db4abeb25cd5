"""Asking the data plane on this machine: a module of `spark/fruits`, in a process of its own."""

import subprocess
import sys

from orchard.base import waiting
from orchard.base.errors import OrchardError, UsageError
from orchard.base.places import ROOT


def call(module: str, *words: str, doing: str, otherwise: str) -> str:
    """Run a module and return the last line that it prints.

    Args:
        module: of `fruits`, which says what is wrong as `error:` and `remedy:`.
        words: its arguments.
        doing: what it is asked for, as one reads it while it lasts.
        otherwise: the remedy, where it names none.

    Raises:
        OrchardError: it failed, with its cause and remedy; a UsageError where what it was given was wrong.
    """
    line = [sys.executable, "-m", f"fruits.{module}", *words]
    with waiting.shown(doing):
        done = subprocess.run(line, cwd=ROOT / "spark", capture_output=True, text=True, check=False)
    if done.returncode:
        said = dict(line.split(": ", 1) for line in done.stderr.splitlines() if ": " in line)
        kind = UsageError if done.returncode == UsageError.exit_code else OrchardError
        raise kind(said.get("error", done.stderr[-300:]), said.get("remedy", otherwise))
    return done.stdout.strip().splitlines()[-1]
