"""Text from outside, such as names of files, as a terminal may print it: shown, never obeyed."""

import re

# What moves the cursor, colours, writes the clipboard or the title (C0, DEL and C1), but tab and newline; what turns
# the direction of what follows (Unicode, UAX #9, "Directional Formatting Characters"); line and paragraph separators;
# the halves of characters that stand for bytes which are not UTF-8 (PEP 383).
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def shown(text: str) -> str:
    r"""Return a text with what a terminal would obey, or cannot print, written as Python writes it: `\x1b`, `\u202e`.

    A byte of a name that is not UTF-8 is written as that byte: `\xff`.
    """
    return _OBEYED.sub(_written, text)


def _written(found: re.Match[str]) -> str:
    number = ord(found[0])
    if 0xDC80 <= number <= 0xDCFF:
        number -= 0xDC00
    return f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}"
