"""The wrapper and the sets of packages: installed by who needs them, in one version each; and who may import what."""

import ast
import hashlib
import os
import re
import shutil
import stat
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import tiny
from offline import offline

from orchard.machine import packages

ROOT = Path(__file__).resolve().parents[2]

# Beyond the first set, which all may import. What has no set of its own is found, and installed, by `machine/`.
ALLOWED = {
    "orchard/notebooks/rendering.py": "notebooks",
    "orchard/report/browser.py": "browser",
    "orchard/emulator/livy/shell.py": "jobs",
    "orchard/emulator/steps/training.py": "jobs",
    "orchard/emulator/steps/node/notebook.py": "notebooks",
    "orchard/emulator/pytest_plugin.py": "checks",  # it is loaded by pytest alone
}


def pinned(name: str) -> dict[str, str]:
    """The versions of a set's packages."""
    return dict(re.findall(r"^([\w.-]+)(?:\[\w+\])?==([\w.]+)", packages.SETS[name].lock.read_text(), re.M))


def test_sets_that_lie_in_one_environment_have_one_version_of_each_package():
    versions: dict[str, set[str]] = {}
    for name in packages.SETS:
        for package, version in pinned(name).items():
            versions.setdefault(package, set()).add(version)
    assert len(versions) > 150
    assert {package: found for package, found in versions.items() if len(found) > 1} == {}


def imported(file: Path) -> set[str]:
    """The modules that a file imports anywhere, by their first names."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").split(".")[0])
    return found - sys.stdlib_module_names - {"orchard", "checks", "packages"}


def test_users_commands_import_what_users_install():
    owners = packages_distributions()
    same = lambda name: re.sub(r"[-_.]+", "-", name).lower()  # noqa: E731
    files = [ROOT / "tasks.py", *(ROOT / "orchard").rglob("*.py"), *(ROOT / "checks").rglob("*.py")]
    wrong = []
    for file in files:
        name = file.relative_to(ROOT).as_posix()
        may = set(pinned("main")) | set(pinned(ALLOWED[name]) if name in ALLOWED else ())
        for module in imported(file):
            if not may & {same(owner) for owner in owners.get(module, [])}:
                wrong.append(f"{name} imports {module}")
    assert len(files) > 150
    assert wrong == []


@pytest.fixture
def checkout(tmp_path) -> Path:
    """A checkout whose locks pin nothing and whose Python is asked to make real, empty environments."""
    home = tmp_path / "checkout"
    for name in ("inv", "tasks.py", "orchard/__init__.py", "orchard/machine", "orchard/base", "requirements/uv.lock"):
        target = home / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copytree(ROOT / name, target) if (ROOT / name).is_dir() else shutil.copy(ROOT / name, target)
    (home / "requirements" / "main.lock").write_text("# nothing\n")
    return home


def call(checkout: Path, **environment: str) -> subprocess.CompletedProcess:
    clean = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    found = packages.uv()
    path = {"PATH": f"{Path(found).parent}:{os.environ['PATH']}"} if found else {}
    return subprocess.run(
        [checkout / "inv", "--version"], capture_output=True, text=True, env=clean | path | environment, check=False
    )


def test_the_wrapper_installs_once_and_again_when_the_lock_changes(checkout):
    first = call(checkout)
    assert first.stderr.startswith("Installing what Orchard stands on")
    assert "No module named 'invoke'" in first.stderr  # the empty lock was obeyed
    assert "Installing" not in call(checkout).stderr
    (checkout / "requirements" / "main.lock").write_text("# changed\n")
    assert "Installing" in call(checkout).stderr


def test_an_installation_that_fails_is_tried_again(checkout, tmp_path):
    (checkout / "requirements" / "main.lock").write_text(f"no-such-package-at-all==1 --hash=sha256:{'0' * 64}\n")
    for _ in range(2):
        failed = call(checkout, **offline(tmp_path))
        assert failed.returncode == 1
        told, error, remedy = failed.stderr.splitlines()
        assert told.startswith("Installing")
        assert error.startswith(f"error: packages could not be installed into {checkout}/.venv: ")
        assert remedy.startswith("remedy: check the network")


def test_pip_does_it_where_uv_cannot(checkout, tmp_path):
    """As behind an index that only pip's configuration names: uv is told to stay offline, pip has a wheel at hand."""
    tiny.index(tmp_path)
    (wheel,) = tmp_path.glob("simple/*/*.whl")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (checkout / "requirements" / "main.lock").write_text(f"orchard-tiny==1.0 --hash=sha256:{digest}\n")
    python = checkout / ".venv" / "bin" / "python"
    subprocess.run([sys.executable, "-m", "venv", checkout / ".venv"], check=True)
    call(checkout, **offline(tmp_path) | {"PIP_FIND_LINKS": str(wheel.parent)})
    subprocess.run([python, "-c", "import orchard_tiny"], check=True)


