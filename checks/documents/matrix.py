"""The decision matrix of the comparison, with its totals, from the points and weights in docs/comparison.toml."""

import tomllib
from typing import NamedTuple

from orchard.base.places import ROOT

FILE = ROOT / "docs" / "comparison.toml"
WAYS = ("studio", "jupyterhub")
USERS = ("prototype", "team")


class Words(NamedTuple):
    """The words of a table in one language; `name` and `why` are the keys of the criterion's texts in the file."""

    head: tuple[str, ...]
    total: str
    name: str
    why: str


ENGLISH = Words(
    ("criterion", "EMR Studio", "JupyterHub", "weight: quick prototype", "weight: team, production", "why"),
    "**total, {user}**",
    "name",
    "why",
)
FRENCH = Words(
    ("critère", "EMR Studio", "JupyterHub", "poids : prototype rapide", "poids : équipe, production", "pourquoi"),
    "**total, {user}**",
    "french",
    "pourquoi",
)


def totals(criteria: list[dict], user: str) -> dict[str, int]:
    """Return each way's points times the user's weights, added up, in per cent of what could be had."""
    most = sum(5 * entry[user] for entry in criteria)
    return {way: round(100 * sum(entry[way] * entry[user] for entry in criteria) / most) for way in WAYS}


def rows(words: Words) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Return the table's head and its rows: the criteria, then a total for each kind of user."""
    criteria = tomllib.loads(FILE.read_text())["criterion"]
    lines = [(entry[words.name], *(str(entry[key]) for key in (*WAYS, *USERS)), entry[words.why]) for entry in criteria]
    for column, user in enumerate(USERS, start=3):
        found = totals(criteria, user)
        label = words.total.format(user=words.head[column].split(": ")[-1].split(" : ")[-1])
        lines.append((label, *(f"**{found[way]} %**" for way in WAYS), "", "", ""))
    return words.head, lines
