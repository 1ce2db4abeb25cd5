"""The whole path through the local AWS: the real Terraform, the real AWS provider, the real EMR calls, real Spark.

One story in order, as a user would tell it; each test goes on where the one before it stopped. Its backbone are the
commands of the README's first hour, taken from there as they stand.
"""

import functools
import http.server
import json
import os
import re
import shutil
import signal
import subprocess
import threading
import time
import urllib.request
import zipfile
from contextlib import contextmanager, suppress
from pathlib import Path

import jsonschema
import numpy as np
import pyarrow.parquet as pq
import pytest
from screen import Screen

from orchard.documents import commands

ROOT = Path(__file__).resolve().parents[2]
FIRST_HOUR = {words[0]: words for words in commands.first_hour()}


class User:
    """Somebody at a terminal, with a state of their own."""

    def __init__(self, home: Path, archive: str, weights: str) -> None:
        self.home = home
        self.followed: list[str] = []
        self.environment = os.environ | {
            "ORCHARD_HOME": str(home),
            "ORCHARD_ARCHIVE": archive,
            "ORCHARD_WEIGHTS": weights,
            "ORCHARD_SPLIT": "Test",
            "ORCHARD_MODE": "full",
            "ORCHARD_K": "5",
        }

    def first_hour(self, task: str) -> str:
        """Call what the README says, word for word."""
        self.followed.append(task)
        return self.inv(*FIRST_HOUR[task])

    @property
    def run(self) -> str:
        """The run that the README's commands made."""
        (name,) = (path.name for path in (self.home / "data" / "emr_output" / "runs").iterdir())
        return name

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
def archive(tmp_path_factory, drawn):
    """The address of the drawn pictures, zipped as Fruits-360 is published."""
    folder = tmp_path_factory.mktemp("archive")
    with zipfile.ZipFile(folder / "fruits.zip", "w") as file:
        for path in sorted(drawn.rglob("*.jpg")):
            file.write(path, Path("fruits-360_dataset", "fruits-360", path.relative_to(drawn)))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/fruits.zip"
        server.shutdown()


@pytest.fixture(scope="module")
def user(tmp_path_factory, archive, weights_file):
    home = tmp_path_factory.mktemp("home")
    yield User(home, archive, weights_file)
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
    assert "Terraform" in user.first_hour("doctor")
    assert user.target is None, "asking started nothing"


def test_up_states_the_cost_and_makes_everything(user, cluster):
    said = user.first_hour("up")
    assert "Cluster: 3 x m5.xlarge in eu-west-3, emulated on this machine: costs nothing." in said
    assert "at the latest after 8 h" in said
    assert "The standard support of emr-7.5.0 ended" in said
    made = cluster()
    assert made["Status"]["State"] == "WAITING"
    assert made["AutoTerminationPolicy"]["IdleTimeout"] == 3600 if "AutoTerminationPolicy" in made else True
    policy = user.target.client("emr").get_auto_termination_policy(ClusterId=made["Id"])
    assert policy["AutoTerminationPolicy"]["IdleTimeout"] == 3600


def test_status_tells_of_it(user, cluster):
    told = json.loads(user.inv("status", "--json"))
    jsonschema.validate(told, json.loads((ROOT / "orchard" / "schemas" / "status.schema.json").read_text()))
    (only,) = told["clusters"]
    assert (only["id"], only["short_name"], only["state"]) == (cluster()["Id"], "default", "WAITING")
    assert (only["release_label"], only["notebook"]) == ("emr-7.5.0", "studio")
    assert {kind["role"]: kind["count"] for kind in only["nodes"]} == {"MASTER": 1, "CORE": 2}
    assert (only["idle"]["timeout_seconds"], only["hard_limit"]["enabled"]) == (3600, True)
    assert len(told["studios"]) == 1
    assert told["orphans"] == told["missing"] == []
    assert "emulated, cost nothing" in user.inv("status")
    assert "No orphans" in user.inv("orphans")


def test_up_again_changes_nothing_not_even_an_end_that_was_moved(user, cluster):
    before = cluster()["Id"]
    assert "now ends at" in user.inv("extend", "2h")
    moved = json.loads(user.inv("status", "--json"))["clusters"][0]["hard_limit"]["strikes_at"]
    said = user.inv("up")
    assert moved[:16].replace("T", " ") in said
    assert json.loads(user.inv("status", "--json"))["clusters"][0]["hard_limit"]["strikes_at"] == moved
    assert "foundation: nothing to apply" in said
    assert "cluster: nothing to apply" in said
    assert cluster()["Id"] == before


def test_run_without_photographs_says_how_to_get_them_there(user):
    said = user.inv("run", code=2)
    assert "error: there are no photographs of Test in s3://orchard-123456789012-eu-west-3/data/" in said
    assert "./inv upload-dataset" in said


