"""What Spark's own failures mean, where their text tells it: cause and remedy of the commonest ones."""

import errno
import os
import re

AGAIN = "then ./inv run --run-name NAME resumes it"
MEMORY = (
    "take nodes with more memory for each core (instance_type r5.xlarge), or on your own machine end other programs; "
    + AGAIN
)

# A worker that dies with input unread resets its connection, and Spark does not say "exited unexpectedly"; on a busy
# machine more of it waits. The same words without Python's part of Spark behind them are those of any network.
_RESET = (
    r"(?:Connection reset(?: by peer)?|Broken pipe)(?:\s+at (?:java|sun|org\.apache\.arrow)\b[^\n]*)*"
    r"\s+at org\.apache\.spark\.(?:sql\.execution|api)\.python\."
)

KNOWN = (
    (
        re.escape(os.strerror(errno.ENOSPC)),  # as the JVM says it, too
        "no space is left on the disk that Spark spills to (spark.local.dir)",
        f"make room there, or take nodes with larger disks; {AGAIN}",
    ),
    (
        r"MemoryError\b|std::bad_alloc|OutOfMemoryError|beyond .*memory limits"
        r"|Cannot allocate memory|failed to map segment from shared object"
        rf"|{re.escape(os.strerror(errno.EAGAIN))}",  # no memory for a thread's stack: pthread_create(3)
        "memory ran out where a task was computed",
        MEMORY,
    ),
    (
        r"Python worker (?:exited unexpectedly|failed to connect back)|[Ee]xit (?:status|code)(?: is|:)? 137"
        rf"|{_RESET}",
        "a Python worker was killed, as the system does where memory runs out",
        MEMORY,
    ),
)


def find(text: str) -> tuple[str, str] | None:
    """Return cause and remedy for what Spark said; None where it is nothing known."""
    return next(((cause, remedy) for pattern, cause, remedy in KNOWN if re.search(pattern, text)), None)
