"""Orchard's commands with Terraform's roots from another directory, what Terraform says written down, and no end.

So a test knows at which moment to break in. Usage: orchard_elsewhere.py ROOTS EVENTS WORDS...
"""

import sys
from copy import deepcopy
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import tasks
from orchard.commands.program import OrchardProgram
from orchard.diagnosis.terraform_events import Transcript
from orchard.emulator import process
from orchard.infrastructure import terraform
from orchard.machine import packages

packages.require = lambda *_: None  # the environment is the tests', which have all that they need
process.stop = lambda *_: False  # `cleanup` ends the local AWS, and other cells go on there
roots, events, *words = sys.argv[1:]
terraform.DIRECTORY = Path(roots)
read = Transcript.read


def noted(transcript: Transcript, line: str) -> object:
    """Write a line of Terraform's down before anybody makes something of it."""
    with Path(events).open("a") as file:
        file.write(line)
    return read(transcript, line)


Transcript.read = noted  # type: ignore[method-assign]
OrchardProgram(namespace=deepcopy(tasks.namespace), name="Orchard", binary="inv").run(["inv", *words])
