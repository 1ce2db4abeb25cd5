"""Places the containers of applications on a cluster's nodes, as YARN's CapacityScheduler does with one queue.

Its calculator looks at memory alone (DefaultResourceCalculator, the preset of Hadoop's capacity-scheduler.xml), unless
the cluster's configuration names the DominantResourceCalculator. Sizes are rounded up to the least allocation, 32 MiB
(EMR Release Guide, "Task configuration").
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from orchard.emulator.steps.yarn_request import Container, Request

LEAST_MIB = 32


class Placement(NamedTuple):
    """Where an application's containers are: numbers of nodes, and the containers' sizes."""

    master: int
    executors: tuple[int, ...]
    master_size: Container
    executor_size: Container


@dataclass(frozen=True)
class Scheduler:
    """A cluster's YARN.

    Attributes:
        nodes: what each node that runs containers has.
        master_share: how much of the memory application masters may take, from 0 to 1; the first may take any.
        cores_count: whether virtual cores are looked at.
        at_a_time: applications that share it, each taking its part where it asks for all there is.
    """

    nodes: tuple[Container, ...]
    master_share: float = 0.1
    cores_count: bool = False
    at_a_time: int = 1

    @property
    def total(self) -> int:
        """The MiB of all nodes."""
        return sum(node.mib for node in self.nodes)

    @property
    def largest(self) -> int:
        """The MiB of the largest container that there can be."""
        return max(node.mib for node in self.nodes)

    @property
    def master_limit(self) -> int:
        """The MiB that application masters may take together."""
        return rounded(self.total * self.master_share)

    def place(self, request: Request, others: Iterable[Placement]) -> Placement | str:
        """Find room for an application beside others; says why there is none, in YARN's words."""
        there = list(others)
        free, masters = self._free(there), sum(other.master_size.mib for other in there)
        master = Container(rounded(request.master.mib), request.master.vcores)
        executor = Container(rounded(request.executor.mib), request.executor.vcores)
        if there and masters + master.mib > self.master_limit:
            return self._inactive(master, masters)
        number = next((n for n, node in enumerate(free) if self._fits(master, node)), None)
        if number is None:
            return self._no_room(master, free)
        free[number] = _less(free[number], master)
        places: list[int] = []
        for n, node in enumerate(free):
            while self._fits(executor, node):
                node = _less(node, executor)
                places.append(n)
        most = len(places)
        if request.executors is None and self.at_a_time > 1:
            most = max(1, self._share(executor))
        elif request.executors is not None:
            most = request.executors
        return Placement(number, tuple(places[:most]), master, executor)

    def _share(self, executor: Container) -> int:
        whole = sum(node.mib // executor.mib for node in self.nodes)
        return whole // self.at_a_time

    def _free(self, others: list[Placement]) -> list[Container]:
        free = list(self.nodes)
        for other in others:
            free[other.master] = _less(free[other.master], other.master_size)
            for number in other.executors:
                free[number] = _less(free[number], other.executor_size)
        return free

    def _fits(self, container: Container, node: Container) -> bool:
        return container.mib <= node.mib and (not self.cores_count or container.vcores <= node.vcores)

    def _inactive(self, master: Container, used: int) -> str:
        return (
            "Application is added to the scheduler and is not yet activated. Queue's AM resource limit exceeded.  "
            f"Details : AM Partition = <DEFAULT_PARTITION>; AM Resource Request = {_told(master)}; "
            f"Queue Resource Limit for AM = <memory:{self.master_limit}, vCores:1>; "
            f"User AM Resource Limit of the queue = <memory:{self.master_limit}, vCores:1>; "
            f"Queue AM Resource Usage = <memory:{used}, vCores:1>; "
        )

    def _no_room(self, master: Container, free: list[Container]) -> str:
        whole = Container(self.total, sum(node.vcores for node in self.nodes))
        used = 100 * (1 - sum(node.mib for node in free) / self.total)
        return (
            "Application is Activated, waiting for resources to be assigned for AM.  Details : AM Partition = "
            f"<DEFAULT_PARTITION> ; AM Resource Request = {_told(master)} ; Partition Resource = {_told(whole)} ; "
            f"Queue's Absolute capacity = 100.0 % ; Queue's Absolute used capacity = {used:.1f} % ; "
            "Queue's Absolute max capacity = 100.0 % ; "
        )


def rounded(mib: float) -> int:
    """Round a size up to what YARN hands out."""
    return -(-int(mib) // LEAST_MIB) * LEAST_MIB


def _less(node: Container, container: Container) -> Container:
    return Container(node.mib - container.mib, node.vcores - container.vcores)


def _told(container: Container) -> str:
    return f"<memory:{container.mib}, vCores:{container.vcores}>"
