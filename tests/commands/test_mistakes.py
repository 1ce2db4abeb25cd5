"""What a user sees of wrong input, before anything is started."""

import json
import os
import subprocess
from pathlib import Path

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


@pytest.mark.parametrize(
    ("words", "cause"),
    [
        (["run", "--mode", "pears"], "error: the setting mode = 'pears' cannot be used"),
        (["run", "--k", "lots"], "error: the setting k = 'lots' cannot be used"),
        (["run", "--k=0"], "error: the setting k = '0' cannot be used"),
        (["up", "--target", "azure"], "error: the setting target = 'azure' cannot be used"),
        (["up", "--instance-type", "m5.xlrage"], "error: the setting instance_type = 'm5.xlrage' cannot be used"),
        (["demo", "--max-images", "0"], "error: the setting max_images = '0' cannot be used"),
    ],
)
def test_bad_input_is_one_line_of_cause_and_one_of_remedy(invoke, words, cause):
    done = invoke(*words)
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(cause)
    assert lines[1].startswith("remedy: ")


def test_a_region_outside_the_eu(invoke):
    done = invoke("up", ORCHARD_REGION="eu-west-2")
    assert done.returncode == 2
    assert "only eu-central-1" in done.stderr


def test_a_named_data_set_without_photographs(invoke, tmp_path):
    done = invoke("demo", ORCHARD_DATASET=str(tmp_path / "none"))
    assert done.returncode == 2
    assert f"error: there are no photographs in ORCHARD_DATASET = {tmp_path}/none" in done.stderr


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
