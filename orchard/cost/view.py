"""Costs on a screen: before a cluster is made, and before a run."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table

from orchard.aws.layout import JOBS
from orchard.aws.target import Target
from orchard.base import durations
from orchard.base.config import Settings
from orchard.base.console import screen
from orchard.base.counts import images_a_second
from orchard.cost import estimate, parts
from orchard.cost.estimate import Forgotten
from orchard.cost.expected import expect
from orchard.cost.money import shown_in
from orchard.cost.prices import rates


def statement(settings: Settings, target: Target) -> list[str]:
    """Say what starting the cluster will cost, and what ends it, in lines for people."""
    table, nodes, say = rates(settings.region), parts.nodes_of(settings), shown_in(settings).say
    hourly = parts.per_hour(nodes, table, nat=settings.network == "private")
    cluster = f"Cluster: {sum(kind.count for kind in nodes)} x {settings.instance_type} in {settings.region}"
    idle = f"ends itself after {settings.idle_timeout // 60} min without work"
    guards = f"{idle}, at the latest after {settings.max_lifetime} h"
    if not target.charges:
        price = f"{cluster}, emulated on this machine: costs nothing."
    elif hourly is None:
        price = f"{cluster}; Orchard has no price for this type in this region (./inv cost --refresh)."
    else:
        price = f"{cluster}: {say(hourly.total)} per hour (EC2, EMR, disks; prices of {table.date}), plus requests."
        guards += f": at most {say(hourly.over(settings.max_lifetime).total)} a launch"
    return [price, f"It {guards}."]


def before(settings: Settings, count: int, *, counted: bool, free: bool, console: Console | None = None) -> None:
    """Print what a run would cost, and what forgetting the cluster would.

    Args:
        settings: the cluster's and the run's.
        count: how many photographs.
        counted: whether they were counted here, or are the published data set's.
        free: whether the target charges nothing, so that all this is what AWS would charge.
        console: where to print.

    Raises:
        OrchardError: there is no price for the cluster's nodes in the region.
    """
    console, money, found = console or screen(), shown_in(settings), expect(settings, count)
    cluster = f"{sum(kind.count for kind in found.nodes)} x {settings.instance_type} in {settings.region}"
    if free:
        console.print(f"The local target costs nothing. On AWS, {cluster} would cost:")
    else:
        console.print(f"Estimated for {cluster}:")
    shown = Table(show_footer=True)
    shown.add_column("", "total")
    spans_of = (("an hour", found.hourly), ("the run", found.run), ("with the cluster's start", found.whole))
    for title, amount in spans_of:
        shown.add_column(title, money.say(amount.total), justify="right")
    for name, text in parts.NAMES.items():
        shown.add_row(text, *(money.say(getattr(amount, name)) for _, amount in spans_of))
    console.print(shown)

    lasts, asked, table = found.lasts, found.requests, found.table
    measured, assumed = estimate.measured()["features"], estimate.measured()["assumptions"]
    source = "counted here" if counted else "as published"
    spans = [f"{job} {durations.say(spent)} ({images_a_second(count / spent)})" for job, spent in lasts.jobs.items()]
    spans += [f"{job} not counted (never measured)" for job in estimate.unmeasured()]
    console.print(
        f"The run: --mode {settings.mode}, {count:,} photographs ({source}), about {durations.say(lasts.steps)}: "
        f"{', '.join(spans)} on {found.vcpus} vCPUs, {durations.say(lasts.step_starts)} for {len(JOBS)} steps to "
        "start; "
        f"before it about {assumed['cluster_start_minutes']} min until the cluster is ready. "
        f"{sum(asked.values()):,} requests to S3 ({', '.join(f'{number:,} {name}' for name, number in asked.items())})."
    )
    console.print(_forgotten(settings, found.forgotten))
    console.print(f"The guards bound it: no cluster costs more than {money.say(found.most)} unless you extend it.")
    console.print(
        f"Measured: {measured['images_per_second_per_core']:g} images/s a core ({measured['date']}, "
        f"{measured['machine']}). Assumed, never measured on AWS: a vCPU does "
        f"{assumed['vcpu_share_of_core']:.0%} of that, and the times to start. Prices of {table.date} ({table.source})."
        + (f" {money.note[0].upper()}{money.note[1:]}." if money.note else "")
        + (" Spot nodes are counted at the price on demand." if len(found.nodes) > 1 else "")
        + (" The NAT gateway's charge by the GB is not in it." if settings.network == "private" else ""),
        style="dim",
    )


def _forgotten(settings: Settings, costs: Mapping[str, Forgotten]) -> Table:
    say = shown_in(settings).say
    idle, life = durations.say(settings.idle_timeout), f"{settings.max_lifetime} h"
    table = Table(title="A cluster that is left alone for", title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column(f"idle: ends after {idle}", justify="right")
    table.add_column(f"busy: ends after {life}", justify="right")
    table.add_column("without guards", justify="right")
    for name, cost in costs.items():
        table.add_row(name, *(say(amount) for amount in cost))
    return table
