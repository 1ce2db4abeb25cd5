"""Two attempts at one run: one of them writes it."""

import json
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from whole_runs import change, rows, whole

import features
from fruits import dataset, lease, progress
from fruits.errors import JobError
from tests.support.cells import cell

JOB = Path(features.__file__)
SUBMIT = Path(sys.executable).parent / "spark-submit"


@pytest.fixture
def after_listing(monkeypatch):
    """A function that has something done once, when the photographs have been listed."""
    select = dataset.select

    def make(what) -> None:
        def selecting(*words):
            monkeypatch.setattr(dataset, "select", select)
            found = select(*words)
            what()
            return found

        monkeypatch.setattr(dataset, "select", selecting)

    return make


@cell(
    "second",
    area="Spark",
    fault="a second attempt at the same run begins, as two `run --run-name` at once send it",
    at="a run's features",
    holds="it is refused, and writes nothing; the first one completes the run",
    quick=True,
)
def test_a_second_one_is_refused_while_the_first_lives(spark, run, output, after_listing, monkeypatch):
    monkeypatch.setattr(progress, "INTERVAL", 0.2)
    refused = []

    def other():
        with pytest.raises(JobError) as raised:
            run()
        refused.append(raised.value.cause)

    def meanwhile():
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    after_listing(meanwhile)
    run()
    assert refused[0].startswith("the run r is going on: features, listing")
    assert whole(spark, output)["counts"]["read"] == 12


