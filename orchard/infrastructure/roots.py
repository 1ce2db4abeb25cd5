"""The two roots with their variables: settings and target in, Terraform out."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.errors import OrchardError, UsageError
from orchard.diagnosis.terraform_events import Event
from orchard.infrastructure import bootstrap, ssh_key
from orchard.infrastructure.terraform import Root, Terraform

DEFAULT_WORKSPACE = "default"
NAME = re.compile(r"[a-z0-9]{1,24}")  # with the longest project, what modules/cluster takes; see emr.name_within


def open_root(
    root: Root,
    settings: Settings,
    target: Target,
    *,
    workspace: str = DEFAULT_WORKSPACE,
    report: Callable[[Event], None] = lambda event: None,
) -> Terraform:
    """Return a root of Terraform that acts on the target; nothing is run yet.

    Args:
        root: `foundation` or `cluster`.
        settings: `state_bucket`, `project` and `region` count.
        target: where to act.
        workspace: of the cluster root, which of several clusters.
        report: is told what happens.

    Raises:
        UsageError: no cluster can have that name.
    """
    check_name(workspace)
    return Terraform(
        root,
        target.state_dir,
        target.environment,
        workspace=workspace if root == "cluster" else DEFAULT_WORKSPACE,
        state_bucket=state_bucket(settings, target),
        state_prefix=state_prefix(settings),
        region=settings.region,
        report=report,
    )


def check_name(workspace: str) -> None:
    """Refuse a name that no cluster can have.

    Raises:
        UsageError: it is one.
    """
    if not NAME.fullmatch(workspace):
        cause = f"a cluster cannot be called {workspace!r}"
        raise UsageError(cause, "--name takes 1 to 24 lower-case letters and digits: a hyphen ends the project's name")


def state_bucket(settings: Settings, target: Target) -> str:
    """Return the bucket that keeps Terraform's states; empty where this machine does.

    What an emulated AWS holds ends with it, and so must the state that tells of it.
    """
    return settings.state_bucket if target.durable else ""


def state_prefix(settings: Settings) -> str:
    """Return where in that bucket they are: several projects, and regions, may share it."""
    return f"orchard/{settings.project}/{settings.region}/"


def foundation_variables(settings: Settings, target: Target, *, force_destroy: bool = False) -> dict[str, Any]:
    """Return the foundation root's variables.

    Args:
        settings: what the user wants.
        target: asked for its account.
        force_destroy: let a later destroy delete the buckets with all they hold.
    """
    return {
        **target.terraform_variables,
        "project": settings.project,
        "account_id": target.account(),
        "bucket": settings.bucket or None,
        "force_destroy": force_destroy,
        "log_retention_days": settings.log_retention_days,
        "network": settings.network,
        "egress": settings.egress,
        "vpc_cidr": settings.vpc_cidr,
        "disk_key_arn": settings.disk_key or None,
        "studio_key": settings.studio_key,
        "studio_users": settings.studio_users,
        "monthly_budget": settings.monthly_budget,
        "alarm_email": settings.alarm_email,
    }


def cluster_variables(settings: Settings, target: Target, foundation: Mapping[str, Any]) -> dict[str, Any]:
    """Return the cluster root's variables.

    Args:
        settings: what the user wants.
        target: where to act.
        foundation: the foundation root's output of that name.
    """
    chosen = (
        *("notebook", "release_label", "instance_type", "core_count", "task_spot_count", "managed_scaling_max"),
        *("idle_timeout", "max_lifetime", "subnet_index", "hub_persistence"),
    )
    return {
        "foundation": dict(foundation),
        "emulated": target.terraform_variables["emulated"],
        "bootstrap": bootstrap.variable(),
        "ssh": ssh_key.variable(settings, target),
        **{name: getattr(settings, name) for name in chosen},
    }


def foundation_output(settings: Settings, target: Target) -> dict[str, Any]:
    """Return what the cluster root needs of the foundation.

    Raises:
        OrchardError: the foundation does not exist yet.
    """
    root = open_root("foundation", settings, target)
    root.init()
    outputs = root.outputs()
    if "foundation" not in outputs:
        raise OrchardError(
            "the cluster has nothing to stand on: the foundation has not been applied",
            "./inv tf.plan --root foundation, then ./inv tf.apply --root foundation (or simply ./inv up)",
        )
    return outputs["foundation"]


def variables(root: Root, settings: Settings, target: Target) -> dict[str, Any]:
    """Return the variables of either root, reading the foundation's output where the cluster needs it.

    Raises:
        OrchardError: the cluster's foundation does not exist yet.
    """
    if root == "foundation":
        return foundation_variables(settings, target)
    return cluster_variables(settings, target, foundation_output(settings, target))
