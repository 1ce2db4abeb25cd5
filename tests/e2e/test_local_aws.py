"""The whole path through the local AWS: the real Terraform, the real AWS provider, the real EMR calls, real Spark.

One story in order, as a user would tell it; each test goes on where the one before it stopped.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

ROOT = Path(__file__).resolve().parents[2]
RUN = "first"


class User:
    """Somebody at a terminal, with a state of their own."""

    def __init__(self, home: Path, photographs: Path, weights: str) -> None:
        self.home = home
        self.environment = os.environ | {
            "ORCHARD_HOME": str(home),
            "ORCHARD_DATASET": str(photographs),
            "ORCHARD_WEIGHTS": weights,
            "ORCHARD_SPLIT": "Test",
        }

    def inv(self, *words: str, code: int = 0, **settings: str) -> str:
        """Call ./inv and return all it said."""
        done = subprocess.run(
            [ROOT / "inv", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env=self.environment | settings,
            check=False,
        )
        assert done.returncode == code, done.stdout[-3000:]
        assert "Traceback" not in done.stdout
        return done.stdout

    @property
    def target(self):
        """The same target that the commands act on."""
        from orchard import target
        from orchard.emulator import process

        found = process.find(self.home)
        return target._local("eu-west-3", found) if found else None

    def advance(self, seconds: int) -> None:
        """Let time pass in the local AWS."""
        request = urllib.request.Request(f"{self.target.endpoint}/_orchard/clock?advance={seconds}", method="POST")
        urllib.request.urlopen(request, timeout=10).close()


@pytest.fixture(scope="module")
def user(tmp_path_factory, drawn, weights_file):
    home = tmp_path_factory.mktemp("home")
    yield User(home, drawn, weights_file)
    from orchard.emulator import process

    process.stop(home)


@pytest.fixture(scope="module")
def cluster(user):
    """The cluster's description."""

    def describe() -> dict:
        emr = user.target.client("emr")
        alive = emr.list_clusters(ClusterStates=["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"])["Clusters"]
        assert len(alive) == 1
        return emr.describe_cluster(ClusterId=alive[0]["Id"])["Cluster"]

    return describe


def test_before_up_there_is_nothing_to_run_on(user):
    assert "error: nothing is up\nremedy: start with ./inv up" in user.inv("run", code=2)
    for word in ("down", "cleanup"):
        assert "Nothing is up, so there is nothing to take down." in user.inv(word)
    assert user.target is None, "asking started nothing"


def test_up_states_the_cost_and_makes_everything(user, cluster):
    said = user.inv("up")
    assert "Cluster: 3 x m5.xlarge in eu-west-3, emulated on this machine: costs nothing." in said
    assert "at the latest after 8 h" in said
    assert "The standard support of emr-7.5.0 ended" in said
    made = cluster()
    assert made["Status"]["State"] == "WAITING"
    assert made["AutoTerminationPolicy"]["IdleTimeout"] == 3600 if "AutoTerminationPolicy" in made else True
    policy = user.target.client("emr").get_auto_termination_policy(ClusterId=made["Id"])
    assert policy["AutoTerminationPolicy"]["IdleTimeout"] == 3600


def test_up_again_changes_nothing(user, cluster):
    before = cluster()["Id"]
    said = user.inv("up")
    assert "foundation: nothing to apply" in said
    assert "cluster: nothing to apply" in said
    assert cluster()["Id"] == before


def test_run_without_photographs_says_how_to_get_them_there(user):
    said = user.inv("run", code=2)
    assert "error: there are no photographs of Test in s3://orchard-123456789012-eu-west-3/data/" in said
    assert "./inv upload-dataset" in said


def test_run_and_results(user):
    user.inv("upload-dataset")
    said = user.inv("run", "--run-name", RUN, "--mode", "full", "--k", "5")
    assert "40 images featurised" in said
    assert "5 components explain" in said
    user.inv("results", "--run-name", RUN)
    for kind in ("features", "pca"):
        assert (user.home / "data" / "emr_output" / kind / RUN / "manifest.json").exists()


def test_notebooks_are_filled_in_from_what_is_up(user, cluster):
    said = user.inv("notebooks")
    bucket = "orchard-123456789012-eu-west-3"
    assert f"s3://{bucket}/notebooks/emr_studio.ipynb: written" in said
    assert f"attach it to {cluster()['Name']} ({cluster()['Id']})" in said
    assert ".emrstudio-prod.eu-west-3.amazonaws.com" in said
    rendered = (user.home / "data" / "notebooks" / "emr_studio.ipynb").read_text()
    assert "{{" not in rendered
    assert "/opt/orchard/python/bin/python3.11" in rendered
    assert f"s3://{bucket}/jobs/" in rendered
    there = user.target.client("s3").get_object(Bucket=bucket, Key="notebooks/emr_studio.ipynb")["Body"].read()
    assert there.decode().splitlines()[:20] == rendered.splitlines()[:20]
    again = user.inv("notebooks")
    assert again.count(": unchanged") == 6
    assert ": written" not in again


