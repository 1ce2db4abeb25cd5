"""Drivers in containers of YARN whose step has ended before them: they go on until their cluster ends.

A step in cluster mode is a client that submits an application and waits. To cancel it ends the client; the application
runs on (Amazon EMR Management Guide, "Canceling steps": asynchronous processes are not touched).
"""

import fcntl
import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from orchard.emulator.steps import publish, yarn
from orchard.emulator.steps.mirror import Mirror
from orchard.emulator.steps.node import resource_manager
from orchard.emulator.steps.workplace import hdfs

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

log = logging.getLogger(__name__)


class Outliving:
    """The clusters that live, each a locked file, and the drivers that live with them."""

    def __init__(self) -> None:
        self._clusters: dict[str, TextIO] = {}
        self._threads: dict[str, list[threading.Thread]] = {}
        self._lock = threading.Lock()

    def begin(self, cluster: "ManagedCluster") -> None:
        """Let drivers on a cluster live from now on."""
        with self._lock:
            if cluster.id not in self._clusters:
                path = hdfs(cluster).with_name("cluster")
                path.parent.mkdir(parents=True, exist_ok=True)
                file = self._clusters[cluster.id] = path.open("w")
                fcntl.flock(file, fcntl.LOCK_EX)

    def of(self, cluster: "ManagedCluster", base: Path) -> list[Path]:
        """List the applications of a step that live, each by the file that it locks."""
        there = hdfs(cluster).with_name("applications")
        numbers = {str(int(file.stem.rpartition("_")[2])) for file in (base / "drivers").glob("application_*")}
        return [there / number for number in sorted(numbers) if resource_manager.lives(there / number)]

    def follow(
        self,
        cluster: "ManagedCluster",
        base: Path,
        mirror: Mirror,
        living: list[Path],
        tidy: Callable[[], None],
    ) -> None:
        """Hand out what they write, and tidy up behind the last of them; returns at once.

        Args:
            cluster: that they run on.
            base: the directory of their step.
            mirror: their view of the buckets.
            living: from `of`.
            tidy: called at the end.
        """

        def work() -> None:
            try:
                with publish.ProgressWatch(mirror):
                    for application in living:
                        resource_manager.wait(application)
                publish.results(mirror)
                yarn.upload(cluster, base)
            except Exception:
                log.exception("what outlived a step of %s could not be published", cluster.id)
            tidy()

        thread = threading.Thread(target=work, name=f"outliving-{base.name}", daemon=True)
        with self._lock:
            self._threads.setdefault(cluster.id, []).append(thread)
        thread.start()

    def end(self, cluster_id: str) -> None:
        """End the drivers of a cluster, and wait for that."""
        with self._lock:
            file, threads = self._clusters.pop(cluster_id, None), self._threads.pop(cluster_id, [])
        if file:
            file.close()
        for thread in threads:
            thread.join()

    def end_all(self) -> None:
        """End all drivers."""
        for cluster_id in list(self._clusters):
            self.end(cluster_id)
