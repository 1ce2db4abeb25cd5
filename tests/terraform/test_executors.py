"""Terraform's executors: those that the control plane promises, on every instance type."""

import pytest

from orchard.aws import executors
from orchard.base.instance_types import instance_types
from tests.support.rendered import configurations, rendered


@pytest.fixture(scope="module")
def asked():
    """What Terraform works out for every instance type."""
    return rendered("local.executors")


def test_are_what_the_control_plane_promises(asked):
    assert list(asked) == sorted(instance_types())
    for name, executor in asked.items():
        shape = executors.promised(name, 3)
        assert (shape.executors, *shape[1:]) == (
            3 * executor["a_node"],
            executor["cores"],
            executor["heap_mib"],
            executor["overhead_mib"],
        ), name


def test_fill_a_node_beside_the_application_masters(asked):
    for name, kind in instance_types().items():
        executor = asked[name]
        container = executor["heap_mib"] + executor["overhead_mib"]
        left = kind["yarn_mib"] - executor["a_node"] * container
        masters = 2 if kind["memory_gib"] / kind["vcpus"] >= 4 else 1
        assert masters * (512 + 384) <= left < masters * (512 + 384) + executor["a_node"] * 32, name
        assert executor["a_node"] * executor["cores"] == kind["vcpus"], f"{name}: no vCPU is idle"
        assert container % 32 == 0, f"{name}: YARN would round it up"


def test_leave_room_for_a_worker_a_core_and_a_heap(asked):
    for name, executor in asked.items():
        assert executor["overhead_mib"] >= 4 * 760 + 384, name
        assert executor["heap_mib"] >= 1024, name


def test_leave_the_primary_node_room_for_its_services(asked):
    for name, kind in instance_types().items():
        assert 2048 <= asked[name]["driver_mib"] <= kind["memory_gib"] * 1024 / 4, name


def test_their_number_replaces_no_cluster():
    assert configurations(core_count=2) == configurations(core_count=5, task_spot_count=3)
