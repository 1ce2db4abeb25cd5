"""Prices read from the Price List API's documented format. It was never run against AWS."""

import json

import boto3
import pytest
from botocore.stub import Stubber

from orchard.aws.door import through_door
from orchard.base.errors import OrchardError
from orchard.cost import price_list, prices


def product(unit: str, usd: str, usagetype: str = "EUW3-x", begin: str = "0") -> str:
    """A product as the API gives it: a JSON text."""
    dimension = {
        "rateCode": "A.B.C",
        "unit": unit,
        "beginRange": begin,
        "endRange": "Inf",
        "description": "x",
        "pricePerUnit": {"USD": usd},
    }
    return json.dumps(
        {
            "product": {"sku": "A", "productFamily": "x", "attributes": {"usagetype": usagetype}},
            "serviceCode": "x",
            "terms": {"OnDemand": {"A.B": {"priceDimensions": {"A.B.C": dimension}, "sku": "A"}}, "Reserved": {}},
            "version": "20261101",
        }
    )


@pytest.fixture
def pricing():
    client = through_door(boto3.Session("a", "b")).client("pricing", "eu-central-1")
    with Stubber(client) as stub:
        yield client, stub


def fields(service: str, **wanted: str) -> dict:
    wanted["regionCode"] = "eu-west-3"
    filters = [{"Type": "TERM_MATCH", "Field": name, "Value": value} for name, value in wanted.items()]
    return {"ServiceCode": service, "Filters": filters}


EC2 = {"operatingSystem": "Linux", "tenancy": "Shared", "preInstalledSw": "NA", "capacitystatus": "Used"}
QUESTIONS = [
    fields("AmazonEC2", instanceType="m5.xlarge", **EC2),
    fields("ElasticMapReduce", instanceType="m5.xlarge", softwareType="EMR"),
    fields("AmazonEC2", productFamily="Storage", volumeApiName="gp3"),
    fields("AmazonEC2", productFamily="NAT Gateway"),
    fields("AmazonS3", productFamily="API Request", group="S3-API-Tier1"),
    fields("AmazonS3", productFamily="API Request", group="S3-API-Tier2"),
]


def test_prices_are_read_and_win_over_the_shipped_ones(pricing, tmp_path):
    client, stub = pricing
    answers = [
        [product("Hrs", "0.2250000000"), product("Hrs", "0.0000000000")],
        [product("Hrs", "0.0490000000")],
        [product("GB-Mo", "0.0930000000"), product("IOPS-Mo", "0.0058000000")],
        [
            product("Hrs", "0.0510000000", "EUW3-NatGateway-Hours"),
            product("GB", "0.0510000000", "EUW3-NatGateway-Bytes"),
            product("Hrs", "0.0600000000", "EUW3-RegionalNatGateway-Hours"),
        ],
        [product("Requests", "0.0000053000")],
        [product("Requests", "0.0000004200")],
    ]
    for question, answer in zip(QUESTIONS, answers, strict=True):
        stub.add_response("get_products", {"PriceList": answer, "FormatVersion": "aws_v1"}, question)
    found, unclear = price_list.fetch(client, "eu-west-3", ["m5.xlarge"])
    stub.assert_no_pending_responses()
    assert unclear == []
    prices.keep("eu-west-3", found, tmp_path / "prices.json")
    now = prices.rates("eu-west-3", tmp_path / "prices.json")
    assert (now.ec2["m5.xlarge"], now.emr["m5.xlarge"]) == (0.225, 0.049)
    assert (now.gp3, now.nat) == (0.093, 0.051)
    assert now.requests == pytest.approx({"PUT": 0.0053, "LIST": 0.0053, "GET": 0.00042, "HEAD": 0.00042})
    assert now.source == "AWS Price List API"


def test_what_is_not_there_or_not_clear_stays_as_it_is_shipped(pricing, tmp_path):
    client, stub = pricing
    answers = [[product("Hrs", "0.225"), product("Hrs", "0.300")], [], [], [], [], []]
    for question, answer in zip(QUESTIONS, answers, strict=True):
        stub.add_response("get_products", {"PriceList": answer, "FormatVersion": "aws_v1"}, question)
    found, unclear = price_list.fetch(client, "eu-west-3", ["m5.xlarge"])
    assert unclear[0] == "EC2 m5.xlarge: 2 different prices in AWS's list; the table's stays"
    assert len(unclear) == 6
    prices.keep("eu-west-3", found, tmp_path / "prices.json")
    now, shipped = prices.rates("eu-west-3", tmp_path / "prices.json"), prices.rates("eu-west-3", tmp_path / "none")
    assert now._replace(date="", source="") == shipped._replace(date="", source="")


def test_a_refusal_says_which_permission(pricing):
    client, stub = pricing
    stub.add_client_error("get_products", "AccessDeniedException", "no", 400)
    with pytest.raises(OrchardError, match="the price list cannot be read") as caught:
        price_list.fetch(client, "eu-west-3", ["m5.xlarge"])
    assert "pricing:GetProducts" in caught.value.remedy
