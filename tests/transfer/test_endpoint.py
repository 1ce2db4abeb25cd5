"""Where objects are sent on AWS itself: the bucket's own region, by its own name. Nothing here has an endpoint URL."""

import boto3
import pytest
from botocore.config import Config

from orchard.base.config import EU_REGIONS
from orchard.transfer.engine import Endpoint
from tests.support.fidelity import models

BUCKET = "orchard-123456789012-eu-west-3"
DUAL, FIPS = Config(use_dualstack_endpoint=True), Config(use_fips_endpoint=True)
BOTH = DUAL.merge(FIPS)


def endpoint(region: str, config: Config | None = None, bucket: str = BUCKET) -> Endpoint:
    return Endpoint.of(boto3.Session("a", "b").client("s3", region_name=region, config=config), bucket)


@models(
    "S3 takes requests for a bucket in a region launched after March 2019 at that region's endpoints only",
    source='S3 User Guide, "Request redirection and the REST API"',
)
@pytest.mark.parametrize("region", EU_REGIONS)
@pytest.mark.parametrize(
    ("config", "service"),
    [(None, "s3"), (DUAL, "s3.dualstack"), (FIPS, "s3-fips"), (BOTH, "s3-fips.dualstack")],
    ids=["plain", "dualstack", "fips", "both"],
)
def test_a_bucket_is_a_host_in_its_region(region, config, service):
    found = endpoint(region, config)
    assert found == ("https", f"{BUCKET}.{service}.{region}.amazonaws.com", "/", BUCKET, region)


def test_a_name_that_no_certificate_covers_and_a_wish_for_paths():
    assert endpoint("eu-south-1", bucket="a.b.c")[1:3] == ("s3.eu-south-1.amazonaws.com", "/a.b.c/")
    paths = Config(s3={"addressing_style": "path"})
    assert endpoint("eu-south-1", paths)[1:3] == ("s3.eu-south-1.amazonaws.com", f"/{BUCKET}/")


def test_the_users_own_configuration_is_asked(tmp_path, monkeypatch):
    (tmp_path / "config").write_text("[default]\ns3 =\n  use_dualstack_endpoint = true\n")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    assert endpoint("eu-west-3").host == f"{BUCKET}.s3.dualstack.eu-west-3.amazonaws.com"
