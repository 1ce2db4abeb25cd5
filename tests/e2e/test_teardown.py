"""How it ends: the cluster, everything, and the local AWS itself."""

import os
import signal

from tests.waiting import until

from .conftest import BUCKET, FIRST_HOUR


def test_down_keeps_the_data_and_may_be_called_twice(story):
    said = story.told("down")
    assert "The cluster orchard-default is gone." in said
    assert f"What stays, at no cost by the hour: the bucket {BUCKET}" in said
    there = story.target.client("s3").list_objects_v2(Bucket=BUCKET, Prefix="data/packed/")
    assert there["KeyCount"] == 22, "a shard for each of ten classes and a manifest, for both splits"
    assert "There is no cluster orchard-default." in story.inv("down")


def test_cleanup_asks_and_leaves_nothing(story):
    story.told("down")
    assert "so nothing was changed\nremedy: call again with --yes" in story.inv("cleanup", code=2)
    said = story.told("cleanup")
    assert "Nothing tagged Project=orchard is left." in said
    assert "Workspaces" not in said, "which the local AWS has none of"
    assert story.target is None
    kept = [path.name for path in (story.home / ".orchard" / "local-aws").iterdir() if path.name != "lock"]
    assert kept == []
    assert list(story.said) == list(FIRST_HOUR), "the README's first hour, whole and in its order"


def test_a_killed_emulator_leaves_no_state_that_lies(newcomer):
    newcomer.inv("tf.init")  # starts it
    first = newcomer.target
    from orchard.emulator import process

    os.kill(process.find(newcomer.home).pid, signal.SIGKILL)
    until(lambda: not process.find(newcomer.home))
    said = newcomer.inv("down")
    assert "Nothing is up" in said
    assert not first.state_dir.exists()
