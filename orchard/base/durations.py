"""Lengths of time as people write and read them: `2h`, `90m`, `1h30m`; `1 h 30 min`."""

import re
from datetime import timedelta

from orchard.base.errors import UsageError

_WRITTEN = re.compile(r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m(?:in)?)?(?:(\d+(?:\.\d+)?)s)?")


def parse(text: str) -> timedelta:
    """Read a length of time.

    Raises:
        UsageError: it is none, or it is nothing.
    """
    written = _WRITTEN.fullmatch(text.strip().lower().replace(" ", ""))
    days, hours, minutes, seconds = (float(part or 0) for part in written.groups()) if written else (0.0,) * 4
    length = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if not length:
        raise UsageError(f"{text!r} is not a length of time", "write it as 2h, 90m or 1h30m")
    return length


def say(length: float | timedelta) -> str:
    """Write a length of time, or seconds, in its two largest units or to a tenth; a negative one is none."""
    seconds = length.total_seconds() if isinstance(length, timedelta) else length
    if seconds < 10:
        return f"{max(0.0, round(seconds, 1)):g} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return _two(whole // 60, "min", whole % 60 if whole < 600 else 0, "s")
    if whole < 48 * 3600:
        return _two(whole // 3600, "h", whole % 3600 // 60, "min")
    return _two(whole // 86400, "d", whole % 86400 // 3600, "h")


def _two(most: int, unit: str, rest: int, smaller: str) -> str:
    return f"{most} {unit} {rest} {smaller}" if rest else f"{most} {unit}"
