"""Patterns with `*` and `?`, and with the variables that a request fills in.

(IAM User Guide, "IAM policy elements: Variables and tags".)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from orchard.emulator.permissions.access import Context

VARIABLE = re.compile(r"\$\{\s*([^},]*?)\s*(?:,\s*'([^']*)'\s*)?\}")
KEPT = 256  # values of variables at once
SPECIAL = {"*", "?", "$"}  # ${*} is an asterisk that is no wildcard
TEXT, ARN = {"*": ".*", "?": "."}, {"*": "[^:]*", "?": "[^:]"}  # in an ARN, what stays within one of its parts


@lru_cache(maxsize=4096)
def compiled(regex: str) -> re.Pattern[str]:
    """Compile an expression over all characters, line ends among them."""
    return re.compile(regex, re.DOTALL)


def expression(text: str) -> str:
    """Write a pattern as a regular expression."""
    return "".join(TEXT.get(char) or re.escape(char) for char in text)


@dataclass(frozen=True)
class Template:
    """A text in a policy, between whose pieces variables stand.

    Attributes:
        pieces: texts as they are written, and (key in lower case, default) for each variable.
    """

    pieces: tuple[str | tuple[str, str | None], ...]
    _filled: dict[tuple[str | None, ...], str] = field(default_factory=dict, compare=False)  # by variables' values

    @property
    def is_fixed(self) -> bool:
        """Whether no request is needed to know what this says."""
        return all(isinstance(piece, str) or piece[0] in SPECIAL for piece in self.pieces)

    @property
    def keys(self) -> frozenset[str]:
        """The condition keys that are variables here."""
        return frozenset(piece[0] for piece in self.pieces if not isinstance(piece, str)) - SPECIAL

    def text(self, context: Context) -> str | None:
        """Fill the variables in; None where one has no value."""
        values = self._values(context)
        if None in values:
            return None
        left = map(str, values)
        return "".join(piece if isinstance(piece, str) else next(left) for piece in self.pieces)

    def regex(self, context: Context, *, arn: bool = False) -> str | None:
        """Fill the variables in, whose own `*` and `?` are no wildcards; None where one has no value.

        Args:
            context: the request's.
            arn: whether wildcards before the sixth part of an ARN are to stay within their part; always the same.
        """
        values = self._values(context)
        if None in values:
            return None
        written = self._filled.get(values)
        if written is None:
            if len(self._filled) >= KEPT:
                self._filled.clear()
            written = self._filled[values] = self._write(map(str, values), within=arn and self.pieces != ("*",))
        return written

    def _values(self, context: Context) -> tuple[str | None, ...]:
        return tuple([_value(context, *piece) for piece in self.pieces if not isinstance(piece, str)])

    def _write(self, values: Iterator[str], *, within: bool) -> str:
        made, colons = [], 0
        for piece in self.pieces:
            if not isinstance(piece, str):
                made.append(re.escape(next(values)))
                continue
            for char in piece:
                colons += char == ":"
                made.append((ARN if within and colons < 5 else TEXT).get(char) or re.escape(char))
        return "".join(made)


def template(text: str, *, variables: bool) -> Template:
    """Read a text; without `variables`, as in the language before 2012-10-17, they are text like all other."""
    if not variables or "${" not in text:
        return Template((text,))
    pieces: list[str | tuple[str, str | None]] = []
    end = 0
    for found in VARIABLE.finditer(text):
        pieces += [text[end : found.start()], (found[1].lower(), found[2])]
        end = found.end()
    return Template((*pieces, text[end:]))


def _value(context: Context, key: str, default: str | None) -> str | None:
    if key in SPECIAL:
        return key
    values = context.get(key, ())
    return values[0] if len(values) == 1 else default