def test_run_and_results(user):
    assert "160 photographs are in" in user.first_hour("fetch-dataset")
    assert "160 photographs are in s3://" in user.first_hour("upload-dataset")
    said = user.first_hour("run")
    assert "40 images featurised" in said
    assert "5 components explain" in said
    assert "emulated, cost nothing" in user.first_hour("status")
    user.first_hour("results")
    there = user.home / "data" / "emr_output"
    for kind in ("features", "pca"):
        assert (there / kind / user.run / "_manifest.json").exists()
    record = json.loads((there / "runs" / user.run / "run.json").read_text())
    assert [step["state"] for step in record["steps"]] == ["COMPLETED", "COMPLETED"]
    assert record["cost"]["emulated"] is True
    assert record["cost"]["total"] == pytest.approx(sum(record["cost"]["parts"].values()), abs=1e-5)
    assert "Emulated, cost nothing; the same time on AWS would cost" in user.inv("cost", "--run", user.run)


def test_the_run_is_told_in_a_report(user):
    page = Path(user.first_hour("report").splitlines()[-1])
    assert page == user.home / "data" / "emr_output" / "reports" / f"{user.run}.html"
    assert "1,280" in (said := page.read_text()) or user.run in said


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


def test_the_results_are_those_of_the_jobs_run_directly(user, spark, drawn, weights_file, tmp_path):
    import features
    import pca

    direct = {job: tmp_path / job / "r" for job in ("features", "pca")}
    words = ["--input", str(drawn), "--split", "Test", "--mode", "full", "--weights", weights_file]
    features.run(spark, features.parse([*words, "--output", str(direct["features"])]))
    words = ["--input", str(direct["features"]), "--output", str(direct["pca"]), "--k", "5"]
    pca.run(spark, pca.parse(words))

    def rows(folder: Path, column: str) -> dict[str, np.ndarray]:
        found = [row for part in sorted(folder.glob("part-*.parquet")) for row in pq.read_table(part).to_pylist()]
        return {row["path"]: np.array(row[column]) for row in found}

    there = user.home / "data" / "emr_output"
    for one, two in (
        (rows(direct["features"], "features"), rows(there / "features" / user.run, "features")),
        (rows(direct["pca"] / "scores", "scores"), rows(there / "pca" / user.run / "scores", "scores")),
    ):
        assert one.keys() == two.keys()
        assert len(one) == 40
        for path, values in one.items():
            np.testing.assert_allclose(values, two[path], atol=1e-6)


def test_a_complete_run_is_not_done_again(user):
    assert f"error: the run {user.run} is complete already" in user.inv("run", "--run-name", user.run, code=2)


@pytest.mark.skipif(not shutil.which("tmux"), reason="no tmux here")
def test_a_session_in_a_terminal(user, cluster):
    """Run, detach, look, attach again, cancel, as somebody does who has other things to do meanwhile."""
    emr, screen = user.target.client("emr"), Screen(100, user.environment)
    shown = []
    screen.type("./inv run --run-name watched --mode full --k 3")
    until(lambda: steps(emr, cluster()["Id"], "RUNNING"))
    screen.until("features: ")
    with frozen("features/watched"):
        screen.press("C-c")
        shown += screen.ended()
        assert shown[-1] == "END=130"
        screen.type("./inv status --watch")
        shown += screen.until("watched: features.*RUNNING")
        screen.press("C-c")
        screen.ended()
        assert steps(emr, cluster()["Id"], "RUNNING"), "it goes on, watched or not"
        screen.type("./inv run --follow --run-name watched")
        screen.until("features: ")
        screen.press("C-c")
        assert "stopped watching; the run watched goes on" in " ".join(screen.ended())
        late = user.inv("run", "--follow", "--run-name", "watched", "--deadline", "1s", code=1)
        assert "error: the run watched has not ended within 1 s; it goes on" in late
        assert "remedy: did you mean watched?" in user.inv("run", "--follow", "--run-name", "wachted", code=2)
        assert "remedy: --name: there is default" in user.inv("run", "--name", "other", code=1)
        assert "error: the run watched is under way" in user.inv("run", "--run-name", "watched", code=2)
        shown += screen.call("./inv cancel --run-name watched")
    until(lambda: not steps(emr, cluster()["Id"], "RUNNING", "PENDING", "CANCEL_PENDING"))
    told = screen.call("./inv logs")
    assert any("Step watched: features" in row and "is CANCELLED" in row for row in told)
    screen.close()
    check_golden("session.txt", shown)


