from types import SimpleNamespace

import pytest

from orchard.emulator.steps import memory, resources
from tests.support.fidelity import models


def cluster(*groups: tuple[str, str, int], at_a_time: int = 1) -> SimpleNamespace:
    made = [SimpleNamespace(role=role, instance_type=kind, num_instances=count) for role, kind, count in groups]
    return SimpleNamespace(units=made, step_concurrency_level=at_a_time)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch):
    def size(cores: int, memory: int) -> None:
        monkeypatch.setattr(resources, "machine_cores", lambda: cores)
        monkeypatch.setattr(resources, "machine_memory", lambda: memory)

    return size


@models(
    "EMR gives a step no more cores and memory than the cluster's nodes have",
    source='Amazon EMR Release Guide, "Task configuration"',
)
def test_a_small_cluster_on_a_large_machine_is_small(machine) -> None:
    machine(cores=64, memory=512 << 10)
    share = resources.of(cluster(("MASTER", "m5.xlarge", 1), ("CORE", "m5.xlarge", 2)))
    assert share == resources.Resources(cores=8, heap=24576)


def test_a_large_cluster_on_a_small_machine_is_capped(machine) -> None:
    machine(cores=2, memory=16 << 10)
    share = resources.of(cluster(("MASTER", "m5.xlarge", 1), ("CORE", "m5.4xlarge", 10)))
    assert share == resources.Resources(cores=2, heap=4096)


def test_a_lone_primary_node_counts(machine) -> None:
    machine(cores=64, memory=512 << 10)
    assert resources.of(cluster(("MASTER", "m5.xlarge", 1))).cores == 4


def test_concurrent_steps_share(machine) -> None:
    machine(cores=4, memory=16 << 10)
    assert resources.of(cluster(("CORE", "m5.xlarge", 2), at_a_time=2)) == resources.Resources(2, 2048)


@pytest.mark.parametrize(
    ("asked", "heap"), [("1g", 1024), ("1024m", 1024), ("99g", 4096), ("1m", 512), (None, 4096), ("much", 4096)]
)
def test_driver_memory_is_honoured_up_to_the_share(asked: str | None, heap: int) -> None:
    assert memory.granted(asked, 4096) == heap
