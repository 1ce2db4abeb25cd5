"""A task that may take long: how long it usually does is said at its start, and its end is told if that is wanted."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchard.base import durations, notices, usual_time
from orchard.base.console import say
from orchard.base.errors import OrchardError
from orchard.base.language import marked, tr
from orchard.base.places import STATE
from orchard.machine import packages

if TYPE_CHECKING:
    from orchard.cluster.site import Site

LONG = 10.0  # seconds, from which on an end is told and remembered
NOTIFY_HELP = {"notify": "at the end, if it took long: the terminal's bell, and a notice on the desktop"}


@contextmanager
def long(task: str, work: str | None, *, notify: bool, state: Path = STATE) -> Iterator[None]:
    """Do something that may take long.

    Args:
        task: what ./inv was called with.
        work: names what takes alike long; None where that depends on too much to guess.
        notify: tell the end, good or bad; not that of Ctrl-C, after which somebody is there.
        state: where it is remembered how long such work took.
    """
    if work and (seconds := usual_time.seconds(work, state)):
        say(f"./inv {task} usually takes about {usual_time.about(seconds)} here.")
    began, had = time.monotonic(), packages.installed()
    try:
        yield
    except Exception:
        _tell(marked(f"./inv {task} has failed"), time.monotonic() - began, notify=notify)
        raise
    took = time.monotonic() - began
    if work and took >= LONG and packages.installed() == had:  # else it took that as well, for once
        usual_time.remember(work, took, state)
    _tell(marked(f"./inv {task} is done"), took, notify=notify)


def work_on(site: "Site", task: str, *alike: object) -> str | None:
    """Name what a task does to a cluster; it takes another time where there is no cluster yet, or none any more.

    None where AWS does not say whether there is: a guess is not worth a failure, and the task asks for itself.

    Args:
        site: which cluster.
        task: what ./inv was called with.
        alike: what else the time depends on.
    """
    from orchard.aws.emr import Emr

    try:
        there = "with a cluster" if Emr(site.target).clusters(site.cluster_name) else "without a cluster"
    except OrchardError:
        return None
    return " ".join(map(str, (task, site.settings.target, there, *alike)))


def _tell(end: str, took: float, *, notify: bool) -> None:
    if notify and took >= LONG:
        notices.give(tr(f"{end}, after {durations.say(took)}."))
