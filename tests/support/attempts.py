"""What the programs in tests/clients share: each thing that they try becomes a line, which checks/clients.py reads.

They run in the environments of their clients, so this stands on the standard library alone. A line is an outcome
("works", "refused", "fails", "not tried"), what was tried, and what was said, with tabs between.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

ENDPOINT, REGION = os.environ["AWS_ENDPOINT_URL"], os.environ["AWS_REGION"]
BUCKET = os.environ["ORCHARD_TEST_BUCKET"]  # one of the program's own, which is there
PLACE = Path(tempfile.mkdtemp(dir=os.environ["ORCHARD_TEST_PLACE"]))  # which goes with all that is in it


def attempt(what: str, refusal: str = "") -> Callable:
    """Do at once what is decorated, and tell how it went.

    Args:
        what: is tried.
        refusal: part of what AWS says, where it refuses this.
    """

    def run(body: Callable[[], object]) -> None:
        try:
            body()
        except Exception as error:
            said = " ".join(f"{type(error).__name__}: {error}".split())
            tell("refused" if refusal and refusal in said else "fails", what, said)
        else:
            tell("fails" if refusal else "works", what, "it was not refused" if refusal else "")

    return run


def tell(outcome: str, what: str, said: str = "") -> None:
    print(outcome, what, said[-600:], sep="\t", flush=True)


def call(*words: object, cwd: Path | None = None, **environment: str) -> str:
    """Run a program, and return what it prints.

    Raises:
        RuntimeError: it fails; with its last words.
    """
    line = [str(word) for word in words]
    done = subprocess.run(line, cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"exit code {done.returncode}: {done.stderr.strip()[-500:] or done.stdout.strip()[-500:]}")
    return done.stdout


def python(program: str, *words: object) -> str:
    """Run a Python program with this interpreter, as `call` does."""
    return call(sys.executable, "-c", program, *words)


def folder(*names: str) -> Path:
    """Make a folder with small files of those names."""
    place = Path(tempfile.mkdtemp(dir=PLACE))
    for name in names:
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_text(name)
        os.utime(place / name, (1e9, 1e9))  # S3 shows whole seconds: a file of this one would look newer than its copy
    return place


NAMES = ("plain.txt", "a b/2.txt", "a%20b.txt", "x+y/é.txt")  # each is another name once something decodes it twice


def contents(place: Path) -> dict[str, str]:
    return {path.relative_to(place).as_posix(): path.read_text() for path in place.rglob("*") if path.is_file()}
