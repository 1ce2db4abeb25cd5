"""Errors and remedies in the user's language, from a catalogue in gettext's format: languages/<language>.po.

A message is put together where it arises, in English, from a template and what fills its braces. Here the template is
recognised by the words between the braces, and filled in again in the other language.
"""

import json
import os
import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).with_name("languages")
SETTINGS = Path(__file__).resolve().parents[2] / "orchard.toml"
ENGLISH = "en"
SURE = 8  # letters; fewer may stand by chance in what fills a message: "{0} takes {1}"

_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"(?:\n|\Z))+)', re.M)
_BRACES = re.compile(r"\{(\w+)\}")
_RUN = re.compile(r"--run-name ([\w.-]*\w)")
_LINE = re.compile(r"(error|cause|remedy): (.*)", re.S)


class Template(NamedTuple):
    """A message with braces where something is filled in, in English and in another language."""

    english: str
    other: str

    @property
    def words(self) -> list[str]:
        """The English words between the braces, the longest first."""
        return sorted(_BRACES.split(self.english)[::2], key=len, reverse=True)

    @property
    def letters(self) -> int:
        """How much of the English there is to recognise it by."""
        return sum(map(len, self.words))

    def fill(self, message: str) -> dict[str, str] | None:
        """Return what fills the braces in a message; None where the message is another one."""
        if self.words[0] not in message:
            return None
        seen = set[str]()

        def group(brace: re.Match[str]) -> str:
            again = brace[1] in seen
            seen.add(brace[1])
            return f"(?P=b{brace[1]})" if again else f"(?P<b{brace[1]}>.*?)"

        escaped = _BRACES.sub(group, re.sub(r"[.^$*+?\\\[\]()|]", r"\\\g<0>", self.english))
        found = re.fullmatch(escaped, message, re.S)
        return {name[1:]: text for name, text in found.groupdict().items()} if found else None


def chosen() -> str:
    """Return the language that `lang` names (in the environment, else in orchard.toml), else that of the locale."""
    named = os.environ.get("ORCHARD_LANG") or _setting()
    if named in ("", "auto"):
        locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), None) or ENGLISH
        named = re.split(r"[_.@]", locale)[0]
    return named if (FOLDER / f"{named}.po").is_file() else ENGLISH


def told(*lines: str) -> tuple[str, ...]:
    """Return lines of an error, its cause or its remedy in the language that is chosen; others as they are."""
    language = chosen()
    return tuple(_line(line, language) for line in lines) if language != ENGLISH else lines


def translated(message: str, language: str, least: int = 0) -> str:
    """Return a message in a language: whole, else part by part at its semicolons; what is unknown stays English.

    Args:
        message: in English.
        language: another one.
        least: the number of letters by which a template has to be recognised.
    """
    if message in (known := catalogue(language)):
        return known[message]
    for template in _templates(language):
        if template.letters >= least and (words := template.fill(message)) is not None:
            return _filled(template.other, {name: translated(text, language, SURE) for name, text in words.items()})
    if (named := _RUN.search(message)) and named[1] != "NAME":  # filled in where a remedy of the tables or jobs is told
        unnamed = message.replace(f"--run-name {named[1]}", "--run-name NAME")
        return translated(unnamed, language, least).replace("--run-name NAME", f"--run-name {named[1]}")
    parts = message.split("; ")
    others = [translated(part, language, SURE) for part in parts] if len(parts) > 1 else parts
    return " ; ".join(others) if others != parts else message


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the messages of a catalogue with their translations."""
    text = (FOLDER / f"{language}.po").read_text(encoding="utf-8")
    return {english: other for english, other in map(_entry, _ENTRY.finditer(text)) if english and other}


@cache
def _templates(language: str) -> list[Template]:
    """Return the messages that have braces, those with most words first: they are the ones that fit best."""
    found = [Template(english, other) for english, other in catalogue(language).items() if _BRACES.search(english)]
    return sorted(found, key=lambda template: -template.letters)


def _filled(text: str, words: dict[str, str]) -> str:
    return _BRACES.sub(lambda brace: words[brace[1]], text)


def _entry(match: re.Match[str]) -> tuple[str, str]:
    return _joined(match[1]), _joined(match[2])


def _joined(quoted: str) -> str:
    """Return what a catalogue's strings say; they are written as JSON writes them."""
    return "".join(json.loads(line) for line in quoted.splitlines())


def _line(line: str, language: str) -> str:
    if not (found := _LINE.fullmatch(line)):
        return line
    head = catalogue(language).get(f"{found[1]}: ", f"{found[1]}: ")
    return head + translated(found[2], language)


def _setting() -> str:
    try:
        return str(tomllib.loads(SETTINGS.read_text()).get("lang", ""))
    except (OSError, ValueError):  # said in English or in the locale's language, whatever else is wrong with it
        return ""
