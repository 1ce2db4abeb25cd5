"""JupyterHub's password and how its repair went, as the primary node tells them (spark/jupyterhub.sh).

What the node said is read, since Session Manager's exit code says only that there was a session: the AWS CLI ends with
0 whatever became of the command in it (aws/session-manager-plugin, issue 59, "Exit codes are not reported").
"""

import re
import subprocess
from collections.abc import Mapping
from typing import NamedTuple

from orchard.base.errors import OrchardError
from orchard.diagnosis import failures
from orchard.diagnosis.tunnel import missing

PATIENCE = 120.0  # seconds for the node's answer
_PASSWORD = re.compile(r"^password=([\w-]+)\s*$", re.M)
_HUB = re.compile(r"^jupyterhub: (.*?)\s*$", re.M)
_SESSION = re.compile(r"(?:Starting|Exiting) session with sessionId", re.I)
_NOT_YET = "it is set some minutes after the start; until then JupyterHub has EMR's own: jovyan and jupyter"


def command(home: str, *, sudo: bool) -> str:
    """Return what the node is to run.

    Args:
        home: of the user whose files they are, with a slash at its end, or empty.
        sudo: become root to read them.
    """
    root = "sudo " if sudo else ""
    return f"{root}tail -n 1 {home}.jupyterhub.log; {root}sed s/^/password=/ {home}.jupyterhub-password"


class Answer(NamedTuple):
    """What the node told.

    Attributes:
        password: of jovyan.
        hub: the last that was heard of the hub's repair; empty where nothing was.
    """

    password: str
    hub: str


def ask(line: list[str], environment: Mapping[str, str]) -> Answer:
    """Let the node tell the password.

    Args:
        line: the program that takes `command` to the node, with its arguments.
        environment: its environment.

    Raises:
        OrchardError: the program is missing, or no password came back.
    """
    try:
        done = subprocess.run(
            line,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
        )
    except FileNotFoundError:
        raise missing(line[0]) from None
    except subprocess.TimeoutExpired:
        raise OrchardError(f"the primary node said nothing for {PATIENCE:.0f} s", "call again") from None
    hub = _HUB.search(done.stdout)
    if found := _PASSWORD.search(done.stdout):
        return Answer(found[1], hub[1] if hub else "")
    if known := failures.find(done.stdout, failures.TUNNEL):
        raise OrchardError(known[1].cause, known[1].remedy)
    said = [text for text in map(str.strip, done.stdout.splitlines()) if text and not _SESSION.match(text)]
    why = hub[1] if hub else said[-1] if said else "it said nothing"
    raise OrchardError(f"the primary node gave no password: {why}", _NOT_YET)
