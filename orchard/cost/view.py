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
from orchard.base.language import tr
from orchard.cost import estimate, growth, parts
from orchard.cost.estimate import Forgotten
from orchard.cost.expected import Expected, expect
from orchard.cost.money import Money, shown_in
from orchard.cost.prices import rates


def statement(settings: Settings, target: Target) -> list[str]:
    """Say what starting the cluster will cost, and what ends it, in lines for people."""
    table, nodes, say = rates(settings.region), parts.nodes_of(settings), shown_in(settings).say
    hourly = parts.per_hour(nodes, table, nat=settings.network == "private")
    cluster = f"Cluster: {sum(kind.count for kind in nodes)} x {settings.instance_type} in {settings.region}"
    idle, life = settings.idle_timeout // 60, settings.max_lifetime
    guards = f"It ends itself after {idle} min without work, at the latest after {life} h."
    if not target.charges:
        price = f"{cluster}, emulated on this machine: costs nothing."
    elif hourly is None:
        price = f"{cluster}; Orchard has no price for this type in this region (./inv cost --refresh)."
    else:
        price = f"{cluster}: {say(hourly.total)} per hour (EC2, EMR, disks; prices of {table.date}), plus requests."
        most = say(hourly.over(life).total)
        guards = f"It ends itself after {idle} min without work, at the latest after {life} h: at most {most} a launch."
    return [price, guards]


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
    cluster = tr(f"{sum(kind.count for kind in found.nodes)} x {settings.instance_type} in {settings.region}")
    console.print(
        tr(f"The local target costs nothing. On AWS, {cluster} would cost:" if free else f"Estimated for {cluster}:")
    )
    shown = Table(show_footer=True)
    shown.add_column("", tr("total"))
    spans_of = (
        (tr("an hour"), found.hourly),
        (tr("the run"), found.run),
        (tr("with the cluster's start"), found.whole),
    )
    for title, amount in spans_of:
        shown.add_column(title, tr(money.say(amount.total)), justify="right")
    for name, text in parts.NAMES.items():
        shown.add_row(tr(text), *(tr(money.say(getattr(amount, name))) for _, amount in spans_of))
    console.print(shown)
    console.print(*_run(settings, found, count, counted=counted))
    if spread := _spread(settings, found, money):
        console.print(spread)
    if short := growth.warning(count, settings):
        console.print(short)
    console.print(_forgotten(settings, found.forgotten))
    console.print(tr(f"The guards bound it: no cluster costs more than {money.say(found.most)} unless you extend it."))
    console.print(*_rests_on(settings, found), style="dim")


def _run(settings: Settings, found: Expected, count: int, *, counted: bool) -> list[str]:
    """Say how long the run takes, and what it asks of S3."""
    lasts, asked = found.lasts, found.requests
    number = f"{count:,} photographs ({'counted here' if counted else 'as published'})"
    paces = {job: f"{durations.say(spent)} ({images_a_second(count / spent)})" for job, spent in lasts.jobs.items()}
    spans = [tr(f"{job} {pace}") for job, pace in paces.items()]
    spans += [tr(f"{job} not counted (never measured)") for job in estimate.unmeasured()]
    start, ready = durations.say(lasts.step_starts), estimate.measured()["assumptions"]["cluster_start_minutes"]
    each = ", ".join(f"{number:,} {name}" for name, number in asked.items())
    return [
        tr(f"The run: --mode {settings.mode}, {number}, about {durations.say(lasts.steps)}:"),
        tr(f"{', '.join(spans)} on {found.vcpus} vCPUs, {start} for {len(JOBS)} steps to start;"),
        tr(f"before it about {ready} min until the cluster is ready."),
        tr(f"{sum(asked.values()):,} requests to S3 ({each})."),
    ]


def _spread(settings: Settings, found: Expected, money: Money) -> str:
    """Say between what the run's time and cost lie; nothing of a run so short that both ends read the same."""
    (quick, least), (slow, most) = found.spread
    bounds = estimate.spread(settings)
    how = tr(bounds["how"])
    if (durations.say(quick.steps), money.say(least.total)) == (durations.say(slow.steps), money.say(most.total)):
        return ""
    times = tr(f"{durations.say(quick.steps)} to {durations.say(slow.steps)}")
    if bounds != estimate.measured()["features"]["spread"]:
        return tr(
            f"The speed of such nodes is a guess ({how}): {times}, and {money.say(least.total)} to "
            f"{money.say(most.total)} with the cluster's start."
        )
    return tr(
        f"As the pace varied where it was measured ({how}): {times}, and {money.say(least.total)} to "
        f"{money.say(most.total)} with the cluster's start."
    )


def _rests_on(settings: Settings, found: Expected) -> list[str]:
    """Say what has been measured, what is assumed, and what is not in it."""
    measured, table, note = estimate.measured()["features"], found.table, shown_in(settings).note
    speed, chip = measured["images_per_second_per_core"], estimate.processor(settings)
    told = [
        tr(f"Measured: {speed:g} images/s a core ({measured['date']}, {measured['machine']})."),
        tr(
            f"Assumed, never measured on AWS: a vCPU of {settings.instance_type} ({tr(chip.name)}) does "
            f"{chip.speed_of_vcpu:.0%} of that, and the times to start."
        ),
        tr(f"Prices of {table.date} ({table.source})."),
        f"{tr(note)}." if note else "",
        tr("Spot nodes are counted at the price on demand.") if len(found.nodes) > 1 else "",
        tr("The NAT gateway's charge by the GB is not in it.") if settings.network == "private" else "",
    ]
    return [sentence for sentence in told if sentence]


def _forgotten(settings: Settings, costs: Mapping[str, Forgotten]) -> Table:
    say = shown_in(settings).say
    idle, life = durations.say(settings.idle_timeout), f"{settings.max_lifetime} h"
    table = Table(title=tr("A cluster that is left alone for"), title_justify="left", title_style="bold")
    table.add_column("")
    table.add_column(tr(f"idle: ends after {idle}"), justify="right")
    table.add_column(tr(f"busy: ends after {life}"), justify="right")
    table.add_column(tr("without guards"), justify="right")
    for name, cost in costs.items():
        table.add_row(tr(name), *(tr(say(amount)) for amount in cost))
    return table
