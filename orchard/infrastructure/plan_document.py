"""What a saved plan says in Terraform's JSON format ("JSON Output Format", plan representation)."""

from typing import Any


def changed(document: dict[str, Any]) -> list[str]:
    """Return the addresses of what a plan changes, with how: `module.nat[0].aws_eip.this (update)`."""
    entries = document.get("resource_changes", [])
    changes = {entry["address"]: set(entry["change"]["actions"]) - {"no-op", "read"} for entry in entries}
    return [f"{address} ({' and '.join(sorted(actions))})" for address, actions in changes.items() if actions]


def replaced(document: dict[str, Any], kind: str) -> list[str]:
    """Return the arguments whose change makes a plan replace a resource of a type, such as `release_label`."""
    changes = [entry["change"] for entry in document.get("resource_changes", []) if entry["type"] == kind]
    replacing = [change for change in changes if set(change["actions"]) == {"create", "delete"}]
    return sorted({str(path[0]) for change in replacing for path in change.get("replace_paths", [])})
