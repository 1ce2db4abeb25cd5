"""How long the same work took before on this machine: a guess at how long it takes now."""

import json
from contextlib import suppress
from pathlib import Path
from statistics import median

from orchard.base import durations
from orchard.base.places import STATE

FILE = "durations.json"  # the seconds of the latest ends of each kind of work
KEPT = 5  # of a kind: so many that one odd end does not count, and so few that a change shows soon


def seconds(work: str, state: Path = STATE) -> float | None:
    """Return the seconds that a kind of work usually takes; None where nothing is known."""
    known = _read(state).get(work)
    return median(known) if known else None


def remember(work: str, seconds: float, state: Path = STATE) -> None:
    """Note how long a kind of work took; as far as it can be."""
    known = _read(state)
    known[work] = [*known.get(work, []), round(seconds, 1)][-KEPT:]
    new = state / f"{FILE}.new"
    with suppress(OSError):
        new.write_text(json.dumps(known, indent=1))
        new.replace(state / FILE)


def about(seconds: float) -> str:
    """Say a length of time as exactly as a guess may be: to 5 s, from a minute on to 30 s, from ten on to a minute."""
    step = 5 if seconds < 57.5 else 30 if seconds < 585 else 60
    return durations.say(max(step, step * round(seconds / step)))


def _read(state: Path) -> dict[str, list[float]]:
    """Read the record; one that is damaged is none."""
    try:
        told = json.loads((state / FILE).read_text())
        return {str(work): [float(seconds) for seconds in known] for work, known in told.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}
