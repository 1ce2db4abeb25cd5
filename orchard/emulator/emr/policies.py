"""Auto-termination and managed scaling policies of clusters, which moto 5.2.5 does not have."""

from typing import TYPE_CHECKING, Any

from orchard.emulator.emr.errors import ValidationException

if TYPE_CHECKING:
    from orchard.emulator.emr.backend import EmrBackend

AUTO_TERMINATION, MANAGED_SCALING = "AutoTerminationPolicy", "ManagedScalingPolicy"
IDLE_SECONDS = range(60, 604_801)  # Amazon EMR API Reference, AutoTerminationPolicy
DEFAULT_IDLE = 3600


def put(backend: "EmrBackend", cluster_id: str, kind: str, policy: dict[str, Any]) -> None:
    """Attach a policy to a living cluster; auto-termination counts from now."""
    cluster = backend.living(cluster_id)
    if kind == AUTO_TERMINATION:
        policy = {"IdleTimeout": int(policy.get("IdleTimeout") or DEFAULT_IDLE)}
        if policy["IdleTimeout"] not in IDLE_SECONDS:
            raise ValidationException("The idle timeout must be between 60 and 604800 seconds.")
        _set_idle_timeout(backend, cluster, policy["IdleTimeout"])
    else:
        limits = policy.get("ComputeLimits", {})
        if limits.get("MinimumCapacityUnits", 0) > limits.get("MaximumCapacityUnits", 0):
            raise ValidationException("MinimumCapacityUnits must not be greater than MaximumCapacityUnits.")
    backend.policies[cluster_id, kind] = policy


def get(backend: "EmrBackend", cluster_id: str, kind: str) -> dict[str, Any]:
    """Return the policy under its name, or nothing; that of scaling is refused once the cluster ends (AWS provider)."""
    backend.living(cluster_id) if kind == MANAGED_SCALING else backend.describe_cluster(cluster_id)
    policy = backend.policies.get((cluster_id, kind))
    return {kind: policy} if policy else {}


def remove(backend: "EmrBackend", cluster_id: str, kind: str) -> None:
    """Detach a policy, if there is one."""
    cluster = backend.describe_cluster(cluster_id)
    backend.policies.pop((cluster_id, kind), None)
    if kind == AUTO_TERMINATION:
        _set_idle_timeout(backend, cluster, None)


def _set_idle_timeout(backend: "EmrBackend", cluster: Any, seconds: int | None) -> None:
    with cluster.changed:
        cluster.idle_timeout, cluster.idle_since = seconds, backend.options.clock.now()
        cluster.changed.notify_all()
