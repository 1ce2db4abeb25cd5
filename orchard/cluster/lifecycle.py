"""Up and down: the foundation that stays, the cluster that comes and goes, and the proof that nothing is left."""

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from orchard.aws import bucket, scheduler, tags
from orchard.aws.emr import Cluster, Emr, name_within
from orchard.base.console import say
from orchard.base.errors import OrchardError, UsageError
from orchard.base.nearest import suggest
from orchard.cluster import life_guard
from orchard.cluster.site import Site
from orchard.cost.view import statement
from orchard.infrastructure import (
    account,
    apply,
    bootstrap,
    forgotten,
    interfaces,
    roots,
    second_plan,
    service_endpoint,
    state,
)
from orchard.infrastructure.terraform import Plan, Terraform
from orchard.machine import packages

Confirm = Callable[[str], str]
ENDS_WITHIN = 20 * 60  # seconds that a cluster may take from TERMINATING to TERMINATED


def plan(site: Site) -> None:
    """Print what `up` would do, root by root, and change nothing."""
    foundation = site.root("foundation")
    saved = foundation.plan(roots.foundation_variables(site.settings, site.target))
    print(foundation.show(saved))
    outputs = foundation.outputs()
    if "foundation" not in outputs:
        say("The cluster's plan needs the foundation to exist: it comes after ./inv up --only foundation.")
    else:
        cluster = site.root("cluster")
        variables = roots.cluster_variables(site.settings, site.target, outputs["foundation"])
        print(cluster.show(cluster.plan(variables)))
    say(*statement(site.settings, site.target))


def up(
    site: Site,
    *,
    only: str | None,
    confirm: Confirm,
    meanwhile: Callable[[threading.Event], None] = lambda ended: None,
    disposable: bool = False,
) -> None:
    """Make the foundation and the cluster, as far as they are not there.

    Args:
        site: what and where.
        only: `foundation` to stop after it.
        confirm: asks the user; called only before something that costs money.
        meanwhile: is done while the cluster starts; the bucket is there by then. It is given an event that is set when
            Terraform has ended, well or not.
        disposable: make the bucket so that a later destroy may delete it with all in it.

    Raises:
        OrchardError: Terraform's or EMR's refusal; what was made is in the state, and `up` goes on there. Or packages
            that jobs need on this machine cannot be installed; nothing was changed then.
        UsageError: the user did not agree; nothing was changed.
    """
    if only not in (None, "foundation"):
        raise UsageError(f"--only {only} is not a part", "the part to make alone is the foundation")
    if only is None:
        say(*statement(site.settings, site.target))
        _agree(site, confirm)
        packages.require(*site.target.packages)
    foundation = site.root("foundation")
    account.prepare("foundation", site.settings, site.target)
    apply.run(foundation, roots.foundation_variables(site.settings, site.target, force_destroy=disposable))
    outputs = foundation.outputs()
    if only:
        return
    cluster = site.root("cluster")
    _say_why_it_ended(site, cluster, outputs["foundation"])
    bootstrap.upload(bucket.Bucket(site.target, outputs["bucket"]))
    variables = roots.cluster_variables(site.settings, site.target, outputs["foundation"])
    account.prepare("cluster", site.settings, site.target)
    with life_guard.over(site), _alongside(meanwhile):
        done = apply.run(cluster, variables, agree=lambda saved: _agree_to_replace(site, cluster, saved, confirm))
    if done.changed and site.target.charges:
        second_plan.warn(cluster, variables)
    made = site.cluster()
    limit = scheduler.hard_limit(site.target.client("scheduler"), made.name)
    end = f" It ends at {limit.ends_at:%Y-%m-%d %H:%M} UTC at the latest." if limit else ""
    say(f"The cluster {made.name} ({made.id}) is {made.state}.{end}")


def down(site: Site) -> None:
    """Remove the cluster and what lives with it; data, roles and the Studio stay. Twice is as good as once."""
    if site.name in (there := state.workspaces(site.settings, site.target)):
        _end(site)
    foundation = site.root("foundation").outputs()
    if "foundation" not in foundation:
        say("There is nothing here, so nothing to take down.")
        return
    removed = False
    if site.name in there:
        cluster = site.root("cluster")
        forgotten.last(site.target, cluster, foundation["foundation"])
        variables = roots.cluster_variables(site.settings, site.target, foundation["foundation"])
        removed = apply.run(cluster, variables, destroy=True).changed
    left = _wait_until_gone(site)
    if left:
        raise OrchardError(
            f"the cluster {left[0].id} is {left[0].state}, and Terraform's state here does not know it (any more)",
            f"look again: ./inv status; if it stays: aws emr terminate-clusters --cluster-ids {left[0].id}",
        )
    if not _others(site):  # they may use it
        service_endpoint.remove(site.target, foundation["foundation"])
    hint = f" Of --name {site.name}: {suggest(site.name, there)}" if there and not removed else ""
    say(f"The cluster {site.cluster_name} is gone." if removed else f"There is no cluster {site.cluster_name}.{hint}")
    say(f"What stays, at no cost by the hour: the bucket {foundation['bucket']} and all in it, the roles, the Studio.")


