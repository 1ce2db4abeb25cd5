from pathlib import Path

import pytest

from orchard.emulator.steps import failure
from tests.support.fidelity import models

PYSPARK = """\
26/11/21 10:00:00 WARN Utils: a line of Spark's log
Traceback (most recent call last):
  File "/x/job.py", line 4, in <module>
    spark.read.parquet("s3://b/none")
pyspark.errors.exceptions.captured.AnalysisException: [PATH_NOT_FOUND] Path does not exist: s3://b/none.
26/11/21 10:00:01 INFO ShutdownHookManager: Shutdown hook called
"""
CHAIN = """\
Traceback (most recent call last):
KeyError: 'first'

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "x"
fruits.errors.JobError: too many images were rejected
"""
JAVA = """\
26/11/21 10:00:00 ERROR Executor: Exception in task 0.0
Exception in thread "main" java.lang.OutOfMemoryError: Java heap space
\tat java.base/java.util.Arrays.copyOf(Arrays.java:1)
"""


@models(
    "EMR takes a step's FailureDetails from its logs",
    source="Amazon EMR API Reference, FailureDetails; how the reason is chosen is not verified",
)
@pytest.mark.parametrize(
    ("text", "reason", "message"),
    [
        (PYSPARK, "Could not find the specified input.", "AnalysisException: [PATH_NOT_FOUND]"),
        (CHAIN, "Unknown Error.", "fruits.errors.JobError: too many images were rejected"),
        (JAVA, "Out of memory.", "java.lang.OutOfMemoryError: Java heap space"),
        ("error: the set is empty\nremedy: upload one\n", "Unknown Error.", "error: the set is empty"),
        ("", "Unknown Error.", "The step ended with the exit code 3."),
    ],
)
def test_the_cause_is_found(tmp_path: Path, text: str, reason: str, message: str) -> None:
    found = details(tmp_path, stderr=text)
    assert found["Reason"] == reason
    assert message in found["Message"]
    assert found["LogFile"] == "s3://b/logs/stderr.gz"
    assert "LogFile" not in failure.details(tmp_path, 3, dict.fromkeys(failure.LOOKED_AT))


def test_in_client_mode_the_cause_is_on_standard_output(tmp_path: Path) -> None:
    found = details(tmp_path, stderr="26/11/21 10:00:01 INFO ShutdownHookManager: Shutdown hook called\n", stdout=CHAIN)
    assert found["Message"] == "fruits.errors.JobError: too many images were rejected"
    assert found["LogFile"] == "s3://b/logs/stdout.gz"


def details(folder: Path, **said: str) -> dict[str, str]:
    for name in failure.LOOKED_AT:
        (folder / name).write_text(said.get(name, ""))
    return failure.details(folder, 3, {name: f"s3://b/logs/{name}.gz" for name in failure.LOOKED_AT})
