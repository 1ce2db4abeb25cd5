"""What to tell somebody who named a thing that is not there."""

import difflib
from collections.abc import Iterable

SHOWN = 8


def suggest(name: str, known: Iterable[str]) -> str:
    """Return a remedy: the known names nearest to the given one, else all of them, else that there are none.

    Args:
        name: what was asked for.
        known: what there is.
    """
    names = list(dict.fromkeys(known))
    if not names:
        return "there are none yet"
    lower = {item.lower(): item for item in reversed(names)}
    near = [lower[item] for item in difflib.get_close_matches(name.lower(), lower, n=3, cutoff=0.5)]
    if near:
        return f"did you mean {' or '.join(near)}?"
    more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{'there is' if len(names) == 1 else 'choose'} {', '.join(names[:SHOWN])}{more}"
