"""The pages, and the blocks in them that are made from the code.

A block stands between `<!-- made: NAME -->` and `<!-- end -->`; what is between is replaced, the rest is left alone.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from orchard.base.errors import OrchardError
from orchard.base.places import ROOT

_BLOCK = re.compile(r"(?P<begin><!-- made: (?P<name>[\w-]+) -->\n)(?P<text>.*?)(?P<end><!-- end -->)", re.S)
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<to>[^)\s]+)\)|!\[[^\]]*\]\((?P<image>[^)\s]+)\)")
_CODE = re.compile(r"```.*?```|`[^`\n]*`", re.S)


class Link(NamedTuple):
    """A link that leads nowhere."""

    page: Path
    to: str


def pages(root: Path = ROOT) -> list[Path]:
    """Return every page a user reads, the README first."""
    return [root / "README.md", *(page for name in ("CHANGELOG.md",) if (page := root / name).exists()),
            *sorted((root / "docs").rglob("*.md"))]  # fmt: skip


def rendered(text: str, makers: Mapping[str, Callable[[], str]]) -> str:
    """Return a page with each of its blocks made anew.

    Raises:
        OrchardError: the page asks for a block that nothing makes.
    """

    def made(match: re.Match[str]) -> str:
        name = match["name"]
        if name not in makers:
            raise OrchardError(f"nothing makes a block {name!r}", f"the blocks are: {', '.join(sorted(makers))}")
        return f"{match['begin']}{makers[name]().strip()}\n{match['end']}"

    return _BLOCK.sub(made, text)


def stale(makers: Mapping[str, Callable[[], str]], root: Path = ROOT) -> dict[Path, str]:
    """Return the pages whose blocks differ from what the code says, with what they ought to be."""
    wanted = {page: rendered(page.read_text(), makers) for page in pages(root)}
    return {page: text for page, text in wanted.items() if page.read_text() != text}


def own_words(text: str) -> str:
    """Return a page without its made blocks and without code: what somebody wrote and only somebody can keep true."""
    return _CODE.sub("", _BLOCK.sub("", text))


def broken_links(root: Path = ROOT) -> Iterator[Link]:
    """Find relative links to files or headings that are not there; links to other hosts are not followed."""
    for page in pages(root):
        for match in _LINK.finditer(_CODE.sub("", page.read_text())):
            to = match["to"] or match["image"]
            if re.match(r"[a-z]+:", to):
                continue
            name, _, anchor = to.partition("#")
            file = (page.parent / name).resolve() if name else page
            if not file.exists() or (anchor and anchor not in _anchors(file)):
                yield Link(page, to)


def _anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub gives a page's headings."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page.read_text(), flags=re.S), re.M)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}
