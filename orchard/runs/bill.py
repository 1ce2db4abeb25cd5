"""What a run has cost, on a screen."""

from rich.console import Console
from rich.table import Table

from orchard.base import durations
from orchard.base.config import Settings
from orchard.base.console import screen
from orchard.base.errors import OrchardError
from orchard.base.language import tr
from orchard.cost import parts
from orchard.cost.money import shown_in
from orchard.runs.run_record_model import RunRecord


def after(record: RunRecord, settings: Settings, console: Console | None = None) -> None:
    """Print what a run has cost, from its record.

    Args:
        record: completed.
        settings: the currency's.
        console: where to print.

    Raises:
        OrchardError: it has not ended, or there is no price for its nodes.
    """
    console, money, cost = console or screen(), shown_in(settings), record.cost
    if not record.is_over:
        states = ", ".join(f"{step.job} {step.state}" for step in record.steps)
        raise OrchardError(
            f"the run {record.run} has not ended ({states}), so its cost is not known yet",
            "see it going on: ./inv status",
        )
    if cost is None:
        raise OrchardError(
            f"the run {record.run} cannot be priced: no step ever started, or the table lacks its instance type",
            "./inv cost --refresh --target aws reads prices from AWS",
        )
    nodes = ", ".join(f"{g.count} x {g.instance_type} {g.role.lower()}" for g in record.cluster.instance_groups)
    console.print(tr(f"Run {record.run} on {record.cluster.name} ({record.cluster.id}): {nodes}, {record.region}"))
    if cost.emulated:
        console.print(tr("Emulated, cost nothing; the same time on AWS would cost:"))
    table = Table(show_footer=True)
    table.add_column("", tr("total"))
    table.add_column(tr("the run"), tr(money.say(cost.total)), justify="right")
    for name, text in parts.NAMES.items():
        table.add_row(tr(text), tr(money.say(cost.parts.get(name, 0.0))))
    console.print(table)
    spans = []
    for step in record.steps:
        lasted = durations.say((step.ended - step.started).total_seconds()) if step.started and step.ended else "-"
        spans.append(f"{step.job} {lasted} ({tr(step.stands)})")
    time, told = durations.say(cost.hours * 3600), ", ".join(spans)
    attempts = len(record.earlier) + 1
    console.print(
        tr(
            f"{time} of cluster time in {attempts} attempts: {told}."
            if attempts > 1
            else f"{time} of cluster time: {told}."
        ),
        tr("The cluster's start and what it waits before and after the run are not in it: ./inv status shows those."),
        tr(f"Requests to S3 are estimated. Prices of {cost.prices_of}."),
        *([tr(f"{money.note}.")] if money.note else []),
    )