def cleanup(site: Site, confirm: Confirm, *, disposable: bool = False) -> None:
    """Remove everything, data included, and prove that nothing with our tag is left.

    Args:
        site: what and where.
        confirm: asks the user for the project's name.
        disposable: the bucket was made so.

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
    foundation = site.root("foundation")
    interfaces.refuse_workspaces(site.target, foundation.outputs().get("foundation", {}))
    down(site)
    if "foundation" in foundation.outputs():
        # The provider reads force_destroy from the state, so it must be there before the destroy.
        variables = roots.foundation_variables(site.settings, site.target, force_destroy=True)
        if not disposable:
            apply.run(foundation, variables)
        apply.run(foundation, variables, destroy=True)
    left = tags.left(
        site.settings, site.target, lambda some: say(f"Waiting until AWS is done with {len(some)} of them ...")
    )
    if left:
        raise OrchardError(f"still there: {', '.join(left)}", "delete these by hand: Terraform does not know them")
    say(
        f"Nothing tagged Project={project} is left.",
        "EMR Studio Workspaces have no API: if you made any, delete their files' bucket prefix and the Workspaces "
        "themselves in the EMR console.",
    )
    site.target.stop()


def _agree(site: Site, confirm: Confirm) -> None:
    if not site.target.charges or Emr(site.target).clusters(site.cluster_name):
        return
    if confirm("Go on? Type yes: ") != "yes":
        raise UsageError("nothing was changed", "type yes when asked, or call again with --yes")


def _agree_to_replace(site: Site, root: Terraform, saved: Plan, confirm: Confirm) -> None:
    """Ask before a plan ends the cluster that is running to make another, as a change of its flavour does."""
    alive = Emr(site.target).clusters(site.cluster_name)
    replaced = root.replaced(saved, "aws_emr_cluster") if alive else []
    if not replaced:
        return
    say(
        f"This ends the cluster {alive[0].id}, with all that runs on it, and makes another, because of: "
        f"{', '.join(replaced)}."
    )
    if confirm("Go on? Type yes: ") != "yes":
        raise UsageError("the cluster was left as it is", "type yes when asked, or call again with --yes")


def _say_why_it_ended(site: Site, root: Terraform, foundation: Mapping[str, Any]) -> None:
    """Name the cluster that was here last, when the one that `up` makes now takes the place of one that ended."""
    last = forgotten.last(site.target, root, foundation)
    if last and last.state.startswith("TERMINATED"):
        say(f"The cluster {last.id} has ended ({last.reason or last.state}), so a new one is made.")


def _end(site: Site) -> None:
    """End the cluster before anything else is done: it is what costs, whatever fails afterwards."""
    if Emr(site.target).end(site.cluster_name):
        _wait_until_gone(site)


def _wait_until_gone(site: Site) -> list[Cluster]:
    """Wait until the cluster is TERMINATED: until then its nodes cost, and its security groups cannot be deleted."""
    told: list[str] = []

    def tell(cluster: Cluster) -> None:
        if cluster.state not in told:
            say(f"The cluster {cluster.id} is {cluster.state}: waiting until it is TERMINATED ...")
            told.append(cluster.state)

    return Emr(site.target).until_gone(site.cluster_name, ENDS_WITHIN, tell)


def _others(site: Site) -> dict[str, str]:
    """Find the project's other clusters: full names by the names that `--name` takes."""
    found = {
        name_within(cluster.name, site.settings.project): cluster.name for cluster in Emr(site.target).all(tags.ENDING)
    }
    return {name: whole for name, whole in found.items() if name not in (None, site.name)}


def _refuse_other_clusters(site: Site) -> None:
    for name, whole in _others(site).items():
        raise UsageError(f"another cluster stands on this foundation: {whole}", f"./inv down --name {name} first")


@contextmanager
def _alongside(work: Callable[[threading.Event], None]) -> Iterator[None]:
    """Do `work` in a thread while the body runs; its exception is raised after the body."""
    ended = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        doing = pool.submit(work, ended)
        try:
            yield
        finally:
            ended.set()
        doing.result()
