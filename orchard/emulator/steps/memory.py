"""How much of the heap that it asks for a Spark driver gets."""

import re

LEAST_HEAP = 512  # MiB; Spark refuses to start with less than 450
UNITS = {"k": 1 / 1024, "m": 1, "g": 1024, "t": 1024 * 1024, "": 1}


def granted(requested: str | None, share: int) -> int:
    """Give the heap (MiB) for a `--driver-memory`: what is asked for, up to the step's share (MiB)."""
    found = re.fullmatch(r"(\d+)([kmgt]?)b?", (requested or "").strip().lower())  # Spark's memory strings
    asked = int(int(found.group(1)) * UNITS[found.group(2)]) if found else share
    return max(LEAST_HEAP, min(asked, share))
