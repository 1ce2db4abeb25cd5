"""What Terraform itself can check without a network or credentials: format, validity and the modules' own tests."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from checks.terraform_readmes import DIRECTORY, modules
from orchard.infrastructure.terraform import GOGC
from orchard.machine import provider
from orchard.machine.terraform import find_terraform

LOCK = ".terraform.lock.hcl"
PARALLEL = 2  # each run keeps a core busy with the provider's start


class Outcome(NamedTuple):
    """What came of one directory.

    Attributes:
        name: relative to terraform/.
        passed: whether it is valid and its tests pass.
        text: Terraform's words.
        states: of a root, the state after each run that applied, as `terraform show -json` has it under `root_module`.
    """

    name: str
    passed: bool
    text: str
    states: list[dict[str, Any]]


def unformatted() -> list[str]:
    """Return the files that `terraform fmt` would change."""
    done = _terraform(DIRECTORY, {}, "fmt", "-check", "-recursive", "-list=true")
    return done.stdout.split()


def check(names: list[str] | None = None) -> Iterator[Outcome]:
    """Validate and test modules and roots, all by default; yields each when it is done.

    They are copied first, with the roots' lock file put into every module: a module has none of its own, and what
    `init` would write there is not what is shipped.
    """
    with TemporaryDirectory(prefix="orchard-terraform-") as scratch, ThreadPoolExecutor(PARALLEL) as pool:
        copy = Path(scratch) / "terraform"
        shutil.copytree(
            DIRECTORY, copy, ignore=shutil.ignore_patterns(".terraform", "*.tfstate*", "*_override.tf.json")
        )
        chosen = names or [str(module.relative_to(DIRECTORY)) for module in modules()]
        for name in chosen:
            if not (copy / name / LOCK).exists():
                shutil.copy(DIRECTORY / "foundation" / LOCK, copy / name / LOCK)
        yield from pool.map(lambda name: _check(copy, name, Path(scratch)), chosen)


def _check(copy: Path, name: str, scratch: Path) -> Outcome:
    data = {"TF_DATA_DIR": str(scratch / "data" / name)}
    options = ("-backend=false", "-input=false", "-lockfile=readonly", "-no-color")
    done = _terraform(copy / name, data, "init", *options)
    if done.returncode:
        return Outcome(name, False, done.stdout + done.stderr, [])
    # No `validate`: `test` validates too, and plans besides. The state is asked of the roots only; it takes a second.
    verbose = [] if name.startswith("modules/") else ["-verbose"]
    done = _terraform(copy / name, data, "test", "-json", *verbose)
    # A plan is told with the schema of the whole provider, 20 MB of it, and nobody reads it.
    lines = (line for line in done.stdout.splitlines() if line.startswith("{") and '"test_plan":{' not in line)
    said = [json.loads(line) for line in lines]
    text = "\n".join([_words(event) for event in said if "@testrun" not in event or event["@level"] == "error"])
    states = [event["test_state"]["root_module"] for event in said if event["type"] == "test_state"]
    return Outcome(name, done.returncode == 0, f"{text}\n{done.stderr}".strip(), states)


def _words(event: dict[str, Any]) -> str:
    about = event.get("diagnostic", {})
    return f"{event['@message']} {event.get('@testrun', '')} {about.get('detail', '')}".strip()


def _terraform(directory: Path, data: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    environment = {"GOGC": GOGC} | provider.offline() | data
    return subprocess.run(
        [find_terraform(), *words], cwd=directory, env=environment, capture_output=True, text=True, check=False
    )
