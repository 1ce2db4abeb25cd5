"""Down and cleanup: the cluster, then everything, whatever state knows of it; and the proof that nothing is left."""

from orchard.aws import bucket, tags
from orchard.aws.emr import ALIVE, Cluster, Emr, name_within
from orchard.base import local_records, waiting
from orchard.base.console import YES, say
from orchard.base.errors import OrchardError, UsageError
from orchard.base.nearest import suggest
from orchard.cluster.site import Confirm, Site
from orchard.infrastructure import adoption, apply, forgotten, interfaces, other_regions, roots, service_endpoint, state
from orchard.infrastructure.removal import order

GONE = ("TERMINATED", "TERMINATED_WITH_ERRORS")


def down(site: Site, confirm: Confirm) -> None:
    """Remove the cluster and what lives with it; data, roles and the Studio stay. Twice is as good as once.

    Args:
        site: what and where.
        confirm: asks the user; called only before a cluster is ended that Terraform's state does not know.

    Raises:
        OrchardError: AWS or Terraform refuses.
        UsageError: the user did not agree, or no cluster has or had that name, and others have one; nothing was
            changed.
    """
    state.set_damaged_aside(site.target)
    _refuse_what_never_was(site)
    removed, kept = _take_down(site, confirm)
    if kept:
        say(f"What stays, at no cost by the hour: the bucket {kept} and all in it, the roles, the Studio.")
    elif state.has_foundation(site.settings, site.target):
        say(
            f"There is no cluster {site.cluster_name}.",
            "What there is of the foundation is half made: ./inv up goes on with it, ./inv cleanup removes it.",
        )
    else:
        say("There is nothing here, so nothing to take down.")
    if not removed:
        say(*(found.warning for found in other_regions.clusters(site.settings.project, site.target)))


def _refuse_what_never_was(site: Site) -> None:
    """Refuse a name that nothing has or had, where others have one: the cluster that is meant would go on costing."""
    others = sorted({*state.workspaces(site.settings, site.target), *_others(site)})
    if not others or site.name in others or Emr(site.target).clusters(site.cluster_name, (*ALIVE, *GONE)):
        return
    if not order.of_cluster(site.target, site.settings.project, site.cluster_name):
        remedy = suggest(site.name, others, flag="--name")
        raise UsageError(f"there is and was no cluster {site.cluster_name}", remedy)


def _take_down(site: Site, confirm: Confirm) -> tuple[bool, str | None]:
    """Do what `down` does, and tell it; returns whether there was anything, and the bucket that stays, if one does."""
    there = state.workspaces(site.settings, site.target)
    known = site.name in there
    if not known:
        _agree_to_end(site, confirm)
    ended = _end(site)
    foundation = site.root("foundation").outputs()
    removed = ended or known
    if known and "foundation" in foundation:
        cluster = site.root("cluster")
        forgotten.last(site.target, cluster, foundation["foundation"])
        variables = roots.cluster_variables(site.settings, site.target, foundation["foundation"])
        removed = apply.run(cluster, variables, destroy=True).changed or ended
    if left := order.of_cluster(site.target, site.settings.project, site.cluster_name):
        removed = True
        say(f"Terraform's state does not know what lived with the cluster; removing: {', '.join(left)} ...")
        _refuse_what_stays(order.remove(site.target, left))
    if "foundation" in foundation and not _others(site):  # they may use it
        service_endpoint.remove(site.target, foundation["foundation"])
    if not removed and "foundation" not in foundation:
        return False, None
    say(f"The cluster {site.cluster_name} is gone." if removed else f"There is no cluster {site.cluster_name}.")
    return removed, bucket.name(site.settings, site.target)


