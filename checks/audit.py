"""Known vulnerabilities of the packages in lock files: what the hook `audit` runs, in its own environment.

pip-audit asks PyPI for each package's version. Where PyPI does not tell, as behind a mirror or without a network, it
calls each of them unknown; this says once that nothing was audited, and why, and fails for nothing.
"""

import json
import subprocess
import sys
from collections.abc import Callable
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

KNOWN = "https://pypi.org/pypi/pip/23.0/json"  # has had a vulnerability since 2023 (PYSEC-2023-228)
TIMEOUT = 20.0
# A finding that stays is named here, as `--ignore-vuln ID`, with its reason.
WORDS = ("--strict", "--require-hashes", "--disable-pip", "--progress-spinner=off")


def missing(address: str = KNOWN) -> str | None:
    """Say why PyPI does not tell of vulnerabilities here; None where it does."""
    try:
        with urlopen(address, timeout=TIMEOUT) as answer:  # noqa: S310 - https
            found = json.load(answer).get("vulnerabilities")
    except HTTPError as error:
        return f"{address}: HTTP {error.code}"
    except (URLError, OSError, ValueError) as error:
        return f"{address}: {getattr(error, 'reason', error)}"
    return None if found else f"{address} names no vulnerability"


def main(locks: list[str], ask: Callable[[], str | None] = missing) -> int:
    """Audit lock files; returns the exit code: 1 where something was found."""
    if why := ask():
        print(f"warning: nothing was audited: PyPI's list of vulnerabilities cannot be read here ({why})")
        print("remedy: ./inv check.audit on a machine that reaches pypi.org itself, not a mirror of it")
        return 0
    codes = []
    for lock in locks:
        print(lock, flush=True)
        codes.append(subprocess.run(["pip-audit", *WORDS, "-r", lock], check=False).returncode)
    return int(any(codes))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
