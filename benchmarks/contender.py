"""The side of a contender: a process that is kept warm and does one pass over the images each time it is told to."""

import json
import sys
import time
from collections.abc import Callable


def serve(passes: dict[str, Callable[[], int]]) -> None:
    """Answer each line of standard input, the name of a pass, with its seconds and how many rows it made.

    Args:
        passes: by name; each returns the number of rows.
    """
    answers, sys.stdout = sys.stdout, sys.stderr  # libraries print what they like
    print("ready", file=answers, flush=True)
    for line in sys.stdin:
        started = time.perf_counter()
        rows = passes[line.strip()]()
        answer = {"seconds": time.perf_counter() - started, "rows": rows}
        print(json.dumps(answer), file=answers, flush=True)
