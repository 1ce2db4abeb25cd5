"""The French catalogue, brought up to date: what nothing says any more goes, what is new waits in it."""

import json

from checks.messages import messages
from orchard.base.language import FOLDER, catalogue

FILE = FOLDER / "fr.po"
HEADS = ("error: ", "cause: ", "remedy: ")


def rendered() -> str:
    """Return the file as it ought to be; a message without its French has an empty one, and stays English."""
    top = FILE.read_text(encoding="utf-8").partition(f"\n{_entry(HEADS[0])}")[0]
    french = catalogue("fr")
    listed = [*HEADS, *sorted(messages())]
    entries = (f"{_entry(english)}\nmsgstr {_quoted(french.get(english, ''))}\n" for english in listed)
    return "\n".join((top, *entries))


def _entry(english: str) -> str:
    return f"msgid {_quoted(english)}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
