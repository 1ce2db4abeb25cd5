"""`./inv run` and `./inv demo` as a user calls them."""

import json
import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def invoke(*words: str, **environment: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [ROOT / "inv", *words], capture_output=True, text=True, env=os.environ | environment, check=False
    )


@pytest.fixture
def run_name():
    """A run of its own, whose results are taken away again."""
    import shutil

    name = f"test-{os.getpid()}-{time.monotonic_ns()}"
    yield name
    for kind in ("features", "pca"):
        shutil.rmtree(ROOT / "data" / "emr_output" / kind / name, ignore_errors=True)
    for log in (ROOT / ".orchard" / "logs").glob(f"{name}-*.log"):
        log.unlink()


def test_run_prints_what_it_wrote_and_refuses_to_do_it_twice(drawn, weights_file, run_name):
    words = [
        "run",
        "--run-name",
        run_name,
        "--k",
        "3",
        "--split",
        "Test",
        "--max-images",
        "12",
        "--weights",
        weights_file,
    ]
    done = invoke(*words, "--dataset", str(drawn))
    assert done.returncode == 0, done.stderr
    assert "12 images featurised" in done.stdout
    assert "3 components explain" in done.stdout
    assert "features 0/12 images" in done.stderr
    for kind in ("features", "pca"):
        assert (ROOT / "data" / "emr_output" / kind / run_name / "manifest.json").exists()
    again = invoke(*words, "--dataset", str(drawn))
    assert again.returncode == 2
    assert again.stderr.splitlines()[-2].startswith(f"error: the run {run_name} is complete already")


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(drawn, weights_file, run_name):
    words = [
        ROOT / "inv",
        "run",
        "--run-name",
        run_name,
        "--mode",
        "full",
        "--dataset",
        drawn,
        "--weights",
        weights_file,
    ]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, start_new_session=True)
    state = ROOT / "data" / "emr_output" / "features" / run_name / "_progress.json"
    deadline = time.monotonic() + 90
    while not state.exists() and time.monotonic() < deadline:
        time.sleep(0.2)
    assert state.exists()
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[1]
    assert process.returncode == 130
    assert f"remedy: go on where it stopped: ./inv run --run-name {run_name}" in said
    assert "Traceback" not in said
    assert not (state.parent / "manifest.json").exists()


@pytest.mark.parametrize(
    ("words", "code", "cause"),
    [
        (["run", "--mode", "pears"], 2, "error: the setting mode = 'pears' cannot be used"),
        (["run", "--dataset", "/nowhere"], 2, "error: there are no photographs in ORCHARD_DATASET = /nowhere"),
        (["run", "--k", "lots"], 2, "error: the setting k = 'lots' cannot be used"),
    ],
)
def test_bad_input_is_one_line_of_cause_and_one_of_remedy(words, code, cause):
    done = invoke(*words)
    assert done.returncode == code
    lines = done.stderr.splitlines()
    assert len(lines) == 2
    assert lines[0].startswith(cause)
    assert lines[1].startswith("remedy: ")


def test_a_bad_run_name(drawn):
    done = invoke("run", "--dataset", str(drawn), "--run-name", "a/b")
    assert (done.returncode, "cannot be used" in done.stderr) == (2, True)


def test_corrupt_weights_are_named(drawn, run_name, tmp_path):
    (tmp_path / "bad.h5").write_bytes(b"nothing")
    words = ["run", "--dataset", str(drawn), "--run-name", run_name, "--weights", str(tmp_path / "bad.h5")]
    done = invoke(*words, "--max-images", "4", "--k", "2")
    assert done.returncode == 1
    assert f"error: the weights {tmp_path}/bad.h5 are not a readable HDF5 file" in done.stderr
    assert "Traceback" not in done.stderr


def test_settings_lists_them_all():
    from orchard import config

    printed = invoke("settings").stdout
    assert [line.split()[0] for line in printed.splitlines()] == list(config.Settings.model_fields)


def test_debug_shows_the_traceback():
    assert "Traceback" in invoke("--debug", "run", "--mode", "pears").stderr


def test_the_list_needs_no_heavy_import():
    script = "import sys, tasks; print(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run(
        [ROOT / ".venv" / "bin" / "python", "-c", f"import json; {script}"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    assert not {"pyspark", "tensorflow", "boto3", "rich", "pydantic", "numpy"} & set(json.loads(done.stdout))
