"""No memory left where a task is computed."""

import json
import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from whole_runs import whole

import features
from fruits import lease, progress
from tests.support.cells import cell

JOB = Path(features.__file__)
SUBMIT = Path(sys.executable).parent / "spark-submit"


class Reaper(threading.Thread):
    """Kills each Python worker of a session that holds more than it may, as a cgroup's limit and YARN do."""

    def __init__(self, session: int, output: Path, mib: int) -> None:
        super().__init__(daemon=True)
        self.session, self.output, self.mib = session, output, mib
        self.killed, self.over = 0, threading.Event()

    def run(self) -> None:
        while not self.over.wait(0.02):
            if not list(self.output.glob("part-*.parquet")):
                continue
            line = ["ps", "-ww", "-o", "pid=,rss=,args=", "--sid", str(self.session)]
            listed = subprocess.run(line, capture_output=True, text=True, check=False).stdout
            for pid, held, args in (entry.split(None, 2) for entry in listed.splitlines()):
                if "pyspark.daemon" in args and int(held) > self.mib << 10:
                    with suppress(ProcessLookupError):
                        os.kill(int(pid), signal.SIGKILL)
                        self.killed += 1


@cell(
    "refused",
    area="Spark",
    fault="Python workers get no more memory: a limit of the system (RLIMIT_AS, by spark.executor.pyspark.memory)",
    at="a run's features",
    holds="the job fails with memory as its cause, and what to do; the next attempt completes it",
    case="refused",
)
@cell(
    "killed",
    area="Spark",
    fault="whichever Python worker holds 100 MiB is killed (SIGKILL), as the kernel does at a cgroup's limit",
    at="a run's features, a part file written",
    holds="the job fails with memory as its cause, and what to do; what was written stays, the next one does the rest",
    case="killed",
)
def test_no_memory_is_told(spark, drawn, weights_file, tmp_path, monkeypatch, case):
    output = tmp_path / "r"
    words = ["--input", str(drawn), "--output", str(output), "--weights", weights_file, "--mode", "full"]
    limit = ["--conf", "spark.executor.pyspark.memory=400m"] if case == "refused" else []
    line = [SUBMIT, "--master", "local[2]", "--conf", "spark.ui.enabled=false", *limit, JOB, *words]
    job = subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True)
    reaper = Reaper(job.pid, output, 100)
    if case == "killed":
        reaper.start()
    said, _ = job.communicate()
    reaper.over.set()
    assert job.returncode == 1, said[-3000:]
    told = json.loads((output / progress.NAME).read_text())
    cause, remedy = told["cause"], told["remedy"]
    assert told["phase"] == "failed"
    assert ("memory ran out" if case == "refused" else "a Python worker was killed, as the system does") in cause
    assert "nodes with more memory for each core" in remedy
    assert "\n" not in cause + remedy
    assert not (output / "_manifest.json").exists()
    monkeypatch.setattr(lease, "SILENT", 1.0)
    features.run(spark, features.parse(words))
    manifest = whole(spark, output)
    assert manifest["counts"] == {"read": 120, "featurised": 120, "rejected": 0}
    if case == "killed":
        assert 0 < manifest["resumed"] < 120
