"""The packages of this environment in sets, each pinned by a lock and installed by the first command that needs it.

`inv` installs the first set by this very module, so nothing but the standard library is imported here.

uv installs them: from PyPI where the machine has none, as it is many times as fast as pip. It does not read pip's
configuration, which may name the only index that this machine can reach: where uv fails, pip is tried.
"""

import fcntl
import importlib.util
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from orchard.base.console import say
from orchard.base.errors import OrchardError
from orchard.base.language import marked, told

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = Path(sys.prefix)
STAMPS = ENVIRONMENT / "orchard"  # a copy of each lock that is installed
UV_LOCK = ROOT / "requirements" / "uv.lock"
PLAIN_INTERVAL = 3.0  # seconds between two signs of life, where there is no terminal
PIP = [sys.executable, "-m", "pip", "install", "--quiet", "--quiet", "--disable-pip-version-check"]


class PackageSet(NamedTuple):
    """Packages that are installed together.

    Attributes:
        lock: names each of them with its hashes, what they depend on included.
        use: what they are for, as one reads it while they are installed.
    """

    lock: Path
    use: str

    @property
    def stamp(self) -> Path:
        """The lock as it was when the set was installed last."""
        return STAMPS / self.lock.relative_to(ROOT)

    @property
    def installed(self) -> bool:
        """Whether the set is there as its lock has it."""
        return self.stamp.is_file() and self.stamp.read_bytes() == self.lock.read_bytes()


# With what each adds to .venv on Linux.
SETS = {
    "main": PackageSet(ROOT / "requirements" / "main.lock", marked("what Orchard stands on (0.6 GB)")),
    "jobs": PackageSet(
        ROOT / "spark" / "requirements.lock", marked("Spark and TensorFlow for jobs on this machine (1.5 GB)")
    ),
    "notebooks": PackageSet(
        ROOT / "requirements" / "notebooks.lock", marked("JupyterLab and its PySpark kernel (0.2 GB)")
    ),
    "browser": PackageSet(
        ROOT / "requirements" / "browser.lock", marked("Playwright, which steers a browser (0.2 GB)")
    ),
    "checks": PackageSet(ROOT / "requirements" / "checks.lock", marked("what tests and checks Orchard (0.1 GB)")),
}


def installed() -> list[str]:
    """Return the names of the sets that are there."""
    return [name for name, one in SETS.items() if one.installed]


def require(*names: str) -> None:
    """Install those of the sets that are not there as their locks have them.

    Raises:
        OrchardError: they cannot be installed; the next call goes on.
    """
    if all(SETS[name].installed for name in names):
        return
    with _locked():
        missing = [SETS[name] for name in names if not SETS[name].installed]
        for one in missing:
            say(f"Installing {one.use} into {ENVIRONMENT.name}, once ...")
        install(*(one.lock for one in missing))
        for one in missing:
            one.stamp.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(one.lock, one.stamp)


def install(*locks: Path) -> None:
    """Install what locks name into this environment; what it has besides is left alone.

    Raises:
        OrchardError: neither uv nor pip can.
    """
    # --no-deps: the locks are complete, and leave out on purpose what some packages ask for (*.exclude).
    words = ["--no-deps", "--require-hashes", *(word for lock in locks for word in ("--requirement", str(lock)))]
    reasons = []
    for installer in _installers():
        exit_code, said = _run([*installer, *words])
        if exit_code == 0:
            return
        reasons.append(reason(said))
    raise OrchardError(
        f"packages could not be installed into {ENVIRONMENT}: {reasons[0]}",
        "check the network and the disk, then call again: it goes on; another index is named by pip.conf or "
        "UV_DEFAULT_INDEX",
    )


def _run(line: list[str]) -> tuple[int, str]:
    """Run an installer, with a sign of life; returns its exit code and what it said of errors.

    What shows all other waiting (`orchard.base.waiting`) is among what may be installed here.
    """
    began, shown = time.monotonic(), False
    terminal = sys.stderr.isatty()
    with subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        while True:
            try:
                said = process.communicate(timeout=1 if terminal else PLAIN_INTERVAL)[1]
                break
            except subprocess.TimeoutExpired:
                start, end = ("\r", "") if terminal else ("", "\n")
                print(f"{start}  {time.monotonic() - began:.0f} s", end=end, file=sys.stderr, flush=True)
                shown = True
            except BaseException:
                process.kill()
                raise
    if shown and terminal:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
    return process.returncode, said


def uv() -> str | None:
    """Return uv: the machine's own, or this environment's, which comes from PyPI; None where there is none."""
    own = ENVIRONMENT / "bin" / "uv"
    found = shutil.which("uv") or (str(own) if own.exists() else None)
    if found:
        return found
    if not _has_pip():  # `inv` leaves it out: where there is a uv, nobody needs it
        exit_code, _ = _run([sys.executable, "-m", "ensurepip"])
        if exit_code:
            raise OrchardError(
                f"there is no uv, and {sys.executable} has no pip to get one with",
                "install uv (https://docs.astral.sh/uv); or, on Debian: apt install python3.11-venv",
            )
    exit_code, _ = _run([*PIP, "--require-hashes", "--requirement", str(UV_LOCK)])
    return str(own) if exit_code == 0 else None


def _installers() -> Iterator[list[str]]:
    if found := uv():
        yield [found, "pip", "install", "--quiet", "--python", sys.executable]
    if _has_pip():
        yield PIP


def _has_pip() -> bool:
    importlib.invalidate_caches()
    return importlib.util.find_spec("pip") is not None


def reason(output: str) -> str:
    """Return the line of an installer's that names the error, with its deepest cause: uv lists several."""
    lines = [line.strip() for line in output.splitlines() if line.strip()] or [marked("it gave no reason")]
    error = next((line for line in lines if line.lower().startswith("error: ")), lines[-1])
    causes = [line for line in lines if line.lower().startswith(("cause: ", "caused by: "))]
    return ": ".join(re.sub(r"^(error|caused?( by)?): ", "", line, flags=re.I) for line in (error, *causes[-1:]))


@contextmanager
def _locked() -> Iterator[None]:
    """One process at a time installs; those that wait find it done."""
    STAMPS.mkdir(exist_ok=True)
    with (STAMPS / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    try:
        require(*sys.argv[1:])
        # The first import compiles what was installed, which takes seconds; where it fails, `inv` tells why.
        _run([sys.executable, "-c", "import tasks"])
    except OrchardError as error:
        sys.exit("\n".join(told(f"error: {error.cause}", f"remedy: {error.remedy}")))
    except KeyboardInterrupt:
        sys.exit(130)
