"""Runs: their names, and where their results lie."""

import re
from datetime import UTC, datetime

from orchard.base.errors import UsageError
from orchard.base.places import DATA

RESULTS = DATA / "emr_output"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def new_name(mode: str) -> str:
    """Name a run so that names sort by time and say the mode: `20261121T203000-mini` (UTC)."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%S}-{mode}"


def checked(name: str) -> str:
    """Return the name.

    Raises:
        UsageError: it would not do as a directory and an S3 prefix.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"the run name {name!r} cannot be used", "use letters, digits, dots, hyphens and underscores")
    return name
