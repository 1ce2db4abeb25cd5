"""The table of prices: the one that Orchard ships, under the one that `cost --refresh` has fetched for this user."""

import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from orchard.base.places import STATE

SHIPPED = Path(__file__).with_name("prices.json")
REFRESHED = STATE / "prices.json"


class Rates(NamedTuple):
    """Prices in one region, in the table's currency.

    Attributes:
        currency: of all of them.
        date: of the table, ISO 8601.
        source: of the table.
        ec2: per instance and hour, by instance type, Linux on demand.
        emr: the fee on top of it, per instance and hour, by instance type.
        gp3: per GiB and month of disk; None where not known.
        nat: per NAT gateway and hour; None where not known.
        requests: to S3, per 1,000, by name.
    """

    currency: str
    date: str
    source: str
    ec2: dict[str, float]
    emr: dict[str, float]
    gp3: float | None
    nat: float | None
    requests: dict[str, float]


@cache
def table() -> dict[str, Any]:
    """Return the shipped table."""
    return json.loads(SHIPPED.read_text())


def rates(region: str, refreshed: Path | None = REFRESHED) -> Rates:
    """Return the prices of a region: what was fetched for it wins over what is shipped, price by price.

    Args:
        region: in which things run.
        refreshed: the file with what was fetched; None to look at the shipped table alone.
    """
    shipped = table()
    fetched = _fetched(refreshed).get(region, {}) if refreshed else {}
    return Rates(
        currency=shipped["currency"],
        date=fetched.get("date", shipped["date"]),
        source=fetched.get("source", shipped["source"]),
        ec2=shipped["ec2"].get(region, {}) | fetched.get("ec2", {}),
        emr=shipped["emr"] | fetched.get("emr", {}),
        gp3=fetched.get("gp3", shipped["gp3_gib_month"].get(region)),
        nat=fetched.get("nat", shipped["nat_hour"].get(region)),
        requests=shipped["s3_per_1000_requests"] | fetched.get("requests", {}),
    )


def keep(region: str, fetched: dict[str, Any], refreshed: Path = REFRESHED) -> None:
    """Keep fetched prices of a region for this user.

    Args:
        region: that they are of.
        fetched: any of `ec2`, `emr`, `gp3`, `nat`, `requests` as in Rates, with `date` and `source`.
        refreshed: the file.
    """
    refreshed.parent.mkdir(parents=True, exist_ok=True)
    partial = refreshed.with_suffix(".partial")
    partial.write_text(json.dumps(_fetched(refreshed) | {region: fetched}, indent=2))
    partial.replace(refreshed)


def _fetched(refreshed: Path) -> dict[str, Any]:
    try:
        return json.loads(refreshed.read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return {}


def of_requests(requests: dict[str, int], per_1000: dict[str, float] | None = None) -> float:
    """Price requests to S3, in the table's currency.

    Args:
        requests: how many by name; PUT, COPY, POST and LIST cost the same, DELETE nothing (Amazon S3 pricing).
        per_1000: prices; the shipped table's where None.
    """
    prices = table()["s3_per_1000_requests"] if per_1000 is None else per_1000
    return sum(count / 1000 * prices.get(name, 0) for name, count in requests.items())
