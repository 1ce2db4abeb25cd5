"""Hadoop's `aggregate` reducer: a key names how its values are put together (`LongValueSum:apple<tab>1`).

Source: org.apache.hadoop.mapred.lib.aggregate, as Hadoop's documentation ("Hadoop Aggregate Package") describes it.
"""

from collections.abc import Callable, Iterable
from itertools import groupby
from pathlib import Path

from orchard.emulator.outside import UsageError


def _double(values: Iterable[str]) -> str:
    return str(sum(float(value) for value in values))


AGGREGATORS: dict[str, Callable[[Iterable[str]], object]] = {
    "LongValueSum": lambda values: sum(int(value) for value in values),
    "LongValueMax": lambda values: max(int(value) for value in values),
    "LongValueMin": lambda values: min(int(value) for value in values),
    "DoubleValueSum": _double,
    "StringValueMax": max,
    "StringValueMin": min,
    "UniqValueCount": lambda values: len(set(values)),
}


def reduce(given: Path, output: Path) -> None:
    """Put together the values of each key of sorted lines.

    Raises:
        UsageError: a key names no aggregator.
    """
    with given.open(encoding="utf-8", newline="\n") as lines, output.open("w", encoding="utf-8", newline="\n") as out:
        pairs = (line.rstrip("\n").partition("\t")[::2] for line in lines)
        for key, members in groupby(pairs, key=lambda pair: pair[0]):
            kind, colon, name = key.partition(":")
            if not colon or kind not in AGGREGATORS:
                known = ", ".join(sorted(AGGREGATORS))
                raise UsageError(f"hadoop-streaming: aggregate does not know the key {key!r}", f"begin it with {known}")
            out.write(f"{name}\t{AGGREGATORS[kind](value for _, value in members)}\n")
