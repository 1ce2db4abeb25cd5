"""The Livy servers of all clusters: which cluster has one, its sessions, and when it ends them."""

import re
import threading
from typing import TYPE_CHECKING, NamedTuple

from orchard.emulator.livy.driver import Driver
from orchard.emulator.livy.request import BadRequestError, Request
from orchard.emulator.livy.session import Session
from orchard.emulator.options import ACCOUNT, Options

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

READY = ("WAITING", "RUNNING")
EVERY = 1.0  # real seconds between two looks for sessions to end
MOST = 8  # sessions at a time, of all clusters: each is a JVM on this machine
UNITS = {"ms": 0.001, "s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


class NoLivyError(Exception):
    """The cluster has no Livy that would answer."""


class Livy:
    """The sessions, by cluster."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._sessions: dict[str, dict[int, Session]] = {}
        self._made: dict[str, int] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        threading.Thread(target=self._watch, name="livy", daemon=True).start()

    def sessions(self, cluster_id: str) -> dict[int, Session]:
        """Return the sessions of a cluster.

        Raises:
            NoLivyError: there is no such cluster, it has not started or has ended, or was made without Livy.
        """
        _find(cluster_id)
        with self._lock:
            return dict(self._sessions.get(cluster_id, {}))

    def create(self, cluster_id: str, body: dict) -> Session:
        """Start a session; raises as `sessions`, and BadRequestError as `Request.read`."""
        cluster, request = _find(cluster_id), Request.read(body)
        with self._lock:
            if sum(len(there) for there in self._sessions.values()) >= MOST:
                raise BadRequestError(f"Rejected, too many sessions are being created! At most {MOST} run here.")
            number = self._made.get(cluster_id, 0)
            self._made[cluster_id] = number + 1
            folder = self._options.home / "livy" / cluster_id / str(number)
            driver = Driver(self._options, cluster, request, folder)
            session = Session(number, cluster, request, driver, self._options.clock, *limits(cluster))
            self._sessions.setdefault(cluster_id, {})[number] = session
        return session

    def delete(self, cluster_id: str, number: int) -> None:
        """End a session; nothing happens when it is gone already."""
        with self._lock:
            found = self._sessions.get(cluster_id, {}).pop(number, None)
        if found:
            found.end()

    def busy(self, cluster_id: str) -> bool:
        """Whether a session lives there: to EMR it is a YARN application, so the cluster is not idle."""
        with self._lock:
            return any(session.living for session in self._sessions.get(cluster_id, {}).values())

    def end(self, cluster_id: str) -> None:
        """End all sessions of a cluster."""
        for number in list(self._sessions.get(cluster_id, {})):
            self.delete(cluster_id, number)

    def end_all(self) -> None:
        """End every session."""
        self._stop.set()
        for cluster_id in list(self._sessions):
            self.end(cluster_id)

    def _watch(self) -> None:
        while not self._stop.wait(EVERY):
            with self._lock:
                every = [(c, n, s) for c, there in self._sessions.items() for n, s in there.items()]
            for cluster_id, number, session in every:
                if session.expired:
                    self.delete(cluster_id, number)


def _find(cluster_id: str) -> "ManagedCluster":
    from moto.emr.models import emr_backends

    for backend in emr_backends[ACCOUNT].values():
        if cluster_id in backend.clusters:
            cluster = backend.clusters[cluster_id]
            if "Livy" not in {application.name for application in cluster.applications}:
                raise NoLivyError(f"The cluster {cluster_id} was made without the application Livy.")
            if cluster.state not in READY:
                raise NoLivyError(f"The cluster {cluster_id} is {cluster.state}: its Livy does not answer.")
            return cluster
    raise NoLivyError(f"There is no cluster {cluster_id}.")


class Limits(NamedTuple):
    """How long a session may do nothing, in seconds, and whether a busy one does something."""

    timeout: float
    skip_busy: bool


def limits(cluster: "ManagedCluster") -> Limits:
    """Read the limits from the cluster's configuration.

    An hour, busy or not, unless the classification `livy-conf` says otherwise; without end where it switches the
    check off (Livy, LivyConf.scala: `livy.server.session.timeout`, `.timeout-check`, `.timeout-check.skip-busy`).
    """
    told: dict[str, str] = {}
    for entry in cluster.configurations:
        if entry.get("Classification") == "livy-conf":
            told |= entry.get("Properties") or {}
    skip_busy = told.get("livy.server.session.timeout-check.skip-busy") == "true"
    if told.get("livy.server.session.timeout-check") == "false":
        return Limits(float("inf"), skip_busy)
    found = re.fullmatch(r"(\d+)\s*([a-z]+)", told.get("livy.server.session.timeout", "1h").strip())
    return Limits(int(found.group(1)) * UNITS.get(found.group(2), 3600) if found else 3600.0, skip_busy)
