"""Who holds a cluster's YARN while a step waits for room there (ACCEPTED): other steps, and sessions of notebooks."""

import base64
import json
import time
import urllib.request
from collections.abc import Callable

from orchard.aws.emr import Emr, Step
from orchard.aws.target import Target
from orchard.base import durations
from orchard.base.language import marked

PATIENCE = 90.0  # seconds of a step without a word of its own, after which somebody may be in its way
TIMEOUT = 3.0  # seconds that Livy may take to answer


class Waiting:
    """Watches for a step that runs and says nothing, and tells once who may be in its way.

    Args:
        target: where the cluster is.
        emr: asks for its steps.
        cluster_id: of the cluster.
        tell: is given a line.
    """

    def __init__(self, target: Target, emr: Emr, cluster_id: str, tell: Callable[[str], None]) -> None:
        self._target, self._emr, self._cluster_id, self._tell = target, emr, cluster_id, tell
        self._since: dict[str, float] = {}
        self._told: set[str] = set()

    def look(self, step: Step, *, silent: bool) -> None:
        """Take note of a running step, and whether it has yet to say what it does."""
        since = self._since.setdefault(step.id, time.monotonic())
        waited = time.monotonic() - since
        if not silent or step.id in self._told or waited < PATIENCE:
            return
        self._told.add(step.id)
        if found := [*self._steps(step), *sessions(self._target, self._cluster_id)]:
            self._tell(
                f"{step.name} has said nothing for {durations.say(waited)}: YARN may have no room for it. "
                f"On the cluster are also {', '.join(found)}."
            )

    def _steps(self, step: Step) -> list[str]:
        others = self._emr.steps(self._cluster_id)
        return [
            marked(f"the step {o.name}") for o in others if o.state in ("RUNNING", "CANCEL_PENDING") and o.id != step.id
        ]


def sessions(target: Target, cluster_id: str) -> list[str]:
    """Name the notebooks' sessions on a cluster; none where only a tunnel leads to its Livy, as on AWS."""
    if not target.livy:
        return []
    request = urllib.request.Request(f"{target.livy.format(cluster=cluster_id)}/sessions")  # noqa: S310 - http
    if target.livy_login:
        login = base64.b64encode(":".join(target.livy_login).encode()).decode()
        request.add_header("Authorization", f"Basic {login}")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as answer:  # noqa: S310
            listed = json.load(answer)["sessions"]
    except (OSError, ValueError, KeyError):
        return []
    return [marked(f"a notebook's session ({session['id']}, {session['state']})") for session in listed]
