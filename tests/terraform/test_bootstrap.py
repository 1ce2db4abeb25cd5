"""The nodes' scripts, linted, and run with nothing replaced but the programs that only a node has."""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from orchard.base.places import ROOT

SCRIPTS = [ROOT / "spark" / "bootstrap.sh", ROOT / "spark" / "jupyterhub.sh"]
LOCK = ROOT / "spark" / "requirements.lock"
URI = "s3://bucket/jobs/abc/requirements.lock"
SHA256 = hashlib.sha256(LOCK.read_bytes()).hexdigest()


# `aws s3 cp --only-show-errors URI FILE`
AWS = f'[ "$4" = "{URI}" ] || {{ echo "fatal error: 404" >&2; exit 1; }}; cp "{LOCK}" "$5"'
DNF = 'echo "dnf must not be needed: Python 3.11 is there" >&2; exit 1'


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_is_clean(script):
    shellcheck = Path(sys.executable).with_name("shellcheck")
    done = subprocess.run([shellcheck, script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert b"\r" not in script.read_bytes()
    assert os.access(script, os.X_OK)


@pytest.mark.timeout(600)
def test_environment_imports_every_pinned_package(node, tmp_path):
    home = tmp_path / "python"
    spared = {"PIP_NO_COMPILE": "no"}  # which is pip's way to say yes: what is imported here is compiled then
    done = node(SCRIPTS[0], URI, SHA256, str(home), programs={"aws": AWS, "dnf": DNF}, **spared)
    assert done.returncode == 0, done.stderr
    counts = re.search(r"(\d+) packages of (\d+) in the lock import", done.stdout)
    assert int(counts[1]) > 40
    check = "import tensorflow, numpy, pyarrow, PIL, sys; print(sys.version_info[:2], tensorflow.__version__)"
    found = subprocess.run([home / "bin" / "python3.11", "-c", check], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "(3, 11) 2.16.1"
    installed = subprocess.run([home / "bin" / "pip", "list"], capture_output=True, text=True, check=True).stdout
    assert "pyspark" not in installed, "Spark is the cluster's own"
    assert "py4j" not in installed
    shutil.rmtree(home)


def test_wrong_hash_stops_it_before_anything_is_installed(node, tmp_path):
    done = node(SCRIPTS[0], URI, "0" * 64, str(tmp_path / "python"), programs={"aws": AWS, "dnf": DNF})
    assert done.returncode == 1
    assert done.stderr == (
        f"bootstrap: {URI} is not the file that was reviewed: its sha256 is {SHA256}, not {'0' * 64}\n"
    )
    assert not (tmp_path / "python").exists()


def test_unreadable_requirements_are_named(node, tmp_path):
    done = node(SCRIPTS[0], "s3://bucket/other", SHA256, str(tmp_path / "p"), programs={"aws": AWS, "dnf": DNF})
    assert done.returncode == 1
    assert done.stderr.endswith("bootstrap: s3://bucket/other could not be read\n")


def test_python_is_installed_where_it_is_missing(node, tmp_path):
    programs = {
        "aws": AWS,
        "dnf": f'echo "$@" >"{tmp_path}/dnf.log"; exit 1',
        "python3.11": "exit 127",
        "sudo": 'exec "$@"',
    }
    done = node(SCRIPTS[0], URI, SHA256, str(tmp_path / "python"), programs=programs)
    assert done.returncode == 1
    assert done.stderr == "bootstrap: Python 3.11 could not be installed\n"
    assert (tmp_path / "dnf.log").read_text() == "install --assumeyes --quiet python3.11 python3.11-pip\n"


def test_usage_is_explained(node):
    done = node(SCRIPTS[0], programs={})
    assert done.returncode == 1
    assert "usage: bootstrap.sh REQUIREMENTS_URI SHA256" in done.stderr


# `python3.11 -m venv --clear HOME`, and nothing to install in it
VENV = 'case $* in *venv\\ --clear*) mkdir -p "$4/bin" && ln -sf /bin/true "$4/bin/python3.11" ;; esac'
AGENT = 'echo "systemctl $@" >>"$NODE/done"; test -e "$NODE/agent"'
PACKAGES = {"install": 'echo "dnf $@" >>"$NODE/done"; touch "$NODE/agent"', "refuse": "exit 1", "lack": "exit 0"}
ENABLE, INSTALL = "systemctl enable --now amazon-ssm-agent", "dnf install --assumeyes --quiet amazon-ssm-agent"


@pytest.mark.parametrize(
    ("there", "packages", "calls"),
    [
        (True, "refuse", [ENABLE]),
        (False, "install", [ENABLE, INSTALL, ENABLE]),
        (False, "refuse", [ENABLE]),
        (False, "lack", [ENABLE, ENABLE]),
    ],
)
def test_session_managers_agent_runs_where_it_can_and_stops_no_node(node, tmp_path, there, packages, calls):
    if there:
        (tmp_path / "agent").touch()
    programs = {"aws": AWS, "python3.11": VENV, "dnf": PACKAGES[packages], "systemctl": AGENT, "sudo": 'exec "$@"'}
    done = node(SCRIPTS[0], URI, SHA256, str(tmp_path / "python"), programs=programs, NODE=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "done").read_text().splitlines() == calls
    serves = (tmp_path / "agent").exists()
    assert ('access = "ssh"' in done.stdout) == (not serves)
