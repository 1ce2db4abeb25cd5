"""Prices from AWS itself: the Price List Query API (AWS Billing User Guide, "Using the AWS Price List Query API").

Its endpoints are in us-east-1, eu-central-1 and ap-south-1 only, whatever region is priced. The format of the answers
is the documented one; this has never been run against AWS.
"""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from orchard.base.errors import OrchardError
from orchard.base.language import marked
from orchard.diagnosis.aws import AwsError

REGION = "eu-central-1"
EC2_SHARED_LINUX = {
    "operatingSystem": "Linux",
    "tenancy": "Shared",
    "preInstalledSw": "NA",
    "capacitystatus": "Used",
}
# Amazon S3's two groups of requests, and what is in them.
S3_GROUPS = {"S3-API-Tier1": ("PUT", "LIST"), "S3-API-Tier2": ("GET", "HEAD")}

Product = dict[str, Any]


def fetch(pricing: Any, region: str, instance_types: list[str]) -> tuple[dict[str, Any], list[str]]:
    """Read a region's prices.

    Args:
        pricing: boto3's client of `pricing` in REGION.
        region: to be priced.
        instance_types: to be priced.

    Returns:
        what `prices.keep` takes, and what was not found or was not clear, a line each.

    Raises:
        OrchardError: AWS refuses, or there is no price list where the client asks.
    """
    unclear: list[str] = []

    def price(what: str, service: str, fields: dict[str, str], keep: Callable[[Product], bool] = bool) -> float | None:
        products = filter(keep, _products(pricing, service, fields | {"regionCode": region}))
        amounts = {usd for product in products for usd in _amounts(product)}
        if len(amounts) == 1:
            return amounts.pop()
        several = marked(f"{len(amounts)} different prices") if amounts else marked("no price")
        unclear.append(marked(f"{what}: {several} in AWS's list; the table's stays"))
        return None

    prices: dict[str, Any] = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "source": "AWS Price List API"}
    prices |= {"ec2": {}, "emr": {}, "requests": {}}
    for kind in instance_types:
        of = {"instanceType": kind}
        if usd := price(f"EC2 {kind}", "AmazonEC2", of | EC2_SHARED_LINUX):
            prices["ec2"][kind] = usd
        if usd := price(f"EMR fee {kind}", "ElasticMapReduce", of | {"softwareType": "EMR"}):
            prices["emr"][kind] = usd
    if usd := price("gp3", "AmazonEC2", {"productFamily": "Storage", "volumeApiName": "gp3"}, _is_storage):
        prices["gp3"] = usd
    if usd := price("NAT gateway", "AmazonEC2", {"productFamily": "NAT Gateway"}, _is_nat_hour):
        prices["nat"] = usd
    for group, names in S3_GROUPS.items():
        if usd := price(f"S3 requests {group}", "AmazonS3", {"productFamily": "API Request", "group": group}):
            prices["requests"] |= dict.fromkeys(names, usd * 1000)
    return prices, unclear


def _products(pricing: Any, service: str, fields: dict[str, str]) -> Iterator[Product]:
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in fields.items()]
    try:
        for page in pricing.get_paginator("get_products").paginate(ServiceCode=service, Filters=filters):
            yield from map(json.loads, page["PriceList"])  # each product is a JSON text of its own
    except AwsError as error:
        raise OrchardError(
            f"the price list cannot be read: {error.cause}",
            "it is AWS's own: ./inv cost --refresh --target aws, with credentials that may pricing:GetProducts",
        ) from None


def _on_demand(product: Product) -> Iterator[dict[str, Any]]:
    for term in product.get("terms", {}).get("OnDemand", {}).values():
        yield from term["priceDimensions"].values()


def _amounts(product: Product) -> Iterator[float]:
    """Yield what a product costs on demand, USD a unit; a price of nothing is a free tier's."""
    for dimension in _on_demand(product):
        usd = float(dimension["pricePerUnit"].get("USD", 0))
        if usd and dimension.get("beginRange", "0") == "0":
            yield usd


def _is_storage(product: Product) -> bool:
    # The others are operations and throughput above gp3's base.
    return any(dimension["unit"] == "GB-Mo" for dimension in _on_demand(product))


def _is_nat_hour(product: Product) -> bool:
    # `EUW3-NatGateway-Hours`; `EUW3-RegionalNatGateway-Hours` is another product.
    return product["product"]["attributes"].get("usagetype", "").endswith("-NatGateway-Hours")
