"""What to tell somebody who named a thing that is not there."""

import difflib
from collections.abc import Iterable

from orchard.base.language import tr

SHOWN = 8
SHOWN_NEAR = 3
LIKE = 0.6  # of 1, from which on names are alike
BEGUN = 0.8  # at least, where one is the beginning of the other
AS_NEAR = 0.1  # less than the nearest one's is another that may have been meant as well


def suggest(name: str, known: Iterable[str], *, flag: str = "", otherwise: str | None = None) -> str:
    """Return a remedy: the known names nearest to the given one, else all of them, else that there are none.

    Args:
        name: what was asked for.
        known: what there is.
        flag: that takes such a name, to be said with it.
        otherwise: what to say in the place of all of them, where nobody could choose from such a list.
    """
    names, before = list(dict.fromkeys(known)), f"{flag} " if flag else ""
    if not names:
        return "there are none yet"
    if near := nearest(name, names):
        return f"did you mean {tr(' or ').join(before + item for item in near)}?"
    if otherwise is not None:
        return otherwise
    more = f", and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return f"{'there is' if len(names) == 1 else 'choose'} {before}{', '.join(names[:SHOWN])}{more}"


def suggest_run(name: str, known: Iterable[str]) -> str:
    """Like `suggest`, for runs: their names begin with the time, so that the latest can be named for all of them."""
    names = sorted(known)
    return suggest(name, names, otherwise=f"the latest is {names[-1]}") if names else "there are none yet: ./inv run"


def nearest(name: str, known: Iterable[str], like: float = LIKE) -> list[str]:
    """Return the known names nearest to the given one, at most three, the nearest first.

    Args:
        name: what was asked for.
        known: what there is.
        like: of 1, from which on names are alike.
    """
    lower = {item.lower(): item for item in reversed(list(known))}
    ratios = {item: _ratio(item, name.lower()) for item in lower}
    best = max(ratios.values(), default=0.0)
    near = [item for item, ratio in ratios.items() if ratio >= max(like, best - AS_NEAR)]
    return [lower[item] for item in sorted(near, key=lambda item: (ratios[item], item), reverse=True)[:SHOWN_NEAR]]


def _ratio(known: str, name: str) -> float:
    ratio = difflib.SequenceMatcher(None, known, name).ratio()
    return max(ratio, BEGUN) if len(name) > 1 and known.startswith(name) else ratio
