"""Timestamps are read quickly, and as botocore reads them."""

import boto3
import pytest
from botocore.utils import parse_timestamp
from moto import mock_aws

from orchard.aws import timestamps


@pytest.mark.parametrize(
    "value",
    [
        "2026-11-21T23:54:46.000Z",
        "2026-11-21T23:54:46Z",
        "2026-11-21T23:54:46+01:00",
        "20261121T235446Z",
        "Sat, 21 Nov 2026 23:54:46 GMT",
        1795305286,
        1795305286.5,
        "1795305286",
    ],
)
def test_every_notation_means_what_it_means_to_botocore(value):
    assert timestamps.parse(value) == parse_timestamp(value)
    assert timestamps.parse(value).utcoffset() == parse_timestamp(value).utcoffset()


@pytest.mark.parametrize("value", ["never", "2026-11-21 at noon"])
def test_what_is_no_timestamp_is_refused(value):
    with pytest.raises(ValueError, match="Invalid timestamp"):
        timestamps.parse(value)


def test_a_session_reads_by_it(monkeypatch):
    read = []
    monkeypatch.setattr(timestamps, "parse", lambda value: read.append(value) or parse_timestamp(value))
    session = timestamps.quicken(boto3.Session("a", "b", region_name="eu-west-3"))
    with mock_aws():
        s3 = session.client("s3")
        s3.create_bucket(Bucket="photographs", CreateBucketConfiguration={"LocationConstraint": "eu-west-3"})
        s3.put_object(Bucket="photographs", Key="k")
        assert s3.list_objects_v2(Bucket="photographs")["Contents"][0]["LastModified"].tzinfo is not None
    assert len(read) == 1
