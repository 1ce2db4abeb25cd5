"""What a shell is told that completes a line of ./inv; bash is asked for real, and fish where it is here."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

import tasks
from orchard.base import local_records
from orchard.commands import candidates, completion

ROOT = Path(__file__).resolve().parents[2]
NAMESPACE = deepcopy(tasks.namespace)  # Invoke takes the help out of the tasks that it parses for
OLD, NEW = "20261121T200000-full", "20261122T200000-mini"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with two runs, one of them only sent, and a cluster beside one that was taken down."""
    (tmp_path / "data" / "emr_output" / "pca" / OLD).mkdir(parents=True)
    place = tmp_path / ".orchard" / "aws" / "orchard" / "eu-west-3"
    for name, resources in (("hub", [{"mode": "managed"}]), ("gone", []), ("torn", None)):
        folder = place / "terraform" / "cluster.workspaces" / name
        folder.mkdir(parents=True)
        (folder / "cluster.tfstate").write_text(json.dumps({"resources": resources}) if resources is not None else "{")
    local_records.remember(place, NEW)
    local_records.remember(place, NEW)
    return tmp_path


@pytest.fixture
def complete(home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """The words that may come next, without their meanings."""
    state, results = home / ".orchard", home / "data" / "emr_output"
    known, clusters = local_records.runs(state, results), local_records.clusters(state)
    for flag in ("--run-name", "--run", "--compare"):
        monkeypatch.setitem(candidates.VALUES, flag, lambda: known)
    monkeypatch.setitem(candidates.VALUES, "--name", lambda: ["default", *clusters])
    return lambda *words: [line.partition("\t")[0] for line in candidates.lines(words, NAMESPACE)]


def test_what_this_machine_knows(home: Path) -> None:
    state = home / ".orchard"
    assert local_records.runs(state, home / "data" / "emr_output") == [NEW, OLD]
    assert local_records.clusters(state) == ["hub"]
    local_records.forget(state / "aws" / "orchard" / "eu-west-3")
    assert local_records.runs(state, home / "data" / "emr_output") == [OLD]


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["sta"], ["status"]),
        (["tf.ap"], ["tf.apply"]),
        (["--help", "sta"], ["status"]),
        (["--v"], ["--version"]),
        (["run", "--mo"], ["--mode"]),
        (["run", "--mode", ""], ["mini", "apples", "full"]),
        (["run", "--mode=a"], ["--mode=apples"]),
        (["run", "--mode", "=", "a"], ["apples"]),
        (["run", "--mode", "="], ["mini", "apples", "full"]),
        (["run", "--mode", "full", "--mo"], []),
        (["up", "--target", "a"], ["aws"]),
        (["up", "--instance-type", "m5.x"], ["m5.xlarge"]),
        (["results", "--run-name", ""], [NEW, OLD]),
        (["cost", "--run", "20261121"], [OLD]),
        (["report", "--compare", "2"], [NEW, OLD]),
        (["down", "--name", ""], ["default", "hub"]),
        (["logs", "--step", ""], ["canary", "features", "pca", "bootstrap"]),
        (["extend", "2"], ["2h"]),
        (["extend", "2h", "--na"], ["--name"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["report", "--output", ""], []),
        (["up", "run", "resul"], ["results"]),
        (["no-such-task", "--x"], []),
    ],
)
def test_words_that_may_come_next(complete: Callable, words: list[str], found: list[str]) -> None:
    assert complete(*words) == found


def test_behind_a_task_come_its_flags_and_behind_nothing_all_tasks(complete: Callable) -> None:
    assert {"--mode", "-k", "--run-name"} < set(complete("run", ""))
    assert set(complete("")) == {*NAMESPACE.task_names, "results"}
    assert complete() == complete("")


def test_a_meaning_stands_behind_a_tab() -> None:
    (line,) = candidates.lines(["statu"], NAMESPACE)
    assert line.startswith("status\tShow the Studio and all clusters")


def test_steps_and_parts_are_the_ones_there_are() -> None:
    from orchard.permissions import published

    assert list(candidates.VALUES["--part"]()) == list(published.PARTS)


@pytest.mark.parametrize("shell", candidates.SHELLS)
def test_the_script_is_printed(shell: str, capsys: pytest.CaptureFixture) -> None:
    completion.completion.body(None, shell=shell)
    assert "--candidates" in capsys.readouterr().out


def ask(line: list[str], home: Path) -> list[str]:
    env = os.environ | {"ORCHARD_HOME": str(home)}
    return subprocess.run(line, cwd=ROOT, env=env, capture_output=True, text=True, check=True).stdout.split()


def test_bash_completes(home: Path) -> None:
    script = """eval "$(./inv completion bash)"; COMP_WORDS=(./inv results --run-name 20261122); COMP_CWORD=3
        _orchard_inv ./inv; echo "${COMPREPLY[@]}"; COMP_WORDS=(./inv report --output ''); _orchard_inv ./inv
        echo "${#COMPREPLY[@]}" """
    assert ask(["bash", "-c", script], home) == [NEW, "0"]


@pytest.mark.skipif(not shutil.which("fish"), reason="there is no fish on this machine")
def test_fish_completes(home: Path) -> None:
    script = 'source orchard/commands/shells/inv.fish; complete -C"./inv results --run-name 20261122"'
    assert ask(["fish", "--no-config", "-c", script], home) == [NEW]


def test_a_completion_imports_nothing_heavy() -> None:
    script = (
        "import sys, tasks; from orchard.commands import candidates as c; "
        "c.lines(['results', '--run-name', ''], tasks.namespace); c.lines(['run', '--mode', ''], tasks.namespace); "
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    loaded = ask([str(ROOT / ".venv" / "bin" / "python"), "-c", script], ROOT)
    assert not {"boto3", "pydantic", "rich", "numpy"} & set(loaded)
