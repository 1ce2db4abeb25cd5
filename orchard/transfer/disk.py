"""This machine's disk, where everything that arrives is written."""

import errno
import shutil
from pathlib import Path

from orchard.base.errors import OrchardError

FULL = (errno.ENOSPC, errno.EDQUOT)
UNWRITABLE = (*FULL, errno.EROFS)
SPARE = 64 << 20  # bytes that are left free


def require(folder: Path, size: int) -> None:
    """See that so many bytes fit below a directory, which need not exist yet.

    Raises:
        OrchardError: they do not.
    """
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < size + SPARE:
        raise OrchardError(
            f"there is no space for {size / 1e6:,.0f} MB in {folder}: {free / 1e6:,.0f} MB are free",
            "free some space, then call again",
        )


def explain(error: OSError, folder: Path | str) -> OrchardError:
    """Say why a file could not be written."""
    if error.errno in FULL:
        return OrchardError(
            f"there is no space left on the disk of {folder}",
            "free some space, then call again: it goes on where it stopped",
        )
    return OrchardError(f"{folder} cannot be written: {error.strerror or error}", "make it writable, then call again")
