"""`completion`: the script by which a shell asks `./inv --candidates` what may come next."""

from invoke import Context

from orchard.base.console import tell
from orchard.base.errors import UsageError
from orchard.base.language import marked
from orchard.base.nearest import suggest
from orchard.base.places import ROOT
from orchard.commands.candidates import SHELLS
from orchard.commands.task import command

SCRIPTS = ROOT / "orchard" / "commands" / "shells"


@command(positional=["shell"], help={"shell": marked("which one: bash, zsh, fish")})
def completion(_: Context, shell: str) -> None:
    """Print what lets bash, zsh or fish complete ./inv: tasks, flags, runs, clusters, steps."""
    if shell not in SHELLS:
        raise UsageError(f"there is no completion for {shell}", suggest(shell, SHELLS))
    tell(*(SCRIPTS / f"inv.{shell}").read_text().splitlines())
