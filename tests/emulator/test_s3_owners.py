"""Whose bucket a request expects."""

import pytest
from botocore.exceptions import ClientError

from tests.emulator.conftest import Aws
from tests.support.fidelity import models


@models(
    "S3 refuses a request that expects another account's bucket",
    source='Amazon S3 User Guide, "Verifying bucket ownership with bucket owner condition"',
)
def test_another_owner_is_not_expected(aws: Aws) -> None:
    bucket = aws.bucket()
    aws.put(bucket, "key", "x")
    mine, other = "123456789012", "111122223333"
    for call, words in (
        (aws.s3.head_bucket, {}),
        (aws.s3.list_objects_v2, {}),
        (aws.s3.get_object, {"Key": "key"}),
        (aws.s3.put_object, {"Key": "key", "Body": b"y"}),
    ):
        call(Bucket=bucket, ExpectedBucketOwner=mine, **words)
        with pytest.raises(ClientError) as refused:
            call(Bucket=bucket, ExpectedBucketOwner=other, **words)
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
