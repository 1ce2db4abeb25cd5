"""Runs a job with spark-submit on this machine and follows it by the progress file that it writes."""

import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from orchard.config import ROOT
from orchard.errors import OrchardError, UsageError
from orchard.java import find_java
from orchard.package import Package
from orchard.progress import Report

LOGS = ROOT / ".orchard" / "logs"
DRIVER_MEMORY = "2g"  # the JVM's; TensorFlow's is outside, 0.7 GB a Python worker
POLL = 0.5  # seconds


def submit(package: Package, job: str, arguments: list[str], output: Path, report: Report) -> None:
    """Run `spark/<job>.py` to its end.

    Args:
        package: the job's code.
        job: `features` or `pca`.
        arguments: the job's own command line.
        output: where the job writes, so where its progress is read.
        report: called with the progress now and then.

    Raises:
        UsageError, OrchardError: the job ended with cause and remedy, or otherwise (then the log is named).
        KeyboardInterrupt: the user stopped it; the job is stopped too, and what it wrote is kept.
    """
    log = LOGS / f"{output.name}-{job}.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("wb") as sink:
        process = subprocess.Popen(_command(package, job, arguments), stdout=sink, stderr=sink, env=_environment())
        try:
            while process.poll() is None:
                report(_progress(output))
                time.sleep(POLL)
        except KeyboardInterrupt:
            process.terminate()
            process.wait()
            raise
    if process.returncode:
        raise _failure(job, process.returncode, log)


def _command(package: Package, job: str, arguments: list[str]) -> list[str]:
    pyspark = find_spec("pyspark")
    if pyspark is None or pyspark.origin is None:
        raise OrchardError("pyspark is not installed", "start Orchard by ./inv, which installs what it needs")
    home = Path(pyspark.origin).parent
    settings = {
        "spark.driver.memory": DRIVER_MEMORY,
        "spark.ui.enabled": "false",
        "spark.sql.warehouse.dir": str(ROOT / ".orchard" / "warehouse"),
    }
    options = [word for key, value in settings.items() for word in ("--conf", f"{key}={value}")]
    script = str(package.file(f"{job}.py"))
    archive = str(package.file("fruits.zip"))
    submit = str(home / "bin" / "spark-submit")
    return [submit, "--master", "local[*]", *options, "--py-files", archive, script, *arguments]


def _environment() -> dict[str, str]:
    return os.environ | {
        "JAVA_HOME": str(find_java()),
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "TF_CPP_MIN_LOG_LEVEL": "2",
        # Spark looks its own host name up, which on a laptop away from its network takes long or fails.
        "SPARK_LOCAL_IP": "127.0.0.1",
    }


def _progress(output: Path) -> dict[str, Any]:
    try:
        return json.loads((output / "_progress.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):  # not begun, or just being replaced
        return {}


def _failure(job: str, code: int, log: Path) -> OrchardError:
    lines = log.read_text(errors="replace").splitlines()
    said = {}
    for line in lines:
        for word in ("error", "remedy"):
            if line.startswith(f"{word}: "):
                said[word] = line.removeprefix(f"{word}: ")
    kind = UsageError if code == UsageError.exit_code else OrchardError
    if "error" in said and "remedy" in said:
        return kind(said["error"], said["remedy"])
    last = next((line for line in reversed(lines) if line.strip()), "it printed nothing")
    return OrchardError(f"the {job} job ended with exit code {code}: {last.strip()[:300]}", f"its log is {log}")