def test_the_results_are_those_of_the_jobs_run_directly(user, drawn, weights_file, tmp_path):
    from orchard import package

    code = package.build(tmp_path / "jobs")
    direct = tmp_path / "direct"
    flags = {
        "features": ["--input", str(drawn), "--split", "Test", "--mode", "full", "--weights", weights_file],
        "pca": ["--input", str(direct / "features"), "--k", "5"],
    }
    for job, words in flags.items():
        submit = [Path(sys.executable).parent / "spark-submit", "--master", "local[2]", "--py-files"]
        line = [*submit, code.file("fruits.zip"), code.file(f"{job}.py"), *words, "--output", str(direct / job)]
        subprocess.run(line, check=True, capture_output=True, env=os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"})

    def rows(folder: Path, column: str) -> dict[str, np.ndarray]:
        found = [row for part in sorted(folder.glob("part-*.parquet")) for row in pq.read_table(part).to_pylist()]
        return {row["path"]: np.array(row[column]) for row in found}

    there = user.home / "data" / "emr_output"
    for one, two in (
        (rows(direct / "features", "features"), rows(there / "features" / RUN, "features")),
        (rows(direct / "pca" / "scores", "scores"), rows(there / "pca" / RUN / "scores", "scores")),
    ):
        assert one.keys() == two.keys()
        assert len(one) == 40
        for path, values in one.items():
            np.testing.assert_allclose(values, two[path], atol=1e-6)


def test_a_complete_run_is_not_done_again(user):
    assert f"error: the run {RUN} is complete already" in user.inv("run", "--run-name", RUN, code=2)


def test_a_failing_step_gives_the_jobs_own_cause(user, cluster):
    said = user.inv("run", "--run-name", "impossible", "--mode", "full", "--k", "41", code=1)
    assert "error: k is 41, and there are only 40 images" in said
    assert "remedy: choose a k of at most 40" in said
    assert cluster()["Status"]["State"] == "WAITING"


def test_ctrl_c_stops_the_watching_and_cancel_the_step(user, cluster):
    words = [ROOT / "inv", "run", "--run-name", "watched", "--mode", "full", "--k", "3"]
    process = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=user.environment, start_new_session=True
    )
    emr = user.target.client("emr")
    until(lambda: any(s["Name"] == "watched: features" for s in steps(emr, cluster()["Id"], "RUNNING")))
    os.killpg(process.pid, signal.SIGINT)
    said = process.communicate(timeout=60)[0]
    assert process.returncode == 130
    assert "stopped watching; the run watched goes on" in said
    assert steps(emr, cluster()["Id"], "RUNNING")
    assert "error: the run watched is under way" in user.inv("run", "--run-name", "watched", code=2)
    user.inv("cancel", "--run-name", "watched")
    until(lambda: not steps(emr, cluster()["Id"], "RUNNING", "PENDING", "CANCEL_PENDING"))


def test_settings_change_in_place_and_a_release_replaces_the_cluster(user, cluster):
    before = cluster()
    changed = {"ORCHARD_IDLE_TIMEOUT": "1800", "ORCHARD_CORE_COUNT": "3", "ORCHARD_MONTHLY_BUDGET": "50"}
    changed |= {"ORCHARD_ALARM_EMAIL": "somebody@example.org"}
    user.inv("up", **changed)
    emr = user.target.client("emr")
    after = cluster()
    assert after["Id"] == before["Id"]
    assert emr.get_auto_termination_policy(ClusterId=after["Id"])["AutoTerminationPolicy"]["IdleTimeout"] == 1800
    groups = emr.list_instance_groups(ClusterId=after["Id"])["InstanceGroups"]
    assert {g["InstanceGroupType"]: g["RequestedInstanceCount"] for g in groups} == {"MASTER": 1, "CORE": 3}
    said = user.inv("tf.plan", "--root", "cluster", code=2, ORCHARD_RELEASE_LABEL="emr-7.13.0", **changed)
    assert "aws_emr_cluster.this must be replaced" in said


def test_an_idle_cluster_ends_itself_and_up_says_so(user, cluster):
    before = cluster()["Id"]
    user.advance(4000)
    emr = user.target.client("emr")
    until(lambda: emr.describe_cluster(ClusterId=before)["Cluster"]["Status"]["State"] == "TERMINATED")
    said = user.inv("up", ORCHARD_TASK_SPOT_COUNT="1")
    assert f"The cluster {before} has ended" in said
    assert cluster()["Id"] != before
    groups = emr.list_instance_groups(ClusterId=cluster()["Id"])["InstanceGroups"]
    assert "TASK" in {group["InstanceGroupType"] for group in groups}


def test_down_keeps_the_data_and_may_be_called_twice(user):
    said = user.inv("down")
    assert "The cluster orchard-default is gone." in said
    assert "What stays, at no cost by the hour: the bucket orchard-123456789012-eu-west-3" in said
    there = user.target.client("s3").list_objects_v2(Bucket="orchard-123456789012-eu-west-3", Prefix="data/packed/")
    assert there["KeyCount"] == 22, "a shard for each of ten classes and a manifest, for both splits"
    assert "There is no cluster orchard-default." in user.inv("down")


def test_cleanup_asks_and_leaves_nothing(user):
    assert "so nothing was changed\nremedy: call again with --yes" in user.inv("cleanup", code=2)
    said = user.inv("cleanup", "--yes")
    assert "Nothing tagged Project=orchard is left." in said
    assert "EMR Studio Workspaces have no API" in said
    assert user.target is None
    kept = [path.name for path in (user.home / ".orchard" / "local-aws").iterdir() if path.name != "lock"]
    assert kept == []


def test_a_killed_emulator_leaves_no_state_that_lies(user):
    user.inv("tf.init")  # starts it
    first = user.target
    from orchard.emulator import process

    os.kill(process.find(user.home).pid, signal.SIGKILL)
    until(lambda: not process.find(user.home))
    said = user.inv("down")
    assert "Nothing is up" in said
    assert not first.state_dir.exists()


def steps(emr, cluster_id: str, *states: str) -> list[dict]:
    return emr.list_steps(ClusterId=cluster_id, StepStates=list(states))["Steps"]


def until(holds, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.3)
