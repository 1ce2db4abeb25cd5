"""An attempt at a run: it claims the run's directory, may go on with what an earlier one left, and ends with a word."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from pyspark.sql import SparkSession

from fruits import hadoop, job
from fruits.errors import JobError
from fruits.progress import Progress

STARTED = "_run.json"  # what the run is of, written first: it goes on only with the same


class Attempt:
    """One attempt.

    Attributes:
        progress: of its job.
        resumed: whether an earlier attempt left work to go on with.
        began: Unix time of the first attempt.
    """

    def __init__(self, spark: SparkSession, output: str, progress: Progress, parameters: dict[str, Any]) -> None:
        self.progress = progress
        self._spark, self._uri = spark, f"{output}/{STARTED}"
        before = hadoop.read_json(spark, self._uri) or {}
        self.resumed = bool(before)
        self.began: float = before.get("began") or time.time()
        self._listing: str | None = before.get("listing")
        self._parameters = parameters
        self._note()

    def listed(self, fingerprint: str) -> None:
        """Note which photographs the run is of, and say so when they are others than before."""
        if self._listing not in (None, fingerprint):
            print("the photographs are others than when this run began: what is of none of them is taken out")
        self._listing = fingerprint
        self._note()

    def withdraw(self) -> None:
        """Give up the claim on a directory into which nothing was written, so that its name stays free."""
        hadoop.delete(self._spark, self._uri)

    def _note(self) -> None:
        content = {**self._parameters, "began": self.began, "listing": self._listing}
        hadoop.write_text(self._spark, self._uri, json.dumps(content))


@contextmanager
def attempt(spark: SparkSession, output: str, name: str, parameters: dict[str, Any]) -> Iterator[Attempt]:
    """Claim an output directory for a job, and see to it that however the job ends, its progress file says so.

    Args:
        spark: the session.
        output: the run's directory.
        name: of the job.
        parameters: what an attempt must share with the one that it resumes.

    Yields:
        the attempt.

    Raises:
        JobError: another attempt is at work there, the run was begun with other parameters, or whatever went wrong
            in the job. After wrong usage the claim is withdrawn, so that the run's name stays free.
    """
    if before := hadoop.read_json(spark, f"{output}/{STARTED}"):
        _compare(output, before, parameters)
    with Progress(spark, output, name) as progress:
        this = None
        try:
            this = Attempt(spark, output, progress, parameters)
            yield this
        except Exception as error:
            try:
                known = progress.stopped() or job.failure(error)
            except Exception:  # one that nobody has thought of: it goes on as it is, and the file says so all the same
                progress.failed(f"{type(error).__name__}: {error}", "look into the log, then run again: it resumes")
                raise
            progress.failed(known.cause, known.remedy)
            if this and known.exit_code == job.USAGE and not this.resumed:
                this.withdraw()
            raise known from error
        progress.complete()


def _compare(output: str, before: dict[str, Any], parameters: dict[str, Any]) -> None:
    for name, value in parameters.items():
        if name in before and before[name] != value:  # older versions noted less
            raise JobError(
                f"the run {output.rsplit('/', 1)[-1]} was begun with {name} = {before[name]!r}, not {value!r}",
                "resume it with the same parameters, or choose another run name (--run-name)",
                exit_code=job.USAGE,
            )
