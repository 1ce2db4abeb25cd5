"""What a user sees of wrong input by the real `./inv`; `forty.toml` has the answers to mistakes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import invoke as invoke_package
import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def invoke(tmp_path):
    """`./inv` with a state of its own, where no local AWS runs."""

    def call(*words: str, **environment: str) -> subprocess.CompletedProcess:
        home = {"ORCHARD_HOME": str(tmp_path)}
        return subprocess.run(
            [ROOT / "inv", *words], capture_output=True, text=True, env=os.environ | home | environment, check=False
        )

    return call


@pytest.mark.parametrize("words", [["run", "-k", "lots"], ["logs", "--run-name", "my-run", "--step", "pca"], ["-l"]])
def test_invoke_itself_takes_the_same_words(invoke, words, tmp_path):
    line = [sys.executable, "-m", "invoke", *words]
    env = os.environ | {"ORCHARD_HOME": str(tmp_path)}
    theirs = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    ours = invoke(*words)
    assert (theirs.returncode, theirs.stderr) == (ours.returncode, ours.stderr)
    assert theirs.stdout.splitlines()[1:] == ours.stdout.splitlines()[1:]  # the list's headline differs


def test_invoke_elsewhere_leads_to_the_environment(tmp_path):
    """As when it is installed for all of a user's projects: it finds the tasks, and not what they stand on."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "venv"], check=True)
    for part in Path(invoke_package.__file__).parents[1].glob("invoke*"):
        (tmp_path / part.name).symlink_to(part)
    line = [tmp_path / "venv" / "bin" / "python", "-m", "invoke", "doctor"]
    env = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    cause, remedy = done.stderr.splitlines()
    assert cause.startswith(f"error: {tmp_path}/venv lacks what Orchard stands on: No module named")
    assert remedy == "remedy: ./inv installs it into .venv"


def test_the_list_may_be_cut_short():
    line = ["bash", "-c", "./inv --list | head -n 1"]
    done = subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "Subcommands:\n"
    assert done.stderr == ""


def test_a_region_outside_the_eu(invoke):
    done = invoke("up", ORCHARD_REGION="eu-west-2")
    assert done.returncode == 2
    assert "only eu-central-1" in done.stderr


def test_a_named_data_set_without_photographs(invoke, tmp_path):
    done = invoke("demo", ORCHARD_DATASET=str(tmp_path / "none"))
    assert done.returncode == 2
    assert f"error: there is no directory {tmp_path}/none" in done.stderr


def test_debug_shows_the_traceback(invoke):
    assert "Traceback" in invoke("--debug", "run", "--mode", "pears").stderr


def test_settings_lists_them_all(invoke):
    from orchard.base import config

    printed = invoke("settings").stdout
    assert [line.split()[0] for line in printed.splitlines()] == list(config.Settings.model_fields)


def test_the_list_needs_no_heavy_import():
    script = "import json, sys, tasks; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    python = ROOT / ".venv" / "bin" / "python"
    done = subprocess.run([python, "-c", script], capture_output=True, text=True, cwd=ROOT, check=True)
    assert not {"pyspark", "tensorflow", "boto3", "rich", "pydantic", "numpy"} & set(json.loads(done.stdout))


def test_a_path_that_the_shell_has_cut(invoke, tmp_path):
    (tmp_path / "my own photos").mkdir()
    done = invoke("upload-dataset", "--dataset", *f"{tmp_path}/my own photos".split(), "--plan")
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == f"remedy: quote a path that has spaces: '{tmp_path}/my own photos'"


def test_a_bare_call_tells_where_to_begin(invoke):
    commands = []
    for language, begins in (("en", "Orchard computes"), ("fr", "Orchard calcule")):
        done = invoke(ORCHARD_LANG=language)
        assert done.returncode == 0
        assert done.stdout.startswith(begins)
        told = done.stdout.splitlines()
        assert max(map(len, told)) <= 80
        commands.append([line.partition("#")[0] for line in told if line.startswith("  ./inv")])
    assert commands[0] == commands[1]
    assert "  ./inv demo" in commands[0]


def test_the_help_of_a_task_has_its_words_and_flags(invoke):
    first, nothing, does, *flags = invoke("--help", "up").stdout.splitlines()
    assert (first, nothing) == ("Usage: ./inv up [flags]", "")
    assert does.startswith("Make the bucket")
    assert "--core-count" in "".join(flags)
