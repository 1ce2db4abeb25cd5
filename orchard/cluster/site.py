"""A site: the settings, the target and the name of one cluster, which is what every verb needs to act."""

from collections.abc import Callable
from typing import Any, NamedTuple

from orchard.aws import bucket
from orchard.aws.emr import Cluster, Emr, name_within
from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.base.nearest import suggest
from orchard.infrastructure import other_regions, roots
from orchard.infrastructure.terraform import Terraform

Confirm = Callable[[str], str]  # asks the user, and returns what they say


class Site(NamedTuple):
    """One cluster's surroundings: what every verb needs to act.

    Attributes:
        settings: what the user wants.
        target: where.
        name: of the cluster, as the user gives it; also the Terraform workspace.
    """

    settings: Settings
    target: Target
    name: str = roots.DEFAULT_WORKSPACE

    @property
    def cluster_name(self) -> str:
        """The cluster's name on EMR."""
        return f"{self.settings.project}-{self.name}"

    def root(self, root: Any) -> Terraform:
        """Open a root of Terraform, initialised."""
        opened = roots.open_root(root, self.settings, self.target, workspace=self.name)
        opened.init()
        return opened

    def bucket(self) -> bucket.Bucket:
        """Open the data bucket."""
        return bucket.data(self.settings, self.target)

    def cluster(self) -> Cluster:
        """Find the cluster that is there.

        Raises:
            OrchardError: there is none; names the others that there are, here or in another region.
        """
        running = Emr(self.target).all()
        mine = [cluster for cluster in running if cluster.name == self.cluster_name]
        if not mine:
            others = [short for c in running if (short := name_within(c.name, self.settings.project))]
            elsewhere = [] if others else other_regions.clusters(self.settings.project, self.target)
            remedy = suggest(self.name, others, flag="--name") if others else "start one: ./inv up"
            if elsewhere:
                remedy = f"one was made in {elsewhere[0].region}: {elsewhere[0].look}; or {remedy}"
            raise OrchardError(f"no cluster {self.cluster_name} is running", remedy)
        return mine[0]
