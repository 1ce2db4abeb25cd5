"""The published policies for people: what each part is for, and what it allows, on what, and why so wide."""

import json
import sys
from itertools import groupby
from pathlib import Path

from rich.table import Table
from rich.text import Text

from orchard.base.console import screen
from orchard.base.errors import UsageError
from orchard.base.language import marked
from orchard.permissions import published
from orchard.permissions.published import Document, Part, Statement

ADVICE = marked(
    "Give these to whoever administers your account: ./inv permissions --write DIR makes a file for each, for "
    "aws iam create-policy --policy-name NAME --policy-document file://DIR/NAME.json"
)


def show(parts: list[Part], account: str) -> None:
    """Print parts: a line for each statement's name, actions, resources, conditions and reason."""
    console = screen(highlight=False, width=None if sys.stdout.isatty() else 10_000)
    for part in parts:
        sizes = [f"{published.size(document):,}" for document in published.split(part)]
        console.print(Text(part.name, "bold").append(f": to {part.purpose}", "not bold"))
        told = f"account {account}; {len(sizes)} {'policies' if len(sizes) > 1 else 'policy'}, {' and '.join(sizes)}"
        console.print(Text(f"{told} of {published.MOST_CHARACTERS:,} characters", "dim"))
        if sys.stdout.isatty():
            table = Table.grid(padding=(0, 1))
            table.add_column(no_wrap=True)
            table.add_column(ratio=1, overflow="fold")
            for statement in part.statements:
                table.add_row(statement.body["Sid"], _text(statement))
            console.print(table)
        else:
            for statement in part.statements:
                print(statement.body["Sid"], *_text(statement).plain.splitlines(), sep="\n  ")
        console.print()


def as_json(policies: dict[str, Document]) -> str:
    """Return a policy alone as IAM takes it, several as an object by their names."""
    value = next(iter(policies.values())) if len(policies) == 1 else policies
    return json.dumps(value, indent=2)


def write(policies: dict[str, Document], folder: Path) -> list[Path]:
    """Write each policy to a file of its name.

    Raises:
        UsageError: the folder cannot be written to.
    """
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, document in policies.items():
            files.append(folder / f"{name}.json")
            files[-1].write_text(json.dumps(document, indent=2) + "\n")
    except OSError as error:
        raise UsageError(f"{folder} cannot be written to: {error.strerror}", "choose another folder") from None
    return files


def _text(statement: Statement) -> Text:
    body = statement.body
    allows = body["Effect"] == "Allow"
    actions = _by_service(body["Action"] if allows else body["NotAction"])
    text = Text(actions) if allows else Text(f"denies everything but {actions}", "red")
    resources = body["Resource"] if isinstance(body["Resource"], list) else [body["Resource"]]
    text.append(f"\non {', '.join(resources)}", "cyan")
    for operator, keys in body.get("Condition", {}).items():
        for key, values in keys.items():
            either = values if isinstance(values, str) else ", ".join(values)
            text.append(f"\nif {key} {operator} {either}", "green")
    return text.append(f"\nwhy: {statement.why}", "dim") if statement.why else text


def _by_service(actions: list[str]) -> str:
    """Write `s3: GetObject, PutObject` for several actions of one service."""
    split = [action.split(":") for action in actions]
    groups = groupby(split, key=lambda pair: pair[0])
    return "; ".join(f"{service}: {', '.join(name for _, name in names)}" for service, names in groups)
