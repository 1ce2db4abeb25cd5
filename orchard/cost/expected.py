"""What a run should cost, before it: all the numbers that `cost` shows, for people and for programs."""

from dataclasses import asdict
from typing import Any, NamedTuple

from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.cost import estimate, parts
from orchard.cost.estimate import Duration, Forgotten
from orchard.cost.parts import Nodes, Parts
from orchard.cost.prices import Rates, rates


class Expected(NamedTuple):
    """An estimate; amounts in the table's currency.

    Attributes:
        nodes: of the cluster, at its largest.
        table: of prices.
        photographs: how many the run is about.
        vcpus: that compute.
        lasts: how long it takes.
        requests: to S3, by their kind.
        hourly: the cluster by the hour.
        run: the run on a cluster that is ready.
        whole: with the cluster's start.
        spread: how long it takes at the fastest and the slowest pace (`estimate.spread`), and its cost with the start.
        forgotten: a cluster that is left alone, by how long.
        most: what a cluster costs at most that nobody extends.
    """

    nodes: list[Nodes]
    table: Rates
    photographs: int
    vcpus: int
    lasts: Duration
    requests: dict[str, int]
    hourly: Parts
    run: Parts
    whole: Parts
    spread: list[tuple[Duration, Parts]]
    forgotten: dict[str, Forgotten]
    most: float


def expect(settings: Settings, count: int) -> Expected:
    """Estimate a run of `count` photographs on the cluster that the settings describe.

    Raises:
        OrchardError: there is no price for the cluster's nodes in the region.
    """
    table, nodes = rates(settings.region), parts.nodes_of(settings)
    hourly = parts.per_hour(nodes, table, nat=settings.network == "private")
    if hourly is None:
        known = sorted(table.ec2.keys() & table.emr.keys())
        raise OrchardError(
            f"there is no price for {settings.instance_type} in {settings.region} in the table of {table.date}",
            "read it from AWS: ./inv cost --refresh --target aws"
            + (f"; there are prices for {', '.join(known)}" if known else ""),
        )
    vcpus = estimate.working_vcpus(settings)
    lasts, spread = estimate.duration(settings, count), estimate.spread(settings)
    ends = [estimate.duration(settings, count, spread[end]) for end in ("most", "least")]
    asked = estimate.requests(count, lasts.steps, vcpus)
    guards = settings.idle_timeout, settings.max_lifetime
    return Expected(
        nodes=nodes,
        table=table,
        photographs=count,
        vcpus=vcpus,
        lasts=lasts,
        requests=asked,
        hourly=hourly,
        run=estimate.run_cost(hourly, lasts.steps, asked, table),
        whole=estimate.run_cost(hourly, lasts.total, asked, table),
        spread=[(end, estimate.run_cost(hourly, end.total, asked, table)) for end in ends],
        forgotten={name: estimate.forgotten(hourly, span, *guards) for name, span in estimate.FORGOTTEN.items()},
        most=hourly.over(settings.max_lifetime).total,
    )


def as_data(settings: Settings, found: Expected, *, counted: bool, free: bool) -> dict[str, Any]:
    """Return an estimate as plain data, in US dollars and seconds; arguments as `orchard.cost.view.before`."""
    return {
        "emulated": free,
        "region": settings.region,
        "currency": "USD",
        "prices_of": found.table.date,
        "mode": settings.mode,
        "photographs": found.photographs,
        "counted": counted,
        "nodes": [asdict(kind) for kind in found.nodes],
        "vcpus": found.vcpus,
        "processor": estimate.processor(settings)._asdict(),
        "per_hour": _amounts(found.hourly),
        "run": _amounts(found.run),
        "run_and_start": _amounts(found.whole),
        "seconds": found.lasts._asdict() | {"run": found.lasts.steps, "total": found.lasts.total},
        "spread": [{"run": end.steps, "run_and_start": round(cost.total, 6)} for end, cost in found.spread],
        "not_measured": estimate.unmeasured(),
        "requests": found.requests,
        "forgotten": {name: cost._asdict() for name, cost in found.forgotten.items()},
        "at_most": found.most,
    }


def _amounts(cost: Parts) -> dict[str, float]:
    return {name: round(amount, 6) for name, amount in (asdict(cost) | {"total": cost.total}).items()}
