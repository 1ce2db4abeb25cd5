"""The tables of what each principal may do, does and does not do, from what the end-to-end story has recorded."""

import tomllib

from checks.documents.markdown import table
from orchard.base.places import ROOT

RECORDED = ROOT / "tests" / "e2e" / "permissions.toml"


def used() -> str:
    """Return a row for each principal: how many actions its policies allow, and how many of them the story uses."""
    rows = []
    for told in _recorded().values():
        kept = sum(len(entry["actions"]) for entry in told["unused"])
        rows.append((told["who"], str(len(told["used"]) + kept), str(len(told["used"])), str(kept)))
    return table(("who", "allowed", "used", "kept for a reason"), rows)


def unused() -> str:
    """Return a row for each reason why actions are allowed that the story does not use."""
    rows = [
        (told["who"], entry["why"], ", ".join(f"`{action}`" for action in entry["actions"]))
        for told in _recorded().values()
        for entry in told["unused"]
    ]
    return table(("who", "why", "actions"), rows)


def _recorded() -> dict[str, dict]:
    return tomllib.loads(RECORDED.read_text())
