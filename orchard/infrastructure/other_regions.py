"""Clusters that this machine's Terraform states know in other regions than the one that is asked: they may cost."""

from typing import NamedTuple

from orchard.aws.target import Target
from orchard.base.errors import OrchardError
from orchard.infrastructure import state


class Elsewhere(NamedTuple):
    """A cluster of the same project in another region.

    Attributes:
        region: which.
        name: of the cluster, as `--name` takes it.
    """

    region: str
    name: str


def clusters(target: Target) -> list[Elsewhere]:
    """Return the clusters that `up` made from here in other regions and that no `down` has removed, sorted.

    Nothing is asked: states on this machine tell it (`<project>/<region>/terraform`), and one that is damaged tells
    nothing. Whether such a cluster has ended by itself meanwhile, the other region knows.

    Args:
        target: whose regions to look through.
    """
    here, found = target.state_dir, []
    for folder in sorted(here.parents[1].glob(f"*/{here.name}")):
        if folder != here:
            region = folder.parent.name
            try:
                found += [Elsewhere(region, name) for name in state.workspaces_on_disk(folder)]
            except OrchardError:
                continue
    return found


def look(elsewhere: Elsewhere) -> str:
    """Return the command that shows it."""
    return f"ORCHARD_REGION={elsewhere.region} ./inv status"


def warning(elsewhere: Elsewhere) -> str:
    """Say that it may run and cost, and how to see it."""
    return (
        f"The cluster {elsewhere.name} was made in {elsewhere.region} and not taken down: it may run and cost there "
        f"({look(elsewhere)})."
    )
