"""What everybody did: a line for each principal, action and kind of resource, the first time.

What a policy allows and nobody ever does is seen here, and so is what was refused.
"""

import json
import re
import threading
from pathlib import Path
from typing import NamedTuple

from orchard.emulator.permissions.access import Access, Principal

NAME = "permissions.jsonl"
OBJECT = re.compile(r"^(arn:aws:s3:::[^/]+/(?:[^/]+/){0,2}).*")  # tens of thousands of photographs are one line


class Line(NamedTuple):
    """One thing that somebody did, or tried.

    Attributes:
        principal: ARN of the user, the role or the service.
        action: as in `s3:PutObject`.
        resource: the ARN; of objects, the first folders.
        allowed: whether they might.
        decided_by: the statements that decided.
    """

    principal: str
    action: str
    resource: str
    allowed: bool
    decided_by: tuple[str, ...] = ()


class Ledger:
    """A file that grows by what is new."""

    def __init__(self, home: Path) -> None:
        self._file, self._known, self._lock = home / NAME, set[Line](), threading.Lock()

    def note(self, principal: Principal, access: Access, *, allowed: bool, decided_by: tuple[str, ...] = ()) -> None:
        """Write down an access that was decided."""
        resource = OBJECT.sub(r"\1*", access.resource)
        line = Line(principal.role or principal.arn, access.action, resource, allowed, decided_by)
        if line in self._known:
            return
        with self._lock:
            self._known.add(line)
            with self._file.open("a") as file:
                file.write(json.dumps(line._asdict()) + "\n")


def read(home: Path) -> list[Line]:
    """Read what was done in one life of the emulator, oldest first."""
    file = home / NAME
    lines = [json.loads(text) for text in file.read_text().splitlines()] if file.exists() else []
    return [Line(**line | {"decided_by": tuple(line["decided_by"])}) for line in lines]
