"""Where to look for what is ours, and by what it is known to be."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from orchard.aws.target import Target

Values = Mapping[str, Any]


def key_alias(project: str) -> str:
    """Name the alias of the key of the data, as terraform/modules/bucket does."""
    return f"alias/{project}-data"


@dataclass(frozen=True)
class Place:
    """Where to look, and for whose.

    Attributes:
        target: where.
        project: the value of the tag Project.
    """

    target: Target
    project: str

    def client(self, service: str) -> Any:
        """Make a service's client."""
        return self.target.client(service)

    def owns(self, given: Any) -> bool:
        """Tell whether tags are the project's, in any of the forms in which AWS's services give them."""
        if isinstance(given, Mapping):
            return given.get("Project") == self.project
        pairs = ({name.lower(): value for name, value in tag.items()} for tag in given or [])
        return any((tag.get("key", tag.get("tagkey")), tag.get("value")) == ("Project", self.project) for tag in pairs)


# Takes what a plan knows of a resource; returns the id by which Terraform imports it, None where it is not there or
# not ours. What AWS does not know raises NotFoundError.
Finder = Callable[[Place, Values], str | None]
