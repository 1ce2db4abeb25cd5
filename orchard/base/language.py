"""What Orchard says, in the user's language, from a catalogue in gettext's format: languages/<language>.po.

A message is put together where it arises, in English, from a template and what fills its braces. Here the template is
recognised by the words between the braces, and filled in again in the other language.
"""

import json
import os
import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

from orchard.base import numerals

FOLDER = Path(__file__).with_name("languages")
SETTINGS = Path(__file__).resolve().parents[2] / "orchard.toml"
ENGLISH = "en"
FEW = 5  # letters, that a template needs among what Orchard says
SURE = 8  # letters; fewer may stand by chance in what fills a message: "{0} takes {1}"

_ENTRY = re.compile(r'^msgid ((?:".*"\n)+)msgstr ((?:".*"(?:\n|\Z))+)', re.M)
_BRACES = re.compile(r"\{(\w+)\}")
# A number, also of percent; a length of time; a time of the day, also with its day.
_NUMBER = re.compile(r"(?:[A-Z][a-z]{2} \d\d )?[\d,.:]*\d(?:%| ?(?:s|min|h|d)(?: \d+ (?:s|min|h))?)?")
_RUN = re.compile(r"--run-name ([\w.-]*\w)")
_BEHIND = re.compile(r"(.+) \((.+)\)", re.S)  # what stands in parentheses at the end
_LINE = re.compile(r"((?:error|cause|remedy): )(.*)", re.S)


class Template(NamedTuple):
    """A message with braces where something is filled in, in English and in another language."""

    english: str
    other: str
    longest: str  # of the English parts between the braces
    letters: int  # of all these parts: how much there is to recognise it by

    @classmethod
    def of(cls, english: str, other: str) -> "Template":
        """Return a message of a catalogue as a template."""
        parts = _BRACES.split(english)[::2]
        return cls(english, other, max(parts, key=len), sum(map(len, parts)))

    def fill(self, message: str) -> dict[str, str] | None:
        """Return what fills the braces in a message; None where the message is another one."""
        if self.longest not in message:
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
    named = os.environ.get("ORCHARD_LANG") or _setting(SETTINGS)
    if named in ("", "auto"):
        locale = next(filter(None, map(os.environ.get, ("LC_ALL", "LC_MESSAGES", "LANG"))), None) or ENGLISH
        named = re.split(r"[_.@]", locale)[0]
    return named if (FOLDER / f"{named}.po").is_file() else ENGLISH


def told(*lines: str) -> tuple[str, ...]:
    """Return lines of an error, its cause or its remedy in the language that is chosen; others as they are."""
    return tuple(tr(line) if _LINE.fullmatch(line) else line for line in lines)


def tr(text: str) -> str:
    """Return what Orchard says, put together in English, in the language that is chosen, its numbers included."""
    if (language := chosen()) == ENGLISH or not text:
        return text
    head, rest = found.groups() if (found := _LINE.fullmatch(text)) else ("", text)
    return catalogue(language).get(head, head) + numerals.written(translated(rest, language, FEW), language)


def headed(head: str, text: str) -> str:
    """Return a text under its head, both translated already, with a colon as the language has it."""
    return f"{head}{' :' if chosen() == 'fr' else ':'} {text}"


def marked(text: str) -> str:
    """Return a text as it is: it is translated where it is shown, and this tells the catalogue (gettext's `N_`)."""
    return text


@lru_cache(1024)
def translated(message: str, language: str, least: int = 0) -> str:
    """Return a message in a language: whole, else part by part at its semicolons; what is unknown stays English.

    Args:
        message: in English.
        language: another one.
        least: the number of letters by which a template has to be recognised.
    """
    # A word alone that fills a message may be a setting's name, such as network.
    if message in (known := catalogue(language)) and (least < SURE or " " in message):
        return known[message]
    for template in _templates(language):
        if (words := template.fill(message)) is not None and _is_sure(template, words, least):
            return _filled(template.other, {name: translated(text, language, SURE) for name, text in words.items()})
    if (named := _RUN.search(message)) and named[1] != "NAME":  # filled in where a remedy of the tables or jobs is told
        unnamed = message.replace(f"--run-name {named[1]}", "--run-name NAME")
        return translated(unnamed, language, least).replace("--run-name NAME", f"--run-name {named[1]}")
    parts = message.split("; ")
    others = [translated(part, language, SURE) for part in parts] if len(parts) > 1 else parts
    if others == parts and (behind := _BEHIND.fullmatch(message)):
        return f"{translated(behind[1], language, SURE)} ({translated(behind[2], language, SURE)})"
    return " ; ".join(others) if others != parts else message


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return the messages of a catalogue with their translations."""
    text = (FOLDER / f"{language}.po").read_text(encoding="utf-8")
    return {english: other for english, other in map(_entry, _ENTRY.finditer(text)) if english and other}


@cache
def _templates(language: str) -> list[Template]:
    """Return the messages that have braces, those with most words first: they are the ones that fit best."""
    found = [Template.of(english, other) for english, other in catalogue(language).items() if _BRACES.search(english)]
    return sorted(found, key=lambda template: -template.letters)


def _is_sure(template: Template, words: dict[str, str], least: int) -> bool:
    """Tell whether a template is recognised: by its letters, or by the numbers that it has ("3 images")."""
    return template.letters >= least or all(map(_NUMBER.fullmatch, words.values()))


def _filled(text: str, words: dict[str, str]) -> str:
    return _BRACES.sub(lambda brace: words[brace[1]], text)


def _entry(match: re.Match[str]) -> tuple[str, str]:
    return _joined(match[1]), _joined(match[2])


def _joined(quoted: str) -> str:
    """Return what a catalogue's strings say; they are written as JSON writes them."""
    return "".join(json.loads(line) for line in quoted.splitlines())


@cache
def _setting(file: Path) -> str:
    try:
        return str(tomllib.loads(file.read_text()).get("lang", ""))
    except (OSError, ValueError):  # said in English or in the locale's language, whatever else is wrong with it
        return ""