@cell(
    "at-once",
    area="Spark",
    fault="two attempts at the same run start in the same instant, so that neither finds a word of the other",
    at="before a run's first word",
    holds="one of them stops, or both find the same run complete; each photograph is there once",
)
def test_two_that_start_together(spark, few, weights_file, output):
    words = ["--input", str(few), "--output", str(output), "--weights", weights_file, "--mode", "full"]
    line = [SUBMIT, "--master", "local[1]", "--conf", "spark.ui.enabled=false", JOB, *words, "--split", "Test"]
    both = [subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    said = [attempt.communicate()[0] for attempt in both]
    codes = sorted(attempt.returncode for attempt in both)
    assert codes in ([0, 0], [0, 1]), said
    for attempt, told in zip(both, said, strict=True):
        if attempt.returncode:
            assert re.search("error: (another attempt at the run r took over|the run r is going on)", told), told
    assert whole(spark, output)["counts"] == {"read": 12, "featurised": 12, "rejected": 0}


def test_a_lease_that_is_not_renewed_is_waited_for(spark, unfinished, run, output, monkeypatch):
    """YARN starts a driver anew a second after the first one has died."""
    monkeypatch.setattr(lease, "SILENT", 1.5)
    change(output / progress.NAME, updated=time.time())
    started = time.monotonic()
    run()
    assert time.monotonic() - started > 1
    manifest = whole(spark, output)
    assert manifest["resumed"] == 12
    assert [attempt["outcome"] for attempt in manifest["attempts"]] == ["interrupted", "complete"]
    assert manifest["attempts"][0]["timings"]["features"] > 3, "what the killed one spent counts"


@cell(
    "suspended",
    area="Spark",
    fault="a driver is suspended for longer than its lease, and another attempt takes over",
    at="a run's features",
    holds="awake again it stops, and the other's word stays; nothing is called complete",
    quick=True,
)
def test_who_is_taken_over_stops(run, output, after_listing):
    """A driver that was suspended for longer than its lease wakes up in the middle of its work."""
    after_listing(lambda: change(output / progress.NAME, writer="another"))
    with pytest.raises(JobError, match="another attempt at the run r took over"):
        run()
    assert not (output / "_manifest.json").exists()
    assert json.loads((output / progress.NAME).read_text())["writer"] == "another", "the other's word stays"


@cell(
    "both",
    area="Spark",
    fault="two attempts that knew nothing of each other have left their files",
    at="before the next attempt",
    holds="each photograph is counted once",
    quick=True,
)
def test_files_of_two_attempts_are_not_counted_twice(spark, unfinished, run, output):
    """As two attempts leave them that knew nothing of each other, one of them not ended."""
    parts = sorted(output.glob("part-*.parquet"))
    for number, part in enumerate(parts[:-1]):
        shutil.copy(part, output / f"part-{number:05}-11111111-2222-3333-4444-555555555555-c000.zstd.parquet")
    assert len(rows(spark, output)) > 12
    run()
    manifest = whole(spark, output)
    assert (manifest["counts"]["featurised"], manifest["resumed"]) == (12, 12)
    assert manifest["parts"].keys() == {part.name for part in parts}, "those of the attempt that did more"


def test_files_that_overlap_are_made_anew(spark, unfinished, run, output):
    parts = sorted(output.glob("part-*.parquet"))
    mixed = output / "part-00000-11111111-2222-3333-4444-555555555555-c000.zstd.parquet"
    pq.write_table(pq.read_table(parts), mixed)  # all rows again, in another division
    parts[0].unlink()
    twice = pq.read_table(parts[1:2])
    pq.write_table(twice.slice(0, 1), output / "part-00001-11111111-2222-3333-4444-555555555555-c000.zstd.parquet")
    run()
    assert whole(spark, output)["counts"]["featurised"] == 12


@cell(
    "late",
    area="Spark",
    fault="a task that nobody waits for any more writes its file",
    at="after the run is complete",
    holds="the file is not read: no row is doubled",
    quick=True,
)
def test_a_late_file_is_not_read(complete, output, decompose):
    """A task that nobody waits for any more ends after the manifest."""
    late = sorted(output.glob("part-*.parquet"))[0]
    shutil.copy(late, output / "part-00009-11111111-2222-3333-4444-555555555555-c000.zstd.parquet")
    manifest = json.loads((decompose("--k", "3") / "_manifest.json").read_text())
    assert manifest["counts"]["rows"] == 12


@cell(
    "lost",
    area="Spark",
    fault="a part file of a complete run is deleted",
    at="before its components are computed",
    holds="it is noticed, and nothing is computed from the rest",
    quick=True,
)
def test_a_lost_file_is_noticed(complete, output, decompose):
    sorted(output.glob("part-*.parquet"))[0].unlink()
    with pytest.raises(JobError, match=r"1 of \d+ files are not there"):
        decompose("--k", "3")


def test_rows_that_differ_from_an_old_manifest_are_refused(complete, run, output, decompose):
    """Older versions listed no files; two attempts at once left 3,000 rows behind a manifest of 1,500."""
    manifest = json.loads((output / "_manifest.json").read_text())
    for name in ("schema", "parts", "started", "ended", "attempts", "ignored"):
        manifest.pop(name)
    (output / "_manifest.json").unlink()
    (output / "manifest.json").write_text(json.dumps(manifest))
    (output / "_errors").rename(output / "errors")
    assert decompose("--k", "3").joinpath("_manifest.json").exists()
    run()  # it is complete, too
    late = sorted(output.glob("part-*.parquet"))[0]
    shutil.copy(late, output / "part-00009-11111111-2222-3333-4444-555555555555-c000.zstd.parquet")
    shutil.rmtree(output.parent.parent / "pca")
    with pytest.raises(JobError, match=r"are 1\d rows of 12 photographs, and its manifest says 12"):
        decompose("--k", "3")


def test_a_photograph_twice_in_place_of_another_is_refused(complete, output, decompose):
    """As many rows as the manifest says, of fewer photographs."""
    part = max(output.glob("part-*.parquet"), key=lambda path: pq.read_metadata(path).num_rows)
    table = pq.read_table(part)
    assert table.num_rows > 1
    pq.write_table(table.take([0] * table.num_rows), part)
    part.with_name(f".{part.name}.crc").unlink()
    with pytest.raises(JobError, match=r"are 12 rows of \d+ photographs, and its manifest says 12"):
        decompose("--k", "3")
