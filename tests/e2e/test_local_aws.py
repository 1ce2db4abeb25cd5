"""The whole path through the local AWS: the real Terraform, the real AWS provider, the real EMR calls, real Spark."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import jsonschema
import numpy as np
import pyarrow.parquet as pq
import pytest

from fruits import engine, preprocessing, weights
from orchard.aws.bucket import Bucket
from orchard.aws.executors import promised
from orchard.aws.layout import CANARY, JOBS, LAST, MANIFEST, StepName
from tests.tolerance import assert_same_features, assert_same_scores, matched

from .conftest import BUCKET, ROOT


def test_before_up_there_is_nothing_to_run_on(newcomer):
    assert "error: nothing is up\nremedy: start with ./inv up" in newcomer.inv("run", code=2)
    for word in ("down", "cleanup"):
        assert "Nothing is up, so there is nothing to take down." in newcomer.inv(word)
    assert "Terraform" in newcomer.inv("doctor")
    assert newcomer.target is None, "asking started nothing"


def test_up_states_the_cost_and_makes_everything(story):
    said = story.told("up")
    assert "Cluster: 3 x m5.xlarge in eu-west-3, emulated on this machine: costs nothing." in said
    assert "at the latest after 8 h" in said
    assert "standard support" not in said, "the release that is preset has it"
    made = story.cluster()
    assert made["Status"]["State"] == "WAITING"
    policy = story.target.client("emr").get_auto_termination_policy(ClusterId=made["Id"])
    assert policy["AutoTerminationPolicy"]["IdleTimeout"] == 3600


def test_status_tells_of_it(story):
    cluster = story.cluster()
    told = json.loads(story.inv("status", "--json"))
    jsonschema.validate(told, json.loads((ROOT / "orchard" / "cluster" / "status" / "status.schema.json").read_text()))
    (only,) = told["clusters"]
    assert (only["id"], only["short_name"], only["state"]) == (cluster["Id"], "default", "WAITING")
    assert (only["release_label"], only["notebook"]) == ("emr-7.13.0", "studio")
    assert {kind["role"]: kind["count"] for kind in only["nodes"]} == {"MASTER": 1, "CORE": 2}
    assert (only["idle"]["timeout_seconds"], only["hard_limit"]["enabled"]) == (3600, True)
    assert len(told["studios"]) == 1
    assert told["orphans"] == told["missing"] == []
    assert "emulated, cost nothing" in story.inv("status")
    assert "No orphans" in story.inv("orphans")


def test_up_again_changes_nothing_not_even_an_end_that_was_moved(story):
    before = story.cluster()["Id"]
    assert "now ends at" in story.inv("extend", "2h")
    moved = json.loads(story.inv("status", "--json"))["clusters"][0]["hard_limit"]["strikes_at"]
    said = story.inv("up")
    assert moved[:16].replace("T", " ") in said
    assert json.loads(story.inv("status", "--json"))["clusters"][0]["hard_limit"]["strikes_at"] == moved
    assert "foundation: nothing to apply" in said
    assert "cluster: nothing to apply" in said
    assert story.cluster()["Id"] == before


def test_run_without_photographs_says_how_to_get_them_there(story):
    story.cluster()
    with nothing_under(story, "data/packed/"):
        said = story.inv("run", code=2)
    assert f"error: there are no photographs of Test in s3://{BUCKET}/" in said
    assert "./inv upload-dataset" in said


def test_run_and_results(story):
    assert "160 photographs are in" in story.told("fetch-dataset")
    assert "160 photographs are in s3://" in story.told("upload-dataset")
    said = story.told("run")
    assert "begins with a canary" in said
    assert "40 images featurised" in said
    assert "5 components explain" in said
    assert "emulated, cost nothing" in story.told("status")
    assert "canary passed at " in story.told("status")
    found = Bucket(story.target, BUCKET).read_json(next(canaries(story)))
    assert found["executors"] == found["promised"]["executors"] == 2
    assert found["warnings"] == []
    story.told("results")
    there = story.home / "data" / "emr_output"
    for kind in JOBS:
        assert (there / kind / story.run / "_manifest.json").exists()
    record = json.loads((there / "runs" / story.run / "run.json").read_text())
    assert [step["state"] for step in record["steps"]] == ["COMPLETED"] * len(JOBS)
    assert record["cost"]["emulated"] is True
    assert record["cost"]["total"] == pytest.approx(sum(record["cost"]["parts"].values()), abs=1e-5)
    assert "Emulated, cost nothing; the same time on AWS would cost" in story.inv("cost", "--run", story.run)


def test_each_step_had_the_executors_that_the_cluster_promises(story):
    story.told("results")
    record = json.loads((story.home / "data" / "emr_output" / "runs" / story.run / "run.json").read_text())
    shape = promised("m5.xlarge", 2)
    for step in record["steps"]:
        key = f"logs/{record['cluster']['id']}/steps/{step['id']}/stderr.gz"
        body = story.target.client("s3").get_object(Bucket=BUCKET, Key=key)["Body"].read()
        assert gzip.decompress(body).decode().count("Registered executor") == shape.executors, step


def test_the_results_are_those_of_the_network_and_of_linear_algebra(story, drawn, weights_file):
    """Computed here from the pictures themselves, without Spark, AWS or the jobs."""
    story.told("results")
    there = story.home / "data" / "emr_output"
    network = engine.build(weights.parse(Path(weights_file).read_bytes(), weights_file), "tensorflow")
    files = sorted((drawn / "Test").rglob("*.jpg"))
    computed = engine.run(network, [preprocessing.pixels(file.read_bytes()) for file in files])
    expected = {file.relative_to(drawn).as_posix(): row for file, row in zip(files, computed, strict=True)}
    assert len(expected) == 40
    assert_same_features(*matched(rows(there / "features" / story.run, "features"), expected))
    centred = computed.astype(float) - computed.astype(float).mean(0)
    components = np.linalg.svd(centred, full_matrices=False)[2][:5]
    expected = dict(zip(expected, computed @ components.T, strict=True))
    assert_same_scores(*matched(rows(there / "pca" / story.run / "scores", "scores"), expected))


def test_the_run_is_told_in_a_report(story):
    page = Path(story.told("report").splitlines()[-1])
    assert page == story.home / "data" / "emr_output" / "reports" / f"{story.run}.html"
    assert story.run in page.read_text()


def test_notebooks_are_filled_in_from_what_is_up(story):
    cluster = story.cluster()
    said = story.inv("notebooks")
    assert f"s3://{BUCKET}/notebooks/emr_studio.ipynb: written" in said
    assert f"EMR on EC2 cluster > {cluster['Name']} ({cluster['Id']}, " in said
    assert ".emrstudio-prod.eu-west-3.amazonaws.com" in said
    rendered = (story.home / "data" / "notebooks" / "emr_studio.ipynb").read_text()
    assert "{{" not in rendered
    assert "/opt/orchard/python/bin/python3.11" in rendered
    assert f"s3://{BUCKET}/jobs/" in rendered
    there = story.target.client("s3").get_object(Bucket=BUCKET, Key="notebooks/emr_studio.ipynb")["Body"].read()
    assert there.decode().splitlines()[:20] == rendered.splitlines()[:20]
    again = story.inv("notebooks")
    assert again.count(": unchanged") == 6
    assert ": written" not in again


def test_a_complete_run_is_not_done_again(story):
    story.told("results")
    story.cluster()
    assert f"error: the run {story.run} is complete already" in story.inv("run", "--run-name", story.run, code=2)


def test_a_failing_step_gives_the_jobs_own_cause(story):
    story.told("upload-dataset")
    story.cluster()
    begun = {"Bucket": BUCKET, "Key": "data/features/begun/_run.json"}  # as an attempt that was broken off leaves it
    story.target.client("s3").put_object(**begun, Body=b'{"mode": "full"}')
    said = story.inv("run", "--run-name", "begun", "--mode", "mini", code=1)
    assert "the run begun was begun with mode = 'full', not 'mini'" in said
    assert "remedy: resume it with the same parameters, or choose another run name" in said
    assert "begun with mode" in story.inv("logs", "--step", "features")
    assert story.cluster()["Status"]["State"] == "WAITING"


def test_the_access_key_is_in_its_own_file_and_nowhere_else(story):
    """Neither in Terraform's states and plans, nor in logs, nor in what steps left in the bucket."""

    def contents(path: Path) -> bytes:
        raw = path.read_bytes()
        if raw.startswith(b"PK\3\4"):
            with zipfile.ZipFile(io.BytesIO(raw)) as archive:
                return b"".join(archive.read(name) for name in archive.namelist())
        return gzip.decompress(raw) if raw.startswith(b"\x1f\x8b") else raw

    story.told("results")
    story.cluster()
    key = story.credentials
    files = [path for path in story.home.rglob("*") if path.is_file()]
    holding = [path for path in files if any(word.encode() in contents(path) for word in (key.secret, key.token))]
    assert [path.name for path in holding] == ["credentials"]
    assert (story.home / ".orchard").stat().st_mode & 0o777 == 0o700
    assert [path for path in files if path.suffix in (".tfstate", ".tfplan") and path.stat().st_mode & 0o077] == []


