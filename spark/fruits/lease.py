"""An attempt's progress file read as a lease: whether the attempt that wrote it still lives, and what it did."""

import time
from typing import Any

from pyspark.sql import SparkSession

from fruits import hadoop
from fruits.errors import JobError

SILENT = 30.0  # seconds without a write after which a job is taken for dead
POLL = 1.0  # seconds between looks at a lease that may be a dead one's
ENDED = ("complete", "failed")


def wait_for_its_end(spark: SparkSession, uri: str) -> dict[str, Any] | None:
    """Return the last word of the attempt before, once it is known to be dead; None where there was none.

    A job may be sent again a few seconds after the first one was killed, so that a fresh lease may be a dead one's. It
    is watched for as long as it could be renewed. What changes is compared, not clocks: they may be apart.

    Args:
        spark: the session.
        uri: of the progress file.

    Raises:
        JobError: the attempt lives.
    """
    first = state = hadoop.read_json(spark, uri)
    seen = time.monotonic()
    if state and lives(state):
        print(f"an attempt wrote {uri} a moment ago; seeing for {SILENT:.0f} s whether it still lives", flush=True)
    while state and lives(state) and time.monotonic() - seen < SILENT:
        if first and state != first:
            raise going(uri.rsplit("/", 2)[-2], state)
        time.sleep(POLL)
        state = hadoop.read_json(spark, uri)
    return state


def lives(state: dict[str, Any]) -> bool:
    """Tell by an attempt's last word whether it may still be at work."""
    return state.get("phase") not in ENDED and time.time() - state.get("updated", 0) < SILENT


def going(run: str, state: dict[str, Any]) -> JobError:
    """Say that an attempt is at work."""
    age = time.time() - state["updated"]
    return JobError(
        f"the run {run} is going on: {state['job']}, {state['phase']} ({age:.0f} s ago)",
        "wait for it (./inv run --follow watches a step), or give this notebook another RUN",
    )


def summary(state: dict[str, Any]) -> dict[str, Any]:
    """Say what an attempt that is over did, from its last word."""
    spent = dict(state["timings"])
    if state["phase"] not in ENDED:
        spent[state["phase"]] = round(spent.get(state["phase"], 0.0) + state.get("elapsed", 0.0), 3)
    outcome = state["phase"] if state["phase"] in ENDED else "interrupted"
    done = {
        "started": state.get("started", state["updated"]),
        "ended": state["updated"],
        "outcome": outcome,
        "timings": spent,
    }
    return done | ({"engine": state["engine"]} if "engine" in state else {})
