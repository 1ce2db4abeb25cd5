"""What deciding costs: `python benchmarks/bench_permissions.py [--puts N]`.

Small objects are put into an encrypted bucket of a local AWS in this process, by a user with the policies that
`./inv permissions` prints; timed is the part of each request that reads it and decides on it, beside the whole request.
"""

import argparse
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from orchard.aws.layout import RAW
from orchard.base.config import Settings
from orchard.emulator import session
from orchard.emulator.credentials import Credentials
from orchard.emulator.options import ACCOUNT, Options
from orchard.emulator.server import Server
from orchard.permissions import published

BUCKET, REGION = f"orchard-{ACCOUNT}-eu-west-3", "eu-west-3"


def main() -> None:
    """Measure, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--puts", type=int, default=1000)
    puts = parser.parse_args().puts
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Options(home=Path(folder) / "home", instance="bench"))
        deciding = timed()
        server.start()
        s3 = deployer(server)
        whole = []
        for number in range(puts + 100):
            begun = time.perf_counter()
            s3.put_object(Bucket=BUCKET, Key=f"{RAW}Test/Pear/{number}.jpg", Body=b"x" * 5000)
            whole.append(time.perf_counter() - begun)
        server.stop()
    decided, asked = (statistics.median(times[-puts:]) * 1e6 for times in (deciding, whole))
    print(f"deciding {decided:.0f} us of {asked:.0f} us a put, {decided / asked:.1%}; medians of {puts} puts")


def timed() -> list[float]:
    """Time each decision from now on; returns the list that grows, in seconds."""
    from orchard.emulator.permissions import enforcement

    times: list[float] = []
    check = enforcement._check

    def measured(*args: object) -> None:
        begun = time.perf_counter()
        check(*args)  # type: ignore[arg-type]
        times.append(time.perf_counter() - begun)

    enforcement._check = measured
    return times


def deployer(server: Server) -> Any:
    """Make the encrypted bucket and the user; returns their client of S3."""

    def client(service: str, own: Credentials) -> Any:
        return session.isolated(own).client(service, region_name=REGION, endpoint_url=server.endpoint)

    iam, s3, kms = (client(name, server.options.credentials) for name in ("iam", "s3", "kms"))
    key = kms.create_key(Tags=[{"TagKey": "Project", "TagValue": "orchard"}])["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [rule]})
    iam.create_user(UserName="deployer")
    for name, document in published.managed_policies(Settings(), ACCOUNT).items():
        arn = iam.create_policy(PolicyName=name, PolicyDocument=json.dumps(document))["Policy"]["Arn"]
        iam.attach_user_policy(UserName="deployer", PolicyArn=arn)
    made = iam.create_access_key(UserName="deployer")["AccessKey"]
    return client("s3", Credentials(made["AccessKeyId"], made["SecretAccessKey"], token=""))


if __name__ == "__main__":
    main()
