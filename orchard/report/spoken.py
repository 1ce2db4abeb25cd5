"""The page's templates and scripts in the user's language: what they say stands in their source, in English.

A sentence of a template goes from one tag to the next, with {0}, {1} ... for its expressions; a script marks its own by
tr`...`. So the catalogue of `orchard.base.language` has them as it has all others.
"""

import re
from collections.abc import Callable, Iterator

import jinja2

from orchard.base.language import tr

_EXPRESSION = r"\{\{.*?\}\}"
_BLOCK = r"\{[%#].*?[%#]\}"
_TOKEN = re.compile(rf"({_EXPRESSION})|({_BLOCK}|<style>.*?</style>|<(?:{_EXPRESSION}|{_BLOCK}|[^<>{{])*>)", re.S)
_HOLES = re.compile(_EXPRESSION, re.S)
_ATTRIBUTE = re.compile(r'(?<=\b)(aria-label|placeholder)="([^"{]+)"')
_SCRIPT = re.compile(r"\btr`([^`]*)`")
_VALUE = re.compile(r"\$\{[^}]*\}")
_HOLE = re.compile(r"\{(\d+)\}")
_LETTERS = re.compile(r"[A-Za-z]{2}")


class Loader(jinja2.FileSystemLoader):
    """Loads templates in the language that is chosen."""

    def get_source(self, environment: jinja2.Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """Return a template, as Jinja asks for it."""
        source, name, fresh = super().get_source(environment, template)
        return template_in(source, tr), name, fresh


def template_in(source: str, say: Callable[[str], str]) -> str:
    """Return a template with each of its sentences as `say` has it."""
    made, sentence = "", ""
    for text, expression, tag in _pieces(source):
        sentence += text + expression
        if tag is not None:
            attributes = _ATTRIBUTE.sub(lambda found: f'{found[1]}="{say(found[2])}"', tag)
            made, sentence = made + _said(sentence, _HOLES, say) + attributes, ""
    return made + _said(sentence, _HOLES, say)


def script_in(source: str, say: Callable[[str], str]) -> str:
    """Return a script with each of its tr`...` as `say` has it, and as a plain template literal."""
    return _SCRIPT.sub(lambda found: f"`{_said(found[1], _VALUE, say)}`", source)


def _pieces(source: str) -> Iterator[tuple[str, str, str | None]]:
    """Yield text, and either an expression or what ends the sentence after it."""
    end = 0
    for found in _TOKEN.finditer(source):
        yield source[end : found.start()], found[1] or "", found[2]
        end = found.end()
    yield source[end:], "", ""


def _said(text: str, hole: re.Pattern[str], say: Callable[[str], str]) -> str:
    """Return a sentence in the other language, its expressions where that has them; space around it stays."""
    values = hole.findall(text)
    numbers = iter(range(len(values)))
    words = hole.sub(lambda _: f"{{{next(numbers)}}}", text)
    core = words.strip()
    if not _LETTERS.search(_HOLE.sub("", core)):
        return text
    said = _HOLE.sub(lambda number: values[int(number[1])], say(" ".join(core.split())))
    before, after = words[: len(words) - len(words.lstrip())], words[len(words.rstrip()) :]
    return before + said + after