def test_a_failing_step_gives_the_jobs_own_cause(user, cluster):
    begun = {"Bucket": "orchard-123456789012-eu-west-3", "Key": "data/features/begun/_run.json"}
    user.target.client("s3").put_object(
        **begun, Body=b'{"mode": "full"}'
    )  # as an attempt that was broken off leaves it
    said = user.inv("run", "--run-name", "begun", "--mode", "mini", code=1)
    assert "the run begun was begun with mode = 'full', not 'mini'" in said
    assert "remedy: resume it with the same parameters, or choose another run name" in said
    assert "begun with mode" in user.inv("logs", "features")
    assert cluster()["Status"]["State"] == "WAITING"


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
    said = user.inv("up", code=2, ORCHARD_NOTEBOOK="jupyterhub", **changed)
    assert f"This ends the cluster {before['Id']}" in said
    assert "because of: " in said
    assert cluster()["Id"] == before["Id"]


def test_an_idle_cluster_ends_itself_and_up_says_so(user, cluster):
    before = cluster()["Id"]
    user.advance(4000)
    emr = user.target.client("emr")
    until(lambda: emr.describe_cluster(ClusterId=before)["Cluster"]["Status"]["State"] == "TERMINATED")
    said = user.inv("status")
    assert "No cluster is running, so nothing costs by the hour." in said
    assert "Auto-terminated after" in said
    said = user.inv("up", ORCHARD_TASK_SPOT_COUNT="1")
    assert f"The cluster {before} has ended" in said
    assert cluster()["Id"] != before
    groups = emr.list_instance_groups(ClusterId=cluster()["Id"])["InstanceGroups"]
    assert "TASK" in {group["InstanceGroupType"] for group in groups}
    (now,) = json.loads(user.inv("status", "--json"))["clusters"]
    assert {"role": "TASK", "instance_type": "m5.xlarge", "count": 1, "market": "SPOT"} in now["nodes"]


def test_down_keeps_the_data_and_may_be_called_twice(user):
    said = user.first_hour("down")
    assert "The cluster orchard-default is gone." in said
    assert "What stays, at no cost by the hour: the bucket orchard-123456789012-eu-west-3" in said
    there = user.target.client("s3").list_objects_v2(Bucket="orchard-123456789012-eu-west-3", Prefix="data/packed/")
    assert there["KeyCount"] == 22, "a shard for each of ten classes and a manifest, for both splits"
    assert "There is no cluster orchard-default." in user.inv("down")


def test_cleanup_asks_and_leaves_nothing(user):
    assert "so nothing was changed\nremedy: call again with --yes" in user.inv("cleanup", code=2)
    said = user.first_hour("cleanup")
    assert "Nothing tagged Project=orchard is left." in said
    assert "EMR Studio Workspaces have no API" in said
    assert user.target is None
    kept = [path.name for path in (user.home / ".orchard" / "local-aws").iterdir() if path.name != "lock"]
    assert kept == []
    assert user.followed == list(FIRST_HOUR), "the README's first hour, whole and in its order"


def test_a_killed_emulator_leaves_no_state_that_lies(user):
    user.inv("tf.init")  # starts it
    first = user.target
    from orchard.emulator import process

    os.kill(process.find(user.home).pid, signal.SIGKILL)
    until(lambda: not process.find(user.home))
    said = user.inv("down")
    assert "Nothing is up" in said
    assert not first.state_dir.exists()


@contextmanager
def frozen(words: str):
    """Keep a step's driver from going on, so that it runs for as long as the test takes."""
    found = subprocess.run(["pgrep", "-f", f"java .*{words}"], capture_output=True, text=True, check=True)
    drivers = [int(pid) for pid in found.stdout.split()]
    for pid in drivers:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in drivers:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def check_golden(name: str, rows: list[str]) -> None:
    """Compare a screen with the one that was looked at and kept; what differs from run to run is masked."""
    masks = (
        (r"\bes-\w+|\b[js]-[A-Z0-9]{8,}", "ID"),
        (r"(COMPLETED|RUNNING) {3,}\d.*", r"\1 ..."),  # how long, when, in which phase
        (r"\bup \d.*", "up ..."),
        (r"\d+", "#"),
        (r"─+", "─"),
        (r"  +", "  "),
    )
    masked = [row for row in rows if "whatever it does" not in row and " UTC" not in row]  # they tell the time
    for pattern, instead in masks:
        masked = [re.sub(pattern, instead, row) for row in masked]
    file = Path(__file__).with_name("golden") / name
    if os.environ.get("ORCHARD_GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join(masked) + "\n")
    assert masked == file.read_text().splitlines()


def steps(emr, cluster_id: str, *states: str) -> list[dict]:
    return emr.list_steps(ClusterId=cluster_id, StepStates=list(states))["Steps"]


def until(holds, seconds: float = 90) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.3)