def cleanup(site: Site, confirm: Confirm, *, disposable: bool = False) -> None:
    """Remove everything, data included, and prove that nothing with our tag is left.

    Args:
        site: what and where.
        confirm: asks the user for the project's name.
        disposable: the bucket was made so, by this process.

    Raises:
        UsageError: the user did not type the project's name; nothing was changed.
        OrchardError: something is left; names it.
    """
    bucket_name = bucket.name(site.settings, site.target)
    project = site.settings.project
    question = (
        f"This deletes the bucket {bucket_name} with all data and results, the roles and the Studio. Type {project}: "
    )
    if confirm(question) != project:
        raise UsageError("nothing was deleted", f"type {project} when asked, or call again with --yes")
    _refuse_other_clusters(site)
    state.set_damaged_aside(site.target)
    foundation = site.root("foundation")
    outputs = foundation.outputs()
    interfaces.refuse_workspaces(site.target, outputs.get("foundation", {}))
    _take_down(site, lambda _: "yes")
    if "foundation" in outputs and state.has_foundation(site.settings, site.target):
        # The provider reads force_destroy from the state, so it must be there before the destroy.
        variables = roots.foundation_variables(site.settings, site.target, force_destroy=True)
        if not disposable:
            complete = adoption.into(foundation, variables, site.target, site.settings)
            apply.run(foundation, variables, complete=complete)
        apply.run(foundation, variables, destroy=True)
    refused = order.everything(site.target, project, tags.tagged(site.settings, site.target))
    left = tags.left(
        site.settings, site.target, lambda some: say(f"Waiting until AWS is done with {len(some)} of them ...")
    )
    if left:
        why = f" ({'; '.join(refused)})" if refused else ""
        raise OrchardError(
            f"still there: {', '.join(left)}{why}", "call again in a while; ./inv orphans says what to do"
        )
    say(f"Nothing tagged Project={project} is left.")
    if site.target.endpoint is None:  # the local AWS has none
        say(
            "EMR Studio Workspaces have no API: if you made any, delete their files' bucket prefix and the Workspaces "
            "themselves in the EMR console."
        )
    say(
        *(found.warning for found in other_regions.clusters(project, site.target)),
    )
    local_records.forget(site.target.state_dir.parent)
    with waiting.shown("the local AWS: ending"):
        site.target.stop()


def _agree_to_end(site: Site, confirm: Confirm) -> None:
    """Ask before a cluster is ended that has our name and that no state here knows.

    Raises:
        OrchardError: it has not our tag.
        UsageError: the user did not agree.
    """
    for cluster in Emr(site.target).clusters(site.cluster_name):
        told = site.target.client("emr").describe_cluster(ClusterId=cluster.id)["Cluster"]
        if {"Key": "Project", "Value": site.settings.project} not in told.get("Tags", []):
            raise OrchardError(
                f"the cluster {cluster.id} is called {cluster.name} and has no tag Project={site.settings.project}",
                f"if it is yours: aws emr terminate-clusters --cluster-ids {cluster.id}",
            )
        say(
            f"Terraform's state here does not know the cluster {cluster.id} ({cluster.state}); its tags say it is ours."
        )
        if confirm("It ends, with all that runs on it. Go on? Type yes: ") not in YES:
            raise UsageError("the cluster was left as it is", "type yes when asked, or call again with --yes")


def _refuse_what_stays(refused: list[str]) -> None:
    if refused:
        raise OrchardError(f"still there: {'; '.join(refused)}", "call again in a while; ./inv orphans says what to do")


def _end(site: Site) -> bool:
    """End the cluster before anything else is done: it is what costs, whatever fails afterwards.

    Returns:
        whether there was one.
    """
    ended = Emr(site.target).end(site.cluster_name)
    wait_until_gone(site)
    return ended


def wait_until_gone(site: Site) -> list[Cluster]:
    """Wait until the cluster is TERMINATED: until then its nodes cost, and its security groups cannot be deleted."""
    told: list[str] = []

    def tell(cluster: Cluster) -> None:
        if cluster.state not in told:
            say(f"The cluster {cluster.id} is {cluster.state}: waiting until it is TERMINATED ...")
            told.append(cluster.state)

    with waiting.shown(f"{site.cluster_name}: waiting for its end"):
        return Emr(site.target).until_gone(site.cluster_name, tell)


def _others(site: Site) -> dict[str, str]:
    """Find the project's other clusters: full names by the names that `--name` takes."""
    found = {
        name_within(cluster.name, site.settings.project): cluster.name for cluster in Emr(site.target).all(tags.ENDING)
    }
    return {name: whole for name, whole in found.items() if name not in (None, site.name)}


def _refuse_other_clusters(site: Site) -> None:
    for name, whole in _others(site).items():
        raise UsageError(f"another cluster stands on this foundation: {whole}", f"./inv down --name {name} first")
