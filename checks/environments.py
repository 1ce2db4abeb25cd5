"""Environments of their own, for programs whose packages do not go with Orchard's: each made from a lock."""

import subprocess
import sys
from pathlib import Path

from orchard.base.errors import OrchardError
from orchard.machine import packages


def prepare(environment: Path, lock: Path) -> Path:
    """Return the directory of an environment's programs, installing what the lock names first where it is new.

    Raises:
        OrchardError: it cannot be installed; the next call tries again.
    """
    programs, stamp = environment / "bin", environment / "installed.lock"
    if stamp.exists() and stamp.read_bytes() == lock.read_bytes():
        return programs
    print(
        f"Installing {lock.stem} into {environment.parent.name}/{environment.name}, once ...",
        file=sys.stderr,
        flush=True,
    )
    python = str(programs / "python")
    words = ["--no-deps", "--require-hashes", "--requirement", str(lock)]
    if uv := packages.uv():
        _run(lock, uv, "venv", "--quiet", "--clear", "--python", sys.executable, str(environment))
        _run(lock, uv, "pip", "install", "--quiet", "--python", python, *words)
    else:
        _run(lock, sys.executable, "-m", "venv", "--clear", str(environment))
        _run(lock, python, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check", *words)
    stamp.write_bytes(lock.read_bytes())
    return programs


def _run(lock: Path, *words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OrchardError(
            f"{lock.parent.name}/{lock.name} could not be installed: {packages.reason(done.stderr)}",
            "check the network and the disk, and call again",
        )
