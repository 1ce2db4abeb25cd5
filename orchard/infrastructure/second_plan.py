"""A second plan right after an apply, which must be empty.

Where AWS echoes something otherwise than it was asked for, the next `up` would change it again, or replace the cluster
for it. Only AWS itself can tell.
"""

from collections.abc import Mapping
from typing import Any

from orchard.base.console import say
from orchard.base.errors import OrchardError
from orchard.infrastructure import plan_document
from orchard.infrastructure.terraform import Terraform


def warn(root: Terraform, variables: Mapping[str, Any]) -> None:
    """Plan again, and tell what would be changed once more; nothing of it is kept to be applied."""
    try:
        again = root.plan(variables)
    except OrchardError as error:  # what was made stands all the same
        say(f"Warning: the {root.root} could not be planned again: {error.cause}")
        return
    if again.changed:
        changes = ", ".join(plan_document.changed(root.show_json(again)))
        say(
            f"Warning: planned again, the {root.root} is not as it was asked for: {changes}.",
            "The next ./inv up would change that; look at ./inv plan before it.",
        )
    again.file.unlink(missing_ok=True)
