"""Up: the foundation that stays, and the cluster that comes and goes."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

from orchard.aws import bucket, scheduler
from orchard.aws.emr import STARTING, Cluster, Emr
from orchard.base.console import YES, say
from orchard.base.errors import UsageError
from orchard.cluster import life_guard, teardown
from orchard.cluster.site import Confirm, Site
from orchard.cost.view import statement
from orchard.infrastructure import (
    account,
    adoption,
    apply,
    bootstrap,
    forgotten,
    plan_document,
    roots,
    second_plan,
    state,
)
from orchard.infrastructure.terraform import Plan, Terraform
from orchard.machine import packages


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


def check_part(only: str | None) -> None:
    """Refuse a part that `up` does not make alone.

    Raises:
        UsageError: it is one.
    """
    if only not in (None, "foundation"):
        raise UsageError(
            f"up makes no part {only} alone", "the foundation is one (--only foundation); without --only it makes all"
        )


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
    check_part(only)
    if only is None:
        say(*statement(site.settings, site.target))
        _agree(site, confirm)
        packages.require(*site.target.packages)
    state.set_damaged_aside(site.target)
    foundation = site.root("foundation")
    account.prepare("foundation", site.settings, site.target)
    variables = roots.foundation_variables(site.settings, site.target, force_destroy=disposable)
    apply.run(foundation, variables, complete=adoption.into(foundation, variables, site.target, site.settings))
    outputs = foundation.outputs()
    if only:
        return
    cluster = site.root("cluster")
    _say_why_it_ended(site, cluster, outputs["foundation"])
    bootstrap.upload(bucket.Bucket(site.target, outputs["bucket"]))
    variables = roots.cluster_variables(site.settings, site.target, outputs["foundation"])
    account.prepare("cluster", site.settings, site.target)
    teardown.wait_until_gone(site)  # one that is ending would be taken for one that is there
    with life_guard.over(site), _alongside(meanwhile):
        done = apply.run(
            cluster,
            variables,
            agree=lambda saved: _agree_to_replace(site, cluster, saved, confirm),
            complete=adoption.into(cluster, variables, site.target, site.settings),
        )
    if done.changed and site.target.charges:
        second_plan.warn(cluster, variables)
    made = _wait_until_ready(site)
    limit = scheduler.hard_limit(site.target.client("scheduler"), made.name)
    end = f" It ends at {limit.ends_at:%Y-%m-%d %H:%M} UTC at the latest." if limit else ""
    say(f"The cluster {made.name} ({made.id}) is {made.state}.{end}")


def _agree(site: Site, confirm: Confirm) -> None:
    if not site.target.charges or Emr(site.target).clusters(site.cluster_name):
        return
    if confirm("Go on? Type yes: ") not in YES:
        raise UsageError("nothing was changed", "type yes when asked, or call again with --yes")


def _agree_to_replace(site: Site, root: Terraform, saved: Plan, confirm: Confirm) -> None:
    """Ask before a plan ends the cluster that is running to make another, as a change of its flavour does."""
    alive = Emr(site.target).clusters(site.cluster_name)
    replaced = plan_document.replaced(root.show_json(saved), "aws_emr_cluster") if alive else []
    if not replaced:
        return
    say(
        f"This ends the cluster {alive[0].id}, with all that runs on it, and makes another, because of: "
        f"{', '.join(replaced)}."
    )
    if confirm("Go on? Type yes: ") not in YES:
        raise UsageError("the cluster was left as it is", "type yes when asked, or call again with --yes")


def _say_why_it_ended(site: Site, root: Terraform, foundation: Mapping[str, Any]) -> None:
    """Name the cluster that was here last, when the one that `up` makes now takes the place of one that ended."""
    last = forgotten.last(site.target, root, foundation)
    if last and last.state.startswith("TERMINATED"):
        say(f"The cluster {last.id} has ended ({last.reason or last.state}), so a new one is made.")


def _wait_until_ready(site: Site) -> Cluster:
    """Wait for a cluster that was starting when it was taken into the state: Terraform waits for its own alone.

    Raises:
        OrchardError: it has ended meanwhile.
    """
    while (made := site.cluster()).state in STARTING:
        time.sleep(site.target.poll_interval)
    return made


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
