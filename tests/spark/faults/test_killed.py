"""A driver that is killed in the middle of its work."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from whole_runs import whole

import features
from fruits import lease, progress
from tests.support.cells import cell

JOB = Path(features.__file__)


@cell(
    "driver",
    area="Spark",
    fault="the driver is killed (SIGKILL), its executors with it",
    at="a run's features, the first part file written",
    holds="what was written is kept, the next attempt does the rest: the run is complete, each photograph once",
    quick=True,
)
def test_what_was_written_is_kept_and_the_rest_is_done(spark, drawn, weights_file, tmp_path, monkeypatch):
    output = tmp_path / "r"
    words = ["--input", str(drawn), "--output", str(output), "--weights", weights_file, "--mode", "full"]
    line = [Path(sys.executable).parent / "spark-submit", "--master", "local[1]", "--conf", "spark.ui.enabled=false"]
    driver = subprocess.Popen([*line, JOB, *words], start_new_session=True, stderr=subprocess.DEVNULL)
    try:
        while not list(output.glob("part-*.parquet")):
            assert driver.poll() is None, "it ended before it wrote anything"
            time.sleep(0.1)
    finally:
        os.killpg(driver.pid, signal.SIGKILL)
        driver.wait()
    assert json.loads((output / progress.NAME).read_text())["phase"] == "features"
    monkeypatch.setattr(lease, "SILENT", 1.0)
    features.run(spark, features.parse(words))
    manifest = whole(spark, output)
    assert manifest["counts"] == {"read": 120, "featurised": 120, "rejected": 0}
    assert 0 < manifest["resumed"] < 120
