"""The published policies: the rooms' statements, filled in for a project and an account, in documents for IAM."""

import json
import tomllib
from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from orchard.base.config import EU_REGIONS, Settings
from orchard.base.places import ROOT
from orchard.permissions import names

Document = dict[str, Any]

# Where each part's statements are: beside the code that needs them.
PARTS = {
    "foundation": "infrastructure",
    "cluster": "cluster",
    "run": "runs",
    "look": "doctor",
    "cleanup": "infrastructure",
}

MOST_CHARACTERS = 6144  # of a managed policy, white space not counted (IAM User Guide, "IAM and AWS STS quotas")

# Services that answer from one place, whatever region one is in, so that a region means nothing there; none of them
# holds the data. The Price List has no need: it answers in Frankfurt.
GLOBAL = {
    "iam:*": "says who may do what; there is one for all regions, in us-east-1",
    "sts:*": "says who somebody is; clients may ask the one for all regions, in us-east-1, and it hands out no data",
    "budgets:*": "knows what the account spends; there is one for all regions, in us-east-1",
}

_TAG = {"resource": "aws:ResourceTag/Project", "request": "aws:RequestTag/Project"}


class Statement(NamedTuple):
    """A statement, and what a reader wants to know of it.

    Attributes:
        body: as IAM takes it.
        why: why a resource is wide; empty where none is.
    """

    body: dict[str, Any]
    why: str = ""


class Part(NamedTuple):
    """What one kind of use needs.

    Attributes:
        name: of `PARTS`.
        purpose: what it is needed for.
        statements: in order; the last one denies what is outside the EU.
    """

    name: str
    purpose: str
    statements: list[Statement]


def part(name: str, settings: Settings, account: str) -> Part:
    """Fill in a part's statements; a statement about something that the settings do not have is left out.

    Args:
        name: one of `PARTS`.
        settings: in force.
        account: number of the account.
    """
    source, known = _source(name), names.of(settings, account)
    wanted = [entry for entry in source["statement"] if not entry.get("when") or getattr(settings, entry["when"])]
    return Part(name, source["purpose"], [*(_statement(entry, known) for entry in wanted), _eu_only()])


def documents(settings: Settings, account: str) -> dict[str, list[Document]]:
    """Render the documents of all parts, each short enough for a managed policy.

    Args:
        settings: in force.
        account: number of the account.
    """
    return {name: split(part(name, settings, account)) for name in PARTS}


def split(whole: Part) -> list[Document]:
    """Put a part's statements into as few documents as IAM's limit allows, in order."""
    found: list[Document] = []
    for statement in whole.statements:
        if not found or size(_document([*found[-1]["Statement"], statement.body])) > MOST_CHARACTERS:
            found.append(_document([]))
        found[-1]["Statement"].append(statement.body)
    return found


def size(document: Document) -> int:
    """Count a document's characters as IAM does."""
    return len("".join(json.dumps(document).split()))


def managed_policies(settings: Settings, account: str, wanted: Iterable[str] = tuple(PARTS)) -> dict[str, Document]:
    """Render the documents of parts by names for managed policies.

    The names do not begin as those of Terraform's own policies do, which a deployer may write.

    Args:
        settings: in force.
        account: number of the account.
        wanted: which parts.
    """
    prefix = f"deployer-{settings.project}-{settings.region}"
    found = {}
    for name, rendered in documents(settings, account).items():
        for number, document in enumerate(rendered, 1):
            if name in wanted:
                found[f"{prefix}-{name}" + (f"-{number}" if len(rendered) > 1 else "")] = document
    return found


@cache
def _source(name: str) -> dict[str, Any]:
    return tomllib.loads((ROOT / "orchard" / PARTS[name] / f"{name}.permissions.toml").read_text())


def _statement(entry: dict[str, Any], known: dict[str, str]) -> Statement:
    conditions = {operator: dict(keys) for operator, keys in entry.get("conditions", {}).items()}
    if whose := entry.get("by_tag"):
        conditions.setdefault("StringEquals", {})[_TAG[whose]] = "{project}"
    body = {"Sid": entry["sid"], "Effect": "Allow", "Action": entry["actions"], "Resource": entry["resources"]}
    return Statement(names.fill(body | ({"Condition": conditions} if conditions else {}), known), entry.get("why", ""))


def _eu_only() -> Statement:
    return Statement(
        {
            "Sid": "DenyOutsideTheEu",
            "Effect": "Deny",
            "NotAction": list(GLOBAL),
            "Resource": "*",
            "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(EU_REGIONS)}},
        },
        "a Deny must cover everything to be a promise; what it spares answers from one region for the whole world",
    )


def _document(statements: list[dict[str, Any]]) -> Document:
    return {"Version": "2012-10-17", "Statement": statements}
