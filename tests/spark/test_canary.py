"""What a canary tries on a cluster, each part with nothing amiss and with something."""

import io
import json
from types import SimpleNamespace

import numpy as np
import pytest

import canary
from fruits import canary as job
from fruits import environment, executors, hadoop, known, tolerance
from fruits.errors import JobError
from orchard.aws.layout import CANARY
from orchard.cluster import canary_verdict
from tests.tolerance import assert_same_features


@pytest.fixture
def send(spark, weights_file, tmp_path):
    """A function that sends a canary told so, and what its directory is called."""

    def run(*words: str) -> dict:
        return job.run(spark, canary.parse(["--output", str(tmp_path / "shape"), "--weights", weights_file, *words]))

    return run


@pytest.fixture
def verdict(tmp_path):
    """A function that reads what it found as the control plane does."""

    def read_json(key: str) -> dict | None:
        path = tmp_path / key.removeprefix(CANARY.prefix)
        return json.loads(path.read_text()) if path.exists() else None

    return lambda: canary_verdict.read(SimpleNamespace(read_json=read_json), "shape")


@pytest.fixture
def said(tmp_path):
    """A function that reads the canary's last word."""
    return lambda: json.loads((tmp_path / "shape" / "_progress.json").read_text())


def test_it_comes_back_with_what_it_found_and_is_not_sent_twice(spark, send, said, verdict, tmp_path, capsys):
    assert verdict() is None
    found = send("--executors", "1", "--cores", "4", "--heap-mib", "512", "--code-hash", "0a")
    assert json.loads((tmp_path / "shape" / "_manifest.json").read_text()) == found
    assert (found["job"], found["run"], found["code"], found["executors"]) == ("canary", "shape", "0a", 1)
    assert found["promised"] == {"executors": 1, "cores": 4, "heap_mib": 512, "overhead_mib": 0}
    assert found["packages"] == dict(environment.versions(environment.modules_here()))
    assert found["settings"]["spark.master"] == "local[2]"
    assert found["warnings"] == ["spark.executor.cores is not set, not 4", "spark.executor.memory is not set, not 512m"]
    assert said()["phase"] == "complete"
    assert not (tmp_path / "shape" / "object.txt").exists()
    (row,) = spark.read.parquet(str(tmp_path / "shape" / "photograph")).collect()
    assert_same_features(row.features, np.load(io.BytesIO(known.content(known.FEATURES))))
    assert f"1 executor, 8 packages, features within {found['difference']:.1g}" in capsys.readouterr().out
    assert (verdict().passed, verdict().found) == (
        True,
        f"1 executor, 8 packages, features within {found['difference']:.1g}",
    )
    assert list(verdict().warnings) == found["warnings"]
    assert send() == found


def test_fewer_executors_than_promised_are_waited_for_and_then_refused(send, said, verdict, monkeypatch):
    monkeypatch.setattr(job, "WAIT", 1.0)
    counts = iter([1, 2, 2])
    monkeypatch.setattr(executors, "count", lambda _: next(counts))
    with pytest.raises(JobError, match="Spark has 2 executors after 1 s, and these nodes have room for 3") as caught:
        send("--executors", "3")
    assert said()["phase"] == "failed"
    assert (said()["cause"], said()["remedy"]) == (caught.value.cause, caught.value.remedy)
    assert (verdict().passed, verdict().found, verdict().remedy) == (False, caught.value.cause, caught.value.remedy)
    assert "a notebook's session" in caught.value.remedy


def test_a_package_that_workers_cannot_import_is_named_with_the_node(send, monkeypatch):
    monkeypatch.setattr(environment, "MODULES", ("numpy", "absent_here"))
    with pytest.raises(JobError, match=r"a worker on \S+ cannot import absent_here: ModuleNotFoundError") as caught:
        send()
    assert "./inv logs --step bootstrap" in caught.value.remedy


def test_a_package_without_which_no_code_is_loaded_is_named_too(send, monkeypatch):
    def work(batches, modules):
        import absent_here  # as unpickling does what is sent to a worker

        yield absent_here

    monkeypatch.setattr(job, "_import_all", work)
    with pytest.raises(JobError, match="the workers cannot import absent_here"):
        send()


def test_an_executor_that_has_had_no_task_is_told_of(spark, monkeypatch):
    monkeypatch.setattr(environment, "MODULES", ("numpy",))
    monkeypatch.setattr(environment, "OPTIONAL", ())
    monkeypatch.setattr(executors, "is_one_process", lambda _: False)
    found, warnings = job._imports(spark, 2)
    assert set(found) == {"python", "numpy"}
    assert warnings == ["only 1 of 2 executors were given a task to import the packages in"]


def test_another_version_on_a_worker_is_refused(send, monkeypatch):
    monkeypatch.setattr(environment, "version", lambda _: "0.1")  # in this process, which is the driver
    with pytest.raises(JobError, match=r"the driver has numpy 0\.1, a worker on \S+ 1\.26\.4"):
        send()


def test_a_bucket_that_cannot_be_written_to_or_keeps_old_content_is_refused(send, monkeypatch):
    monkeypatch.setattr(environment, "MODULES", ())
    write = hadoop.write_text

    def denied(spark, uri, text):
        if uri.endswith("object.txt"):
            raise JobError(f"{uri} cannot be written (Access Denied)", "choose another place")
        write(spark, uri, text)

    monkeypatch.setattr(hadoop, "write_text", denied)
    with pytest.raises(JobError, match=r"the nodes cannot work in the bucket: .*Access Denied") as caught:
        send()
    assert "./inv up --only foundation" in caught.value.remedy
    monkeypatch.setattr(
        hadoop, "write_text", lambda spark, uri, text: None if text == "replaced" else write(spark, uri, text)
    )
    with pytest.raises(JobError, match="was replaced and deleted, and still reads 'written'"):
        send()


def test_features_that_are_off_are_refused_and_a_mended_cluster_passes(send, said, monkeypatch):
    right = np.load(io.BytesIO(known.content(known.FEATURES)))
    read = known.content

    def off(name: str) -> bytes:
        if name != known.FEATURES:
            return read(name)
        stream = io.BytesIO()
        np.save(stream, right + np.where(np.arange(1280) == 7, np.float32(3e-4), np.float32(0)))
        return stream.getvalue()

    monkeypatch.setattr(known, "content", off)
    with pytest.raises(JobError, match=r"the features of a known photograph are off by 0\.0003 \(cosine 1\.000000\)"):
        send()
    monkeypatch.undo()
    assert send()["difference"] <= tolerance.FEATURES
    assert said()["phase"] == "complete"


def test_what_is_no_number_is_not_the_same():
    assert not known.Comparison(float("nan"), float("nan")).same
    assert known.Comparison(1e-5, 1.0).same


@pytest.mark.parametrize(
    ("name", "noted"),
    [
        ("spark.executor.memoryOverhead", True),
        ("spark.yarn.am.memory", True),
        ("spark.dynamicAllocation.initialExecutors", True),
        ("spark.executor.extraJavaOptions", False),
        ("spark.hadoop.fs.s3a.secret.key", False),
    ],
)
def test_the_settings_that_are_noted(name, noted):
    assert bool(job.NOTED.fullmatch(name) and not job.SECRET.search(name)) is noted
