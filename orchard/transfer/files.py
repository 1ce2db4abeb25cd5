"""Reading files that somebody may be writing."""

import os
import time
from typing import NamedTuple

YOUNG = 2_000_000_000  # nanoseconds: the coarsest time stamps of usual file systems (FAT)
TRIES = 3


class Stamp(NamedTuple):
    """What changes when a file does: an equal stamp means the same content, as in Git's index.

    The change time cannot be set by a program, so a file rewritten in the same size and with its old modification time
    has another stamp.
    """

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, status: os.stat_result) -> "Stamp":
        """Take it from a `stat`."""
        return cls(status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino)


def read(path: str) -> tuple[bytes | None, Stamp]:
    """Read a file that nobody writes meanwhile; returns None for the content if somebody does.

    The stamp is `trusted`. Paths are text, for a Path for each of 67,692 photographs costs as much as reading them.

    Raises:
        OSError: as `open`.
    """
    for _ in range(TRIES):
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - see above
            stamp = Stamp.of(os.fstat(file.fileno()))
            content = file.read()
            after = Stamp.of(os.fstat(file.fileno()))
        if after == stamp and len(content) == stamp.size:
            return content, trusted(stamp)
    return None, stamp


def trusted(stamp: Stamp) -> Stamp:
    """Return the stamp, or zeros for a file so young that it may change again within the clock's resolution."""
    young = time.time_ns() - max(stamp.mtime_ns, stamp.ctime_ns) < YOUNG
    return Stamp(0, 0, 0, 0) if young else stamp
