"""How fast the workers are once they are warm: what a run's start costs is told apart from what a photograph costs.

A worker's first portion waits for the engine (its import, the graph, the first call). What comes after it shows the
pace that lasts: decoding, computing, and the waiting for files and for the next task, as it was.
"""

import os
import socket
import time
from typing import NamedTuple

from pyspark import AccumulatorParam

Spans = dict[str, tuple[float, float, int]]  # by worker: when its first portion was done, its last (Unix time), rows


class Pace(NamedTuple):
    """What workers have shown.

    Attributes:
        first: Unix time at which the first portion of all was done.
        images_per_second: of all workers together, after their first portions; None where that cannot be told.
    """

    first: float
    images_per_second: float | None


class Together(AccumulatorParam):
    """Adds up what tasks tell: of each worker the earliest first portion, the latest last one, and all rows between."""

    def zero(self, value: Spans) -> Spans:
        """Return what is there before any task has told anything."""
        return {}

    def addInPlace(self, value1: Spans, value2: Spans) -> Spans:  # noqa: N802 - as Spark calls it
        """Put `value2` into `value1`, and return that."""
        for worker, (first, last, rows) in value2.items():
            known = value1.get(worker, (first, last, 0))
            value1[worker] = (min(first, known[0]), max(last, known[1]), rows + known[2])
        return value1


# In a worker, which serves many tasks: when its first portion of each transformation was done.
_first: dict[int, float] = {}


def portion_done(transformation: int, rows: int) -> Spans:
    """Note in a worker that a portion is done, and return what an accumulator of `Together` is to add.

    Args:
        transformation: tells one from another that the same worker serves.
        rows: of the portion.
    """
    now = time.time()
    first = _first.setdefault(transformation, now)
    return {f"{socket.gethostname()}:{os.getpid()}": (first, now, rows if now > first else 0)}


def measure(spans: Spans, cores: int) -> Pace | None:
    """Work out the pace; None where no worker has done anything.

    The rate of a worker, averaged over all, times as many as worked side by side: over a long run, workers follow one
    another on a core. It cannot be told where some worker has had a first portion only.

    Args:
        spans: what the accumulator holds.
        cores: that executors have had.
    """
    if not spans:
        return None
    first = min(began for began, _, _ in spans.values())
    if not all(rows for _, _, rows in spans.values()):
        return Pace(first, None)
    seconds = sum(last - began for began, last, _ in spans.values())
    rows = sum(rows for _, _, rows in spans.values())
    return Pace(first, round(rows / seconds * min(cores, len(spans)), 1))


def warm_part(pace: Pace | None, listing: float, began: float) -> dict[str, dict[str, float]]:
    """Return what a manifest says of it; nothing where the rate cannot be told.

    Args:
        pace: from `measure`.
        listing: seconds that went before.
        began: Unix time at which the workers were asked.
    """
    if pace is None or pace.images_per_second is None:
        return {}
    after = listing + max(0.0, pace.first - began)  # a worker's clock may be a little behind the driver's
    return {"warm": {"after": round(after, 1), "images_per_second": pace.images_per_second}}
