"""YARN's arithmetic: what an application asks for, and where there is room for it."""

import pytest

from orchard.aws.executors import promised
from orchard.base.instance_types import instance_types
from orchard.emulator.steps import yarn_request
from orchard.emulator.steps.placement import Placement, Scheduler
from orchard.emulator.steps.yarn_request import Container
from tests.support.fidelity import models
from tests.support.rendered import rendered

# What a cluster had before its driver was on the primary node: room for an application master that is no driver.
BEFORE = {"spark.executor.cores": "4", "spark.executor.memory": "6195m", "spark.executor.memoryOverhead": "5069m"}
M5_XLARGE = Container(12288, 4)


def place(settings, *nodes, others=(), **more):
    scheduler = Scheduler(nodes, **more)
    return scheduler.place(yarn_request.of(settings, scheduler.largest), others)


@models(
    "EMR gives a driver in cluster mode its place in YARN, of 1,408 MiB and more, and there is the less for executors",
    source="Spark 3.5, Running Spark on YARN; Configuration (spark.driver.memory, spark.driver.memoryOverhead)",
)
@pytest.mark.parametrize(("nodes", "executors"), [(1, 0), (2, 1), (5, 4)])
def test_a_driver_in_yarn_costs_an_executor(nodes, executors):
    found = place(BEFORE | {"spark.submit.deployMode": "cluster"}, *[M5_XLARGE] * nodes)
    assert found.master_size.mib == 1408
    assert len(found.executors) == executors


@models(
    "EMR leaves a driver in client mode on the primary node, and YARN has an application master of 896 MiB",
    source="Spark 3.5, Running Spark on YARN (spark.yarn.am.memory, spark.yarn.am.memoryOverhead)",
)
@pytest.mark.parametrize("nodes", [1, 2, 5])
def test_every_type_gets_the_executors_that_are_promised_beside_a_notebook_where_there_is_room(nodes):
    types = rendered("local.executors")
    for name, kind in instance_types().items():
        settings = {
            "spark.executor.cores": str(types[name]["cores"]),
            "spark.executor.memory": f"{types[name]['heap_mib']}m",
            "spark.executor.memoryOverhead": f"{types[name]['overhead_mib']}m",
            "spark.yarn.am.memory": "512m",
            "spark.yarn.am.memoryOverhead": "384m",
        }
        of = [Container(kind["yarn_mib"], kind["vcpus"])] * nodes
        found = place(settings, *of)
        assert found.master_size.mib == 896
        assert len(found.executors) == promised(name, nodes).executors, name
        notebook = Placement(0, (), Container(896, 1), Container(0, 0))
        beside = place(settings, *of, others=[notebook], master_share=0.5)
        if kind["memory_gib"] >= 4 * kind["vcpus"]:
            assert len(beside.executors) == promised(name, nodes).executors, name


@models(
    "YARN's CapacityScheduler looks at memory alone unless it is given the DominantResourceCalculator",
    source="Hadoop, Capacity Scheduler (yarn.scheduler.capacity.resource-calculator); not verified: EMR's own preset",
)
def test_cores_count_only_where_the_cluster_says_so():
    settings = BEFORE | {"spark.executor.memory": "1g", "spark.executor.memoryOverhead": "384m"}
    assert len(place(settings, M5_XLARGE).executors) == (12288 - 896) // 1408
    assert len(place(settings, M5_XLARGE, cores_count=True).executors) == 0, "the master has one of the four cores"
    assert len(place(settings, M5_XLARGE, M5_XLARGE, cores_count=True).executors) == 1


@models(
    "YARN keeps an application in ACCEPTED until there is room for its application master",
    source="Hadoop, SchedulerApplicationAttempt.AMState; CapacityScheduler (maximum-am-resource-percent)",
)
def test_why_there_is_no_room_is_said_in_yarns_words():
    big = Placement(0, (0,), Container(896, 1), Container(11264, 4))
    said = place({}, M5_XLARGE, others=[big], master_share=0.5)
    assert said.startswith("Application is Activated, waiting for resources to be assigned for AM.")
    assert "AM Resource Request = <memory:896, vCores:1>" in said
    said = place({}, M5_XLARGE, others=[Placement(0, (), Container(896, 1), Container(0, 0))])
    assert "not yet activated. Queue's AM resource limit exceeded" in said, "a tenth of the node is 1,248 MiB"
    alone = place({"spark.yarn.am.memory": "4g"}, M5_XLARGE)
    assert alone.master == 0, "the first one may take more than that"


@models(
    "Spark's client refuses containers that are larger than any node",
    source="Spark 3.5, org.apache.spark.deploy.yarn.Client.verifyClusterResources",
)
def test_what_no_node_has_is_refused_at_once():
    said = yarn_request.of({"spark.executor.memory": "16g"}, 12288).refusal
    assert said.startswith("Required executor memory (16384 MB), offHeap memory (0) MB, overhead (1638 MB)")
    cluster = {"spark.submit.deployMode": "cluster", "spark.driver.memory": "12g"}
    assert yarn_request.of(cluster, 12288).refusal.startswith("Required AM memory (12288+1228 MB) is above")
    assert not yarn_request.of(cluster | {"spark.submit.deployMode": "client"}, 12288).refusal


def test_how_many_executors_there_may_be():
    assert yarn_request.of({}, 12288).executors is None, "dynamic allocation is EMR's preset"
    assert yarn_request.of({"spark.dynamicAllocation.maxExecutors": "3"}, 12288).executors == 3
    assert yarn_request.of({"spark.dynamicAllocation.enabled": "false"}, 12288).executors == 2
    fixed = {"spark.dynamicAllocation.enabled": "false", "spark.executor.instances": "7"}
    assert yarn_request.of(fixed, 12288).executors == 7
    assert len(place(fixed, M5_XLARGE, M5_XLARGE).executors) == 7
    assert len(place({}, M5_XLARGE, M5_XLARGE, at_a_time=2).executors) == 8, "half of what there is room for"


@pytest.mark.parametrize(
    ("text", "mib"), [("1g", 1024), ("512m", 512), ("512", 512), ("2048k", 2), ("1t", 1 << 20), ("much", 0)]
)
def test_sizes_are_read_as_spark_reads_them(text, mib):
    assert yarn_request.mib(text) == mib
