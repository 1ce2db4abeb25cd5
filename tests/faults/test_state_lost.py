"""States that are lost, damaged or old: `up` takes in what is there, `down` and `cleanup` remove it without."""

import json
import shutil

import pytest

from tests.faults.stand import Stand
from tests.support.cells import cell

FOUNDATION, UP = ("up", "--only", "foundation"), ("up", "--yes")


@pytest.fixture
def running(stand: Stand) -> Stand:
    if not stand.clusters():
        stand.inv(*UP)
    return stand


def lose(stand: Stand, how: str) -> None:
    """Let something happen to the foundation's state."""
    file = stand.state("foundation")
    known = json.loads(file.read_text())
    if how == "deleted":
        file.unlink()
    elif how == "empty":
        file.write_text("")
    elif how == "truncated":
        file.write_text(file.read_text()[:5000])
    elif how == "older":  # from before the roles and the groups
        old = [r for r in known["resources"] if r.get("module") not in ("module.iam", "module.network")]
        file.write_text(json.dumps(known | {"resources": old, "serial": known["serial"] - 1}))


@cell(
    "deleted",
    area="Terraform",
    fault="the foundation's state is deleted",
    at="between two `up`",
    holds="the next `up` takes all in, changes nothing that is right, and says what it took",
    case="deleted",
)
@cell(
    "empty",
    area="Terraform",
    fault="the foundation's state is empty",
    at="between two `up`",
    holds="as where it is deleted",
    case="empty",
)
@cell(
    "truncated",
    area="Terraform",
    fault="the foundation's state is cut off in its middle",
    at="between two `up`",
    holds="it is set aside, and then as where it is deleted",
    case="truncated",
)
@cell(
    "older",
    area="Terraform",
    fault="the foundation's state is an older one, which knows neither roles nor groups",
    at="between two `up`",
    holds="the next `up` takes in what it lacks",
    case="older",
)
def test_up_takes_in_what_a_lost_state_knew(running: Stand, case: str) -> None:
    before, keys = running.left(), running.keys()
    lose(running, case)
    said = running.inv(*FOUNDATION)
    assert ("is damaged: set aside as" in said) == (case in ("truncated", "empty"))
    assert "that Terraform's state does not know are there, and ours: " in said
    assert " to remove" not in said
    assert running.keys() == keys
    assert running.left() == before
    running.is_good(cluster=True)


@cell(
    "up",
    area="Terraform",
    fault="the cluster's state is deleted",
    at="while the cluster runs",
    holds="the next `up` takes the cluster in: the same one, which has its end",
)
def test_up_takes_in_a_cluster_that_no_state_knows(running: Stand) -> None:
    before = running.clusters()
    running.state("cluster").unlink()
    assert before[0] in running.inv(*UP)
    assert running.clusters() == before
    running.is_good(cluster=True)


@cell(
    "orphans",
    area="Terraform",
    fault="the cluster's state is deleted",
    at="while the cluster runs",
    holds="`orphans` names the cluster with one command that ends it, and none of its nodes beside it",
)
def test_orphans_names_a_cluster_and_not_its_nodes(running: Stand) -> None:
    kept = running.state("cluster").rename(running.folder / "kept")
    (lost,) = running.clusters()
    said = running.inv("orphans", code=1)
    assert f"cluster {lost} (orchard-default)\n  ./inv down --name default\n" in said
    assert ":instance/" not in said
    assert ":volume/" not in said
    shutil.copy(kept, running.state("cluster"))
    running.is_good(cluster=True)


@cell(
    "down",
    area="Terraform",
    fault="the cluster's state is deleted",
    at="while the cluster runs",
    holds="`down` asks, ends the cluster and removes what lived with it; without an answer it leaves all as it is",
)
def test_down_ends_a_cluster_that_no_state_knows(running: Stand) -> None:
    running.state("cluster").unlink()
    (lost,) = running.clusters()
    said = running.inv("down", code=2)
    assert f"does not know the cluster {lost} (WAITING); its tags say it is ours" in said
    assert running.clusters() == [lost]
    said = running.inv("down", "--yes")
    assert "The cluster orchard-default is gone." in said
    assert running.client("scheduler").list_schedules()["Schedules"] == []
    running.is_good()


@cell(
    "cleanup",
    area="Terraform",
    fault="all states are deleted",
    at="while a cluster runs and there is data in the bucket",
    holds="`cleanup` ends the cluster and removes everything, in the order in which AWS lets it go",
)
def test_cleanup_removes_all_without_a_state(running: Stand) -> None:
    bucket = "orchard-123456789012-eu-west-3"
    for number in range(3):  # three versions
        running.client("s3").put_object(Bucket=bucket, Key="data/raw/Test/a.jpg", Body=str(number))
    running.state("cluster").unlink()
    running.state("foundation").unlink()
    said = running.inv("cleanup", "--yes")
    assert "Nothing tagged Project=orchard is left." in said
    assert running.left() == running.clusters() == running.keys() == []
    assert running.client("scheduler").list_schedules()["Schedules"] == []
    aliases = running.client("kms").list_aliases()["Aliases"]
    assert [alias for alias in aliases if "orchard" in alias["AliasName"]] == []


@cell(
    "both",
    area="Terraform",
    fault="all states are deleted",
    at="while a cluster runs",
    holds="the next `up` takes in the foundation and the cluster: the same bucket, key and cluster",
)
def test_up_takes_in_everything(running: Stand) -> None:
    before, keys = running.clusters(), running.keys()
    running.state("cluster").unlink()
    running.state("foundation").unlink()
    running.inv(*UP)
    assert (running.clusters(), running.keys()) == (before, keys)
    running.is_good(cluster=True)
