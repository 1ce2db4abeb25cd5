"""What a benchmark ran on, and what processes have spent: from Linux's /proc."""

import os
import platform
from pathlib import Path

# Which vector units decide what a kernel can do (Intel SDM; AMD has the same names).
FLAGS = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "sve")
TICKS = os.sysconf("SC_CLK_TCK")


def describe() -> dict[str, object]:
    """Return the processor, its cores and flags, and the load at this moment."""
    known: dict[str, str] = {}
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        known.setdefault(name.strip(), value.strip())
    flags = known.get("flags", known.get("Features", "")).split()
    return {
        "processor": known.get("model name", platform.machine()),
        "cores": os.cpu_count(),
        "flags": [flag for flag in FLAGS if flag in flags],
        "load": [round(value, 1) for value in os.getloadavg()],
    }


def cpu_seconds(session: int) -> float:
    """Sum up the processor time of a session's processes, and of those children that they have waited for."""
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            # proc(5): the name, in brackets, may hold anything; session is field 6, the times are fields 14 to 17.
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        if int(fields[3]) == session:
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


def resident(session: int) -> int:
    """Sum up the bytes of memory that a session's processes hold; what they share counts once (proc(5), PSS)."""
    kib = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(path.read_text().rpartition(")")[2].split()[3]) == session:
                told = (path.parent / "smaps_rollup").read_text()
                kib += next(int(line.split()[1]) for line in told.splitlines() if line.startswith("Pss:"))
        except (OSError, StopIteration):  # it has just ended
            continue
    return kib << 10
