"""The policy scan: checkov over the Terraform, in an environment of its own (it pins an old boto3)."""

import json
import subprocess
from pathlib import Path
from typing import NamedTuple

from checks import environments
from orchard.base.errors import OrchardError
from orchard.base.places import ROOT

ENVIRONMENT = ROOT / ".venv-policy"
LOCK = ROOT / "requirements" / "policy.lock"
MOST_SKIPS = 15

# Nothing is fetched and nothing is sent: checkov's checks come with it.
FLAGS = ("--framework", "terraform", "--compact", "--skip-download")


class Scan(NamedTuple):
    """What checkov found.

    Attributes:
        passed: number of checks passed.
        failed: one line each: check, resource, file and line, guideline.
        skipped: one line each: check, resource, the reason written beside it.
    """

    passed: int
    failed: list[str]
    skipped: list[str]


def scan(directory: Path = ROOT / "terraform") -> Scan:
    """Scan a directory of Terraform.

    Raises:
        OrchardError: checkov cannot be installed or does not answer.
    """
    done = subprocess.run(
        [_checkov(), "-d", str(directory), *FLAGS, "--output", "json"], capture_output=True, text=True, check=False
    )
    try:
        report = json.loads(done.stdout)
        results, summary = report["results"], report["summary"]
    except (ValueError, KeyError, TypeError):
        raise OrchardError(
            f"checkov gave no report (exit code {done.returncode}): {done.stderr.strip()[-300:]}",
            f"remove {ENVIRONMENT.name} and call again",
        ) from None
    skipped = {
        f"{c['check_id']} {c['resource'].removeprefix('module.')}: {c['check_result']['suppress_comment']}"
        for c in results["skipped_checks"]
    }
    return Scan(summary["passed"], [_failure(check) for check in results["failed_checks"]], sorted(skipped))


def _failure(check: dict) -> str:
    first = check["file_line_range"][0]
    return f"{check['check_id']} {check['resource']} ({check['file_path']}:{first}): {check['check_name']}"


def _checkov() -> str:
    """Return checkov's executable, installing it first if its lock is new."""
    return str(environments.prepare(ENVIRONMENT, LOCK) / "checkov")
