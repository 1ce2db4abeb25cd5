"""The status as a person reads it, in any width from 80 columns on."""

from datetime import datetime

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from orchard.aws.emr import OPEN
from orchard.base import durations
from orchard.base.language import headed, marked, tr
from orchard.base.progress import counted
from orchard.cluster.status import step_lines
from orchard.cluster.status.model import Canary, Cluster, Ended, Orphan, Status, Step
from orchard.cluster.status.parts import LINE, WIDTH, clock, coloured
from orchard.cost.money import Money

SHOWN_ENDED = 3
SHOWN_ORPHANS = 8
TITLE = WIDTH - 6  # columns of a panel's title
FACT = LINE - len("canary ")  # columns of what stands beside a cluster's facts
ENDS = {"TERMINATED": marked("terminated"), "TERMINATED_WITH_ERRORS": marked("terminated with errors")}
ROLES = {"MASTER": marked("primary"), "CORE": marked("core"), "TASK": marked("task"), "UNKNOWN": marked("other")}


def render(status: Status, money: Money) -> RenderableType:
    """Draw the status.

    Args:
        status: what to tell.
        money: the currency to tell it in.
    """
    parts: list[RenderableType] = [_head(status, money)]
    parts += [_cluster(cluster, status, money) for cluster in status.clusters]
    if not status.clusters:
        here = f"No cluster is running in {status.region}."
        nothing = here if status.elsewhere else "No cluster is running, so nothing costs by the hour."
        parts.append(Text(tr(nothing), style="bold"))
    known = [cluster.usd_per_hour for cluster in status.clusters if cluster.usd_per_hour is not None]
    if len(status.clusters) > 1 and known and not status.emulated:
        parts.append(Text(tr(f"All together {money.say(sum(known))} per hour."), style="bold"))
    if status.ended:
        parts.append(_ended(status.ended[:SHOWN_ENDED], status.taken))
    if status.elsewhere:
        rows = [(there.name + tr(" in ") + there.region, there.look) for there in status.elsewhere]
        parts.append(_listed(tr("Made elsewhere, not taken down, and perhaps running at a cost"), rows))
    if status.orphans:
        parts.append(_orphans(status.orphans))
    if status.missing:
        rows = [(tr(missing.what), tr(missing.why)) for missing in status.missing]
        parts.append(_listed(tr("Could not be found out"), rows))
    return Group(*parts)


def lines(status: Status) -> list[str]:
    """Say in a line a cluster what changes from look to look, for where nothing can be redrawn."""
    clusters = []
    for cluster in status.clusters:
        steps = [f"{step.name} {step.state}{_phase(step)}" for step in reversed(cluster.steps) if step.state in OPEN]
        overdue = _overdue(cluster) if cluster.hard_limit and cluster.hard_limit.overdue else []
        clusters.append("; ".join([f"{cluster.name} {cluster.state}", *overdue, *steps]))
    return clusters or [tr("no cluster is running")]


def _phase(step: Step) -> str:
    if step.progress is None:
        return ""
    return f" ({tr(step.progress.phase)} {counted(step.progress.model_dump())}".rstrip() + ")"


def _head(status: Status, money: Money) -> RenderableType:
    title = status.project + tr(" in ") + status.region + (tr(", emulated on this machine") if status.emulated else "")
    grid = Table.grid(expand=True, padding=(0, 1))
    grid.add_column()
    grid.add_column(justify="right", no_wrap=True)
    grid.add_row(Text(title, style="bold"), f"{status.taken:%Y-%m-%d %H:%M:%S} UTC")
    rows: list[RenderableType] = [grid]
    for studio in status.studios:
        rows.append(Text.assemble(("Studio ", "bold"), studio.name, " ", (studio.id, "dim")))
        rows.append(Text(f"  {studio.url}", style="dim", overflow="fold"))
    if budget := status.budget:
        limit = tr(f"{money.say(budget.usd_limit)} a month")
        spent = "" if budget.usd_spent is None else tr(f", {money.say(budget.usd_spent)} spent (AWS counts hours late)")
        rows.append(Text.assemble(("Budget ", "bold"), limit, spent))
    return Group(*rows)


def _cluster(cluster: Cluster, status: Status, money: Money) -> RenderableType:
    body = Table.grid(padding=(0, 1))
    body.add_column(style="bold", no_wrap=True)
    body.add_column(overflow="fold")
    title = Text.assemble((cluster.name, "bold"), " ", (cluster.id, "dim"), " ", coloured(cluster.state))
    if len(title) > TITLE:
        title = Text.assemble((cluster.name, "bold"), " ", coloured(cluster.state))
        body.add_row("id", Text(cluster.id, style="dim"))
    body.add_row(tr("nodes"), _nodes(cluster))
    body.add_row(tr("cost"), _cost(cluster, status, money))
    body.add_row(tr("ends"), _ends(cluster, status.taken))
    if cluster.canary:
        body.add_row(tr("canary"), _canary(cluster.canary, status.taken))
    if cluster.reason and cluster.state not in ("WAITING", "RUNNING"):
        body.add_row(tr("why"), tr(cluster.reason))
    parts: list[RenderableType] = [body]
    if steps := step_lines.shown(cluster.steps):
        parts += [Text(), step_lines.draw(steps, status.taken)]
        if more := len(cluster.steps) - len(steps):
            parts.append(Text(tr(f"and {more} more before"), style="dim"))
    up = durations.say(cluster.uptime_seconds)
    return Panel(
        Group(*parts), title=title, title_align="left", subtitle=tr(f"up {up}"), subtitle_align="right", box=box.ROUNDED
    )


