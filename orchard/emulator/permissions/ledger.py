"""What everybody did: a line for each principal, action, kind of resource and context, the first time.

What a policy allows and nobody ever does is seen here, and so is what was refused; and what was allowed can be decided
again by other policies.
"""

import json
import re
import threading
from pathlib import Path
from typing import NamedTuple

from orchard.emulator.permissions.access import Access, Principal

NAME = "permissions.jsonl"
# Tens of thousands of photographs are one line: of an object, the folders that the layout of a bucket names.
OBJECT = re.compile(r"^(arn:aws:s3:::[^/]+/(?:[^/]+/){1,2}).*$")
PREFIX = re.compile(r"^((?:[^/]+/){1,2}).*$")
# Of each request its own.
VOLATILE = ("s3:x-amz-content-sha256", "s3:versionid", "kms:encryptioncontext:", "s3:x-amz-copy-source")


class Line(NamedTuple):
    """One thing that somebody did, or tried.

    Attributes:
        principal: ARN of the user, the role or the service.
        action: as in `s3:PutObject`.
        resource: the ARN; of objects, the first folders.
        region: that was asked.
        context: values of the condition keys that the access had, as `Access.context`.
        allowed: whether they might.
        decided_by: the statements that decided.
    """

    principal: str
    action: str
    resource: str
    region: str
    context: dict[str, list[str]]
    allowed: bool
    decided_by: list[str]


class Ledger:
    """A file that grows by what is new."""

    def __init__(self, home: Path) -> None:
        self._file, self._known, self._lock = home / NAME, set[str](), threading.Lock()

    def note(
        self, principal: Principal, access: Access, region: str, *, allowed: bool, decided_by: tuple[str, ...]
    ) -> None:
        """Write down an access that was decided."""
        resource = OBJECT.sub(r"\1*", access.resource)
        context = {
            key: [PREFIX.sub(r"\1", value) for value in values] if key == "s3:prefix" else list(values)
            for key, values in access.context.items()
            if not key.startswith(VOLATILE)
        }
        who = principal.role or principal.arn
        line = json.dumps(Line(who, access.action, resource, region, context, allowed, list(decided_by))._asdict())
        if line in self._known:
            return
        with self._lock:
            self._known.add(line)
            with self._file.open("a") as file:
                file.write(f"{line}\n")


def read(home: Path) -> list[Line]:
    """Read what was done in one life of the emulator, oldest first."""
    file = home / NAME
    return [Line(**json.loads(text)) for text in file.read_text().splitlines()] if file.exists() else []
