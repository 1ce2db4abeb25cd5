"""The English pages and their French ones, and how the two of a pair differ in what can be counted."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from checks.documents import commands
from orchard.base.places import ROOT

FRENCH = {
    "README.md": "docs/fr/README.md",
    "docs/guide.md": "docs/fr/guide.md",
    "docs/comparison.md": "docs/fr/comparaison.md",
    "docs/costs.md": "docs/fr/couts.md",
    "docs/notebooks.md": "docs/fr/notebooks.md",
    "docs/troubleshooting.md": "docs/fr/depannage.md",
    "docs/from-the-old-guides.md": "docs/fr/anciens-guides.md",
    "docs/local-aws.md": "docs/fr/aws-local.md",
}
# Made from the code, or for those who want to look inside.
ENGLISH_ONLY = (
    *("docs/commands.md", "docs/fidelity.md", "docs/reliability.md", "CHANGELOG.md"),
    *("docs/architecture.md", "docs/contributing.md", "docs/performance.md", "docs/security.md"),
)

SHELLS = ("console", "bash", "sh")

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.S | re.M)
_BLOCK = re.compile(r"<!-- made: ([\w-]+) -->\n.*?<!-- end -->", re.S)


class Section(NamedTuple):
    """What can be counted of a heading and the text up to the next one.

    Attributes:
        level: of the heading, from 1.
        items: the number of the text's list items.
        tables: the rows and columns of each table that is written by hand.
        blocks: the names of those that are made.
        fences: the code with its language; of a shell's the calls, without their comments, which are translated.
        shown: the calls of `./inv`, each with how often; a language has an order of its own.
    """

    level: int
    items: int
    tables: tuple[tuple[int, int], ...]
    blocks: tuple[str, ...]
    fences: tuple[str, ...]
    shown: Counter[str]


def differences(english: str, french: str) -> Iterator[str]:
    """Say in which sections two texts differ, and how; their titles may, since they are words."""
    ours, theirs = list(_sections(english)), list(_sections(french))
    if len(ours) != len(theirs):
        titles = ([title for title, _ in page] for page in (ours, theirs))
        yield "other sections: {} in English, {} in French".format(*titles)
        return
    for (title, one), (titre, other) in zip(ours, theirs, strict=True):
        for name, in_english, in_french in zip(Section._fields, one, other, strict=True):
            if in_english != in_french:
                yield f"'{title}' and '{titre}' differ in {name}: {in_english} and {in_french}"


def _sections(text: str) -> Iterator[tuple[str, Section]]:
    blank = _FENCE.sub(lambda fence: re.sub(r"^#", " #", fence[0], flags=re.M), _BLOCK.sub(_named, text))
    starts = [*re.finditer(r"^(#+) (.+)$", blank, re.M)]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        body = blank[start.end() : end.start() if end else len(blank)]
        prose = _FENCE.sub("", body)
        yield (
            start[2],
            Section(
                level=len(start[1]),
                items=len(re.findall(r"^ *- ", prose, re.M)),
                tables=tuple(_tables(prose)),
                blocks=tuple(re.findall(r"<!-- made: ([\w-]+) -->", body)),
                fences=tuple(_code(*fence) for fence in _FENCE.findall(body)),
                shown=Counter(" ".join(call.split(" #")[0].split()) for call in commands.calls(body)),
            ),
        )


def _code(language: str, code: str) -> str:
    if language not in SHELLS:
        return f"{language}: {code}"
    calls = (line.split(" #")[0].rstrip() for line in code.splitlines() if line.startswith("$ "))
    return "\n".join([f"{language}:", *calls])


def _named(block: re.Match[str]) -> str:
    """Leave of a made block its name, which is the same in both languages."""
    return f"<!-- made: {block[1].removesuffix('-fr')} -->"


def _tables(text: str) -> Iterator[tuple[int, int]]:
    for table in re.findall(r"(?:^\|.*\|\n?)+", text, re.M):
        rows = table.strip().splitlines()
        yield len(rows), len(re.findall(r"(?<!\\)\|", rows[0])) - 1


def pages() -> Iterator[tuple[Path, Path]]:
    """Yield each English page that has a French one, with it."""
    for english, french in FRENCH.items():
        yield ROOT / english, ROOT / french