def _nodes(cluster: Cluster) -> str:
    flavour = ", ".join(word for word in (cluster.release_label, cluster.notebook) if word)
    if not cluster.nodes:
        return ", ".join(word for word in (tr("none yet" if cluster.ready is None else "not known"), flavour) if word)
    spot = {"SPOT": tr(" on Spot")}
    kinds = [f"{kind.count} {tr(ROLES[kind.role])}{spot.get(kind.market, '')}" for kind in cluster.nodes]
    types = sorted({kind.instance_type for kind in cluster.nodes})
    count = sum(kind.count for kind in cluster.nodes)
    return f"{count} x {tr(' and ').join(types)} ({', '.join(kinds)})" + (f", {flavour}" if flavour else "")


def _cost(cluster: Cluster, status: Status, money: Money) -> str:
    if cluster.usd_per_hour is None or cluster.usd_so_far is None:
        return tr("not known" if cluster.nodes or cluster.ready else "nothing yet")
    hourly, sofar = money.say(cluster.usd_per_hour), money.say(cluster.usd_so_far)
    if status.emulated:
        return tr(f"emulated, cost nothing; on AWS {sofar} so far, {hourly} per hour")
    return tr(f"{sofar} so far, {hourly} per hour (prices of {status.prices_of})")


def _ends(cluster: Cluster, now: datetime) -> RenderableType:
    idle, limit = cluster.idle, cluster.hard_limit
    if idle is None and not cluster.nodes:
        when_idle = Text(tr("its nodes will tell of its idle time-out"), style="dim")
    elif idle is None:
        when_idle = Text(tr("not when idle: no idle time-out is known"), style="yellow")
    elif idle.strikes_at is None:
        when_idle = Text(tr(f"{durations.say(idle.timeout_seconds)} after its last work"))
    else:
        left = durations.say(idle.strikes_at - now)
        when_idle = Text(tr(f"at {clock(idle.strikes_at, now)} if nothing comes (in {left})"))
    if limit is None:
        return Group(when_idle, Text(tr("no hard limit is known"), style="yellow"))
    if not limit.enabled:
        return Group(when_idle, Text(tr("the schedule of its hard limit is switched off"), style="red"))
    if limit.overdue:
        return Group(*(Text(part, style="bold white on red") for part in _overdue(cluster)), when_idle)
    left = durations.say(limit.strikes_at - now)
    at = tr(f"at {clock(limit.strikes_at, now)} whatever it does (in {left})")
    later = f"./inv extend 2h{_name(cluster)}"
    if len(f"{at} {later}") > FACT:  # a command is copied, so it stays in one piece
        return Group(when_idle, Text(at), Text(later, style="dim"))
    return Group(when_idle, Text.assemble(at, " ", (later, "dim")))


def _overdue(cluster: Cluster) -> list[str]:
    """Shout that a cluster lives past its hard limit, in words that are the same at the next look."""
    end = f"{cluster.hard_limit.strikes_at:%Y-%m-%d %H:%M} UTC" if cluster.hard_limit else ""
    failed = tr(f"IT SHOULD HAVE ENDED AT {end}, AND LIVES: its schedule failed")
    return [failed, tr(f"end it: ./inv down{_name(cluster)}")]


def _name(cluster: Cluster) -> str:
    return "" if cluster.short_name == "default" else f" --name {cluster.short_name}"


def _canary(canary: Canary, now: datetime) -> RenderableType:
    when = clock(canary.ended, now)
    said = tr(f"passed at {when}: {canary.found}" if canary.passed else f"failed at {when}: {canary.found}")
    rows = [Text(said) if canary.passed else Text(said, style="red")]
    rows += [Text(tr(warning), style="yellow") for warning in canary.warnings]
    return Group(*rows, *([Text(tr(canary.remedy), style="dim")] if canary.remedy else []))


def _ended(ended: list[Ended], now: datetime) -> RenderableType:
    rows = []
    for cluster in ended:
        moment = tr(f" at {clock(cluster.ended, now)}") if cluster.ended else ""
        lived = tr(f", after {durations.say(cluster.ended - cluster.created)}") if cluster.ended else ""
        state = tr(ENDS.get(cluster.state, cluster.state))
        why = tr(cluster.reason or "no reason given")
        rows.append((f"{cluster.name} {cluster.id}", headed(f"{state}{moment}{lived}", why)))
    return _listed(tr("Ended lately"), rows)


def _orphans(orphans: list[Orphan]) -> RenderableType:
    rows = [(orphan.what, tr(orphan.remedy)) for orphan in orphans[:SHOWN_ORPHANS]]
    if (more := len(orphans) - SHOWN_ORPHANS) > 0:
        rows.append((tr(f"and {more} more"), "./inv orphans"))
    return _listed(tr("Orphaned: tagged, and in none of the Terraform states known here"), rows)


def _listed(title: str, rows: list[tuple[str, str]]) -> RenderableType:
    parts: list[RenderableType] = [Text(title, style="bold")]
    for what, more in rows:
        parts += [Padding(Text(what, overflow="fold"), (0, 0, 0, 2)), Padding(Text(more, style="dim"), (0, 0, 0, 4))]
    return Group(*parts)
