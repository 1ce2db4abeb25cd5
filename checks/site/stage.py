"""The pages as MkDocs takes them: each at its place in the site, with the files of the repository that they lead to."""

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from checks.documents import pages
from orchard.base.places import ROOT

_CODE = re.compile(r"(```.*?```|`[^`\n]*`)", re.S)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_COMMENT = re.compile(r"<!-- [^>]* -->")
_FRENCH_SPACE = re.compile(r" (?=[;:?!»%])|(?<=«) ")  # where French sets a space, and no line may break
_PICTURES = {".png", ".svg"}
_LANGUAGES = {".json": "json", ".toml": "toml"}


def stage(to: Path, root: Path = ROOT) -> None:
    """Write all pages to a directory, and each file that a page leads to as a page of its own."""
    waiting, seen = pages.pages(root), set[Path]()
    while waiting:
        file = waiting.pop()
        if file in seen:
            continue
        seen.add(file)
        target = to / place(file.relative_to(root))
        target.parent.mkdir(parents=True, exist_ok=True)
        if file.suffix in _PICTURES:
            shutil.copyfile(file, target)
        elif file.suffix == ".md":
            text, led = _page(file, root)
            target.write_text(text)
            waiting += led
        else:
            name = file.relative_to(root)
            target.write_text(f"# {name}\n\n````{_LANGUAGES.get(file.suffix, 'text')}\n{file.read_text()}\n````\n")


def place(name: Path) -> PurePosixPath:
    """Return where in the site a file of the repository is; both are relative."""
    path = PurePosixPath(name.as_posix())
    if path.parts[0] == "docs" and path.suffix in {".md", *_PICTURES}:
        path = path.relative_to("docs")
    elif path.as_posix() not in {"README.md", "CHANGELOG.md"}:
        path = PurePosixPath("source", path)
    if path.name == "README.md":
        return path.with_name("index.md")
    return path if path.suffix in {".md", *_PICTURES} else path.with_name(f"{path.name}.md")


def _page(file: Path, root: Path) -> tuple[str, list[Path]]:
    """Return a page's text with its links as they are in the site, and the files that they lead to."""
    text, led = file.read_text(), list[Path]()
    here = place(file.relative_to(root))

    def there(match: re.Match[str]) -> str:
        name, hash_, anchor = match[1].partition("#")
        if not name or re.match(r"[a-z]+:", name):
            return match[0]
        target = (file.parent / name).resolve()
        if target.is_dir():
            target /= "README.md"
        if not target.exists():
            return match[0]  # MkDocs names it
        led.append(target)
        return f"]({os.path.relpath(place(target.relative_to(root)), here.parent)}{hash_}{anchor})"

    text = _outside_code(text, lambda words: _LINK.sub(there, _COMMENT.sub("", words)))
    if here.parts[0] == "fr":
        text = _outside_code(text, lambda words: _FRENCH_SPACE.sub("\N{NO-BREAK SPACE}", words))
    if "```mermaid" in text:  # the theme would fetch it from another host
        text += f'\n<script src="{os.path.relpath("mermaid.js", here.parent)}"></script>\n'
    return text, led


def _outside_code(text: str, change: Callable[[str], str]) -> str:
    return "".join(part if number % 2 else change(part) for number, part in enumerate(_CODE.split(text)))
