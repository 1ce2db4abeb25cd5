"""The schedule that ends a cluster gets it while Terraform still waits for it, and when Terraform breaks off.

EMR takes minutes from the cluster's id to the cluster that works. In these, Terraform, this machine or its network may
fail, and a cluster that nothing ends would be left.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta

from orchard.aws import scheduler
from orchard.aws.emr import Emr
from orchard.base.errors import OrchardError
from orchard.cluster.site import Site


@contextmanager
def over(site: Site) -> Iterator[None]:
    """Give every cluster that comes up under the site's name its end, as soon as EMR knows it.

    Raises:
        AwsError: after the body, when AWS refuses; the body's own exception comes before it.
    """
    guard, ended = _Guard(site), threading.Event()
    watching = threading.Thread(target=guard.watch, args=(ended,), name="life guard", daemon=True)
    watching.start()
    try:
        yield
    except BaseException:
        with suppress(OrchardError):
            guard.arm()
        raise
    else:
        guard.arm()
    finally:
        ended.set()
        watching.join()


class _Guard:
    def __init__(self, site: Site) -> None:
        self.name, self.interval = site.cluster_name, site.target.poll_interval
        self.lifetime = timedelta(hours=site.settings.max_lifetime)
        self.emr, self.schedules = Emr(site.target), site.target.client("scheduler")

    def watch(self, ended: threading.Event) -> None:
        """Look for a new cluster until told that this has ended."""
        known = ""
        while not ended.wait(self.interval):
            with suppress(OrchardError):  # it may pass, and what does not is said at the end
                known = self.arm(known)

    def arm(self, known: str = "") -> str:
        """Give the newest cluster of the name its end; returns its id once it has one.

        Args:
            known: the id of a cluster that has its end.
        """
        for cluster in self.emr.clusters(self.name)[:1]:  # a schedule ends one: the newest takes the others' place
            if cluster.id == known:
                return known
            if scheduler.arm(self.schedules, cluster.id, cluster.name, cluster.created, self.lifetime):
                return cluster.id
        return ""
