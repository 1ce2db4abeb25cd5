"""The nodes' scripts, linted, and run with nothing replaced but the programs that only a node has."""

import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from orchard.base.config import ROOT
from tests.waiting import until

SCRIPTS = [ROOT / "spark" / "bootstrap.sh", ROOT / "spark" / "jupyterhub.sh"]
LOCK = ROOT / "spark" / "requirements.lock"
URI = "s3://bucket/jobs/abc/requirements.lock"
SHA256 = hashlib.sha256(LOCK.read_bytes()).hexdigest()


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
    done = node(SCRIPTS[0], URI, SHA256, str(home), programs={"aws": AWS, "dnf": DNF})
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


HUB = {
    "sudo": 'exec "$@"',
    "docker": 'echo "$@" >>"$TMPDIR/docker.log"; case $1 in exec) cat >"$TMPDIR/chpasswd.in" ;; esac',
}


def test_hub_learns_its_s3_endpoint(node, tmp_path):
    info, config = tmp_path / "instance.json", tmp_path / "jupyterhub_config.py"
    info.write_text('{"isMaster": true, "isRunningNameNode": true}')
    config.write_text("import os\nurl = os.environ['S3_ENDPOINT_URL']\n")
    secret = tmp_path / "secret"
    environment = {"ORCHARD_INSTANCE_INFO": str(info), "ORCHARD_HUB_CONFIG": str(config), "TMPDIR": str(tmp_path)}
    environment["ORCHARD_HUB_PASSWORD"] = str(secret)
    done = node(SCRIPTS[1], "s3.eu-west-3.amazonaws.com", programs=HUB, **environment)
    assert done.returncode == 0, done.stderr
    until(lambda: secret.exists() and secret.stat().st_size)
    clean = {name: value for name, value in os.environ.items() if name != "S3_ENDPOINT_URL"}
    check = subprocess.run(
        [sys.executable, "-c", config.read_text() + "\nprint(url)"],
        env=clean,
        capture_output=True,
        text=True,
        check=True,
    )
    assert check.stdout == "s3.eu-west-3.amazonaws.com\n"
    password = secret.read_text().strip()
    assert len(password) == 24
    assert secret.stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "chpasswd.in").read_text() == f"jovyan:{password}\n"
    assert password not in (tmp_path / "docker.log").read_text(), "an argument would be seen by all"
    assert password not in (tmp_path / "orchard-jupyterhub.log").read_text()


def test_other_nodes_are_left_alone(node, tmp_path):
    info = tmp_path / "instance.json"
    info.write_text('{"isMaster": false}')
    done = node(SCRIPTS[1], "s3.eu-west-3.amazonaws.com", programs=HUB, ORCHARD_INSTANCE_INFO=str(info))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
