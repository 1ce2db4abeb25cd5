"""Clusters that this machine's Terraform states know elsewhere than where one looks: they may cost."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from orchard.aws import target
from orchard.aws.target import CHARGING, Target
from orchard.base.errors import OrchardError
from orchard.infrastructure import state


class Elsewhere(NamedTuple):
    """A cluster of the same project in another region, or on the target that charges while one looks at another.

    Attributes:
        region: which.
        name: of the cluster, as `--name` takes it.
        target: as `--target` takes it; empty for the one that is looked at.
    """

    region: str
    name: str
    target: str = ""

    @property
    def look(self) -> str:
        """The command that shows it."""
        return f"ORCHARD_REGION={self.region} ./inv status" + (f" --target {self.target}" if self.target else "")

    @property
    def warning(self) -> str:
        """That it may run and cost, and how to see it."""
        on = f" (--target {self.target})" if self.target else ""
        return (
            f"The cluster {self.name} was made in {self.region}{on} and not taken down: it may run and cost there. "
            f"See: {self.look}"
        )


def clusters(project: str, here: Target | None, charging: Iterable[Path] | None = None) -> list[Elsewhere]:
    """Return the clusters that `up` made from here elsewhere and that no `down` has removed, sorted.

    Nothing is asked: states on this machine tell it (`<project>/<region>/terraform`), and one that is damaged tells
    nothing. Whether such a cluster has ended by itself meanwhile, the other region knows.

    Args:
        project: whose.
        here: where one looks; None where nothing is up there.
        charging: the folders of states of what costs money, those there are when None.
    """
    folders: dict[Path, str] = {}
    if here is not None:
        own = here.state_dir
        folders |= dict.fromkeys(own.parents[1].glob(f"*/{own.name}"), "")
    for folder in target.charging_states(project) if charging is None else charging:
        folders.setdefault(folder, CHARGING)
    found = []
    for folder, name in sorted(folders.items()):
        if here is None or folder != here.state_dir:
            try:
                found += [Elsewhere(folder.parent.name, known, name) for known in state.workspaces_on_disk(folder)]
            except OrchardError:
                continue
    return found
