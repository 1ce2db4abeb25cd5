"""The matrix of clients: programs that nobody here wrote, each in an environment of its own, against the local AWS.

What each tries is in `tests/clients/`: a program that prints a line for each thing (`tests/support/attempts.py`).
"""

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from checks import emr_roles, environments
from orchard.base.errors import OrchardError, UsageError
from orchard.base.places import ROOT
from orchard.emulator import exports, process, session

LOCKS = ROOT / "requirements" / "clients"
PROGRAMS = ROOT / "tests" / "clients"
ENVIRONMENTS = ROOT / ".venv-clients"
SUPPORT = ROOT / "tests" / "support"
REGION = "eu-west-3"
OUTCOMES = ("works", "refused", "fails", "not tried")
MOST = 1200  # seconds for one client: Airflow starts Python a dozen times

# Those that are quickly installed and quickly run; `./inv test` has them, too.
QUICK = ("boto3", "awscli", "s3fs", "pyarrow")
CLIENTS = (*QUICK, "s5cmd", "mrjob", "emr-cli", "airflow", "terraform")


class Tried(NamedTuple):
    """One thing that a client tried.

    Attributes:
        outcome: one of OUTCOMES; "refused" is the refusal that AWS gives, too.
        what: was tried.
        said: by the client, where it did not work.
    """

    outcome: str
    what: str
    said: str


def chosen(only: str) -> list[str]:
    """Return the clients of a list with commas; all where it is empty.

    Raises:
        UsageError: one is not known.
    """
    names = [name.strip() for name in only.split(",")] if only else list(CLIENTS)
    for name in names:
        if name not in CLIENTS:
            raise UsageError(f"there is no client {name!r}", f"the clients are {', '.join(CLIENTS)}")
    return names


def program(name: str) -> Path:
    """Return what a client tries."""
    return PROGRAMS / f"{name.replace('-', '_')}.py"


def run(name: str) -> list[Tried]:
    """Let a client try what its program has, on a local AWS of its own.

    What keeps the program from its end is a failure, too.
    """
    try:
        programs = _programs(name)
    except OrchardError as error:
        return [Tried("not tried", "everything", error.cause)]
    with tempfile.TemporaryDirectory(prefix=f"client-{name}-") as folder:
        place = Path(folder)
        try:
            local = process.start(place)
            bucket = _prepare(name, local)
            given = exports.environment(exports.variables(local.endpoint, local.home, REGION)) | {
                "ORCHARD_TEST_BUCKET": bucket,
                "ORCHARD_TEST_PLACE": folder,
                "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
                "PYTHONPATH": str(SUPPORT) if name in _locked() else f"{SUPPORT}{os.pathsep}{ROOT}",
            }
            return _run(programs, program(name), given)
        finally:
            process.stop(place)


def _run(programs: Path, program: Path, environment: dict[str, str]) -> list[Tried]:
    # -P: the folder of the programs, each named as what it imports, is not on the path.
    line = [str(programs / "python"), "-P", str(program)]
    try:
        done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False, timeout=MOST)
    except subprocess.TimeoutExpired as error:
        return [*_read(_text(error.stdout)), Tried("fails", "coming to an end", f"it took more than {MOST} s")]
    tried = _read(done.stdout)
    if done.returncode or not tried:
        tried.append(Tried("fails", "coming to an end", done.stderr.strip()[-600:] or f"exit code {done.returncode}"))
    return tried


def _locked() -> set[str]:
    return {lock.stem for lock in LOCKS.glob("*.lock")}


def _programs(name: str) -> Path:
    """Return the programs of a client's environment: one of its own where it has a lock, else Orchard's."""
    if name not in _locked():
        return Path(sys.executable).parent
    return environments.prepare(ENVIRONMENTS / name, LOCKS / f"{name}.lock")


def _prepare(name: str, local: process.LocalAws) -> str:
    """Make what a client's program finds there: a bucket, whose name is returned, and the roles."""
    own = session.isolated(local.credentials)
    s3, iam = (own.client(service, endpoint_url=local.endpoint, region_name=REGION) for service in ("s3", "iam"))
    bucket = f"client-{name}"
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    if name != "boto3":  # the page's example for boto3 makes them itself
        emr_roles.make(iam)
    return bucket


def _read(said: str) -> list[Tried]:
    found = [line.split("\t", 2) for line in said.splitlines()]
    return [Tried(*parts) for parts in found if len(parts) == 3 and parts[0] in OUTCOMES]


def _text(said: str | bytes | None) -> str:
    return said.decode(errors="replace") if isinstance(said, bytes) else said or ""
