import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from checks import terraform_tests


@pytest.fixture(scope="session")
def outcomes():
    """Every module and root, checked once for all tests that look at the result."""
    return {outcome.name: outcome for outcome in terraform_tests.check()}


@pytest.fixture
def node(tmp_path):
    """Run a script as a node would, with the given stand-ins for programs first on PATH."""

    def run(script, *args, programs, **environment):
        for name, body in programs.items():
            program = tmp_path / "bin" / name
            program.parent.mkdir(exist_ok=True)
            program.write_text(f"#!/bin/sh\n{body}\n")
            program.chmod(program.stat().st_mode | stat.S_IXUSR)
        path = f"{tmp_path / 'bin'}:{Path(sys.base_prefix) / 'bin'}:{os.environ['PATH']}"
        return subprocess.run(
            [script, *args],
            env=os.environ | {"PATH": path} | environment,
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )

    return run
