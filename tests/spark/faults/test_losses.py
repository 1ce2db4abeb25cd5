"""What a run loses while it works: a Python worker, a whole executor, the room to spill."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pyspark
import pytest
from whole_runs import whole

import features
from fruits import lease, progress
from tests.support.cells import cell
from tests.waiting import until

JOB = Path(features.__file__)
SUBMIT = Path(sys.executable).parent / "spark-submit"
FULL = 'mount -t tmpfs -o size=64k none "$0" && exec "$@"'
MOUNT = ("unshare", "--user", "--map-root-user", "--mount", "sh", "-c")


@pytest.fixture
def words(drawn, weights_file, tmp_path) -> list[str]:
    """What the job is told."""
    return ["--input", str(drawn), "--output", str(tmp_path / "r"), "--weights", weights_file, "--mode", "full"]


def processes(word: str, above: int) -> list[int]:
    """The processes of a session whose command line has a word."""
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--sid", str(above)], capture_output=True, text=True, check=False
    )
    return [int(line.split()[0]) for line in listed.stdout.splitlines() if word in line]


def spark_home(folder: Path) -> Path:
    """Make a Spark of links, for executors of a local cluster write beside it."""
    folder.mkdir()
    for entry in Path(pyspark.__file__).parent.iterdir():
        if entry.name != "work":
            (folder / entry.name).symlink_to(entry)
    return folder


@cell(
    "killed",
    area="Spark",
    fault="an executor's Python workers are killed, as where a node has no memory left, and then another executor",
    at="a run's features, a part file written",
    holds="their tasks are done again by who is left; the run is complete, each photograph once",
    case="killed",
)
@cell(
    "stopped",
    area="Spark",
    fault="an executor is stopped (SIGSTOP) for good, so that it sends no heartbeats any more",
    at="a run's features, a part file written",
    holds="Spark gives it up (`spark.network.timeout`), its tasks are done again; the run is complete",
    case="stopped",
)
def test_what_is_lost_is_done_again(spark, words, tmp_path, case):
    output = tmp_path / "r"
    line = [SUBMIT, "--master", "local-cluster[2,1,1024]", "--conf", "spark.ui.enabled=false"]
    soon = {"network.timeout": "15s", "executor.heartbeatInterval": "2s", "network.timeoutInterval": "5s"}
    if case == "stopped":
        line += [word for name, value in soon.items() for word in ("--conf", f"spark.{name}={value}")]
    line += ["--conf", f"spark.executorEnv.PYTHONPATH={JOB.parent}"]
    log = tmp_path / "log"
    with log.open("w") as said:
        own = os.environ | {"SPARK_HOME": str(spark_home(tmp_path / "spark"))}
        driver = subprocess.Popen([*line, JOB, *words], start_new_session=True, stdout=said, stderr=said, env=own)
    try:
        until(lambda: list(output.glob("part-*.parquet")) or driver.poll() is not None)
        assert driver.poll() is None, log.read_text()[-2000:]
        if case == "killed":
            workers = processes("pyspark.daemon", driver.pid)
            assert workers
            for worker in workers:
                with suppress(ProcessLookupError):
                    os.kill(worker, signal.SIGKILL)
            until(lambda: processes("pyspark.daemon", driver.pid) or driver.poll() is not None)
        how = signal.SIGKILL if case == "killed" else signal.SIGSTOP
        os.kill(processes("CoarseGrainedExecutorBackend", driver.pid)[0], how)
        assert driver.wait(300) == 0, log.read_text()[-2000:]
    finally:
        if driver.poll() is None:
            os.killpg(driver.pid, signal.SIGKILL)
            driver.wait()
    assert "Lost executor" in log.read_text()
    assert whole(spark, output)["counts"] == {"read": 120, "featurised": 120, "rejected": 0}


@cell(
    "spill",
    area="Spark",
    fault="the directory that Spark spills to (`spark.local.dir`) is full",
    at="a run's features",
    holds="the job fails with that as its cause, and nothing says complete; with room, the next attempt completes it",
)
def test_no_room_to_spill_is_told(spark, words, tmp_path, monkeypatch):
    if subprocess.run([*MOUNT, "mount -t tmpfs none /mnt"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets nobody mount a file system of their own")
    output, spill = tmp_path / "r", tmp_path / "spill"
    spill.mkdir()
    line = [*MOUNT, FULL, spill, SUBMIT, "--master", "local[2]", "--conf", f"spark.local.dir={spill}"]
    done = subprocess.run(
        [*line, "--conf", "spark.ui.enabled=false", JOB, *words], check=False, capture_output=True, text=True
    )
    assert done.returncode == 1, done.stderr[-2000:]
    told = json.loads((output / progress.NAME).read_text())
    assert told["phase"] == "failed"
    assert "no space is left on the disk that Spark spills to" in told["cause"]
    assert "PicklingError" not in done.stdout
    assert not (output / "_manifest.json").exists()
    monkeypatch.setattr(lease, "SILENT", 1.0)
    features.run(spark, features.parse(words))
    assert whole(spark, output)["counts"]["featurised"] == 120