def test_a_run_that_lacks_its_last_step_goes_on_with_that_alone(story):
    story.told("results")
    cluster = story.cluster()
    bucket = Bucket(story.target, BUCKET)
    bucket.delete([key for key, _ in bucket.keys(f"{LAST.output(story.run)}/")])
    said = story.inv("run", "--run-name", story.run, "--mode", "mini", code=2)
    assert f"the run {story.run} was begun with mode = 'full', not 'mini'" in said
    said = story.inv("run", "--run-name", story.run)
    assert "5 components explain" in said
    assert "canary" not in said
    pages = story.target.client("emr").get_paginator("list_steps").paginate(ClusterId=cluster["Id"])
    names = [step["Name"] for page in pages for step in page["Steps"] if step["Name"].startswith(story.run)]
    assert names[0] == str(StepName(story.run, LAST.name))
    assert set(names) <= {str(StepName(story.run, job)) for job in JOBS}


def canaries(story) -> Iterator[str]:
    """The keys of what canaries found."""
    return (key for key, _ in Bucket(story.target, BUCKET).keys(CANARY.prefix) if key.endswith(MANIFEST))


def rows(folder: Path, column: str) -> dict[str, list[float]]:
    """Read a column of all Parquet files in a folder, by path."""
    found = [row for part in sorted(folder.glob("part-*.parquet")) for row in pq.read_table(part).to_pylist()]
    assert len(found) == len({row["path"] for row in found})
    return {row["path"]: row[column] for row in found}


@contextmanager
def nothing_under(story, prefix: str) -> Iterator[None]:
    """Hide what the bucket has under a prefix, behind delete markers that are removed again."""
    s3 = story.target.client("s3")
    there = s3.list_objects_v2(Bucket=BUCKET, Prefix=prefix).get("Contents", [])
    markers = [(entry["Key"], s3.delete_object(Bucket=BUCKET, Key=entry["Key"])["VersionId"]) for entry in there]
    yield
    for key, version in markers:
        s3.delete_object(Bucket=BUCKET, Key=key, VersionId=version)