def test_a_set_is_installed_by_who_asks_for_it_and_not_twice(checkout):
    """With a real uv, and one small wheel of PyPI's."""
    call(checkout)
    lock = (ROOT / "requirements" / "browser.lock").read_text()
    greenlet = re.split(r"^(?=\w)", lock, flags=re.M)[1]
    assert greenlet.startswith("greenlet==")
    (checkout / "requirements" / "browser.lock").write_text(greenlet)
    (checkout / "requirements" / "main.lock").unlink()  # nobody asks for it here
    line = [checkout / ".venv" / "bin" / "python", "-m", "orchard.machine.packages", "browser"]
    env = os.environ | {"PATH": f"{Path(packages.uv() or '/').parent}:{os.environ['PATH']}"}
    first, second = (
        subprocess.run(line, cwd=checkout, env=env, capture_output=True, text=True, check=True) for _ in range(2)
    )
    assert first.stderr == "Installing Playwright, which steers a browser (0.2 GB) into .venv, once ...\n"
    assert second.stderr == ""
    subprocess.run([line[0], "-c", "import greenlet"], check=True)


def test_uv_comes_from_pypi_where_the_machine_has_none(checkout):
    """The locked one, into an environment that has not even pip."""
    tools = checkout / "tools"
    tools.mkdir()
    for name in ("dirname", "bash", "env"):
        (tools / name).symlink_to(str(shutil.which(name)))
    call(checkout, PATH=str(tools), ORCHARD_PYTHON=sys.executable)
    version = subprocess.run([checkout / ".venv/bin/uv", "--version"], capture_output=True, text=True, check=True)
    assert version.stdout.split()[1] in packages.UV_LOCK.read_text()


def test_getting_uv_shows_that_it_lives(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(packages, "ENVIRONMENT", tmp_path)
    monkeypatch.setattr(packages, "PLAIN_INTERVAL", 0.1)
    monkeypatch.setattr(packages, "PIP", [sys.executable, "-c", "import time; time.sleep(0.3)"])
    monkeypatch.setattr(packages.shutil, "which", lambda name: None)
    packages.uv()
    assert "  0 s\n" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("lang", "locale", "told"),
    [("en", "fr_FR.UTF-8", "error: no Python 3.11"), ("", "fr_FR.UTF-8", "erreur : pas de Python 3.11"),
     ("fr", "C", "erreur : pas de Python 3.11"), ("", "frr_DE", "error: no Python 3.11")],
)  # fmt: skip
def test_no_python(checkout, lang, locale, told):
    tools = checkout / "tools"
    tools.mkdir()
    for name in ("dirname", "bash", "env"):
        (tools / name).symlink_to(str(shutil.which(name)))
    failed = call(checkout, PATH=str(tools), ORCHARD_PYTHON="", ORCHARD_LANG=lang, LC_ALL=locale)
    assert failed.returncode == 1
    assert failed.stderr.splitlines()[-2].startswith(told)
    assert "ORCHARD_PYTHON" in failed.stderr


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("error: Failed to download `a==1`\n  cause: Hash mismatch for `a==1`\n\n  Expected:\n    sha256:00",
         "Failed to download `a==1`: Hash mismatch for `a==1`"),
        ("error: Request failed\n  Caused by: Failed to fetch\n  Caused by: dns error", "Request failed: dns error"),
        ("WARNING: Retrying\nERROR: Could not find a version\nERROR: No matching", "Could not find a version"),
        ("/usr/bin/python: No module named pip", "/usr/bin/python: No module named pip"),
        ("", "it gave no reason"),
    ],
)  # fmt: skip
def test_the_reason_in_an_installers_words(said, reason):
    assert packages.reason(said) == reason


def test_the_wrapper_is_executable():
    assert (ROOT / "inv").stat().st_mode & stat.S_IXUSR


def test_an_installer_that_takes_long_shows_that_it_lives(monkeypatch, capsys):
    monkeypatch.setattr(packages, "PLAIN_INTERVAL", 0.1)
    program = "import sys, time; time.sleep(0.4); sys.exit('error: no room')"
    assert packages._run([sys.executable, "-c", program]) == (1, "error: no room\n")
    assert capsys.readouterr().err.startswith("  0 s\n")
