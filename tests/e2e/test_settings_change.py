"""A cluster whose settings change, and one that ends by itself."""

import json

from tests.waiting import until


def test_settings_change_in_place_and_a_release_replaces_the_cluster(story):
    before = story.cluster()["Id"]
    changed = {"ORCHARD_IDLE_TIMEOUT": "1800", "ORCHARD_CORE_COUNT": "3", "ORCHARD_MONTHLY_BUDGET": "50"}
    changed |= {"ORCHARD_ALARM_EMAIL": "somebody@example.org"}
    story.change(**changed)
    emr = story.target.client("emr")
    assert story.cluster(changed=True)["Id"] == before
    assert emr.get_auto_termination_policy(ClusterId=before)["AutoTerminationPolicy"]["IdleTimeout"] == 1800
    groups = emr.list_instance_groups(ClusterId=before)["InstanceGroups"]
    assert {g["InstanceGroupType"]: g["RequestedInstanceCount"] for g in groups} == {"MASTER": 1, "CORE": 3}
    said = story.inv("tf.plan", "--root", "cluster", code=2, ORCHARD_RELEASE_LABEL="emr-7.9.0", **changed)
    assert "aws_emr_cluster.this must be replaced" in said
    said = story.inv("up", code=2, ORCHARD_NOTEBOOK="jupyterhub", **changed)
    assert f"This ends the cluster {before}" in said
    assert "because of: " in said
    assert story.cluster(changed=True)["Id"] == before


def test_an_idle_cluster_ends_itself_and_up_says_so(story):
    before = story.cluster(changed=True)["Id"]
    story.advance(4000)
    emr = story.target.client("emr")
    until(lambda: emr.describe_cluster(ClusterId=before)["Cluster"]["Status"]["State"] == "TERMINATED")
    said = story.inv("status")
    assert "No cluster is running, so nothing costs by the hour." in said
    assert "Auto-terminated after" in said
    said = story.change(ORCHARD_TASK_SPOT_COUNT="1")
    assert f"The cluster {before} has ended" in said
    after = story.cluster(changed=True)["Id"]
    assert after != before
    groups = emr.list_instance_groups(ClusterId=after)["InstanceGroups"]
    assert "TASK" in {group["InstanceGroupType"] for group in groups}
    (now,) = json.loads(story.inv("status", "--json"))["clusters"]
    assert {"role": "TASK", "instance_type": "m5.xlarge", "count": 1, "market": "SPOT"} in now["nodes"]
