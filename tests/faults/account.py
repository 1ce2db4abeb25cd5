"""An account on the local AWS whose calls may fail on the way, with clients that try as often as on AWS itself."""

from dataclasses import replace
from pathlib import Path

from botocore.config import Config

from orchard.aws import target
from orchard.aws.bucket import Bucket
from orchard.aws.target import PACED, Target
from orchard.base.config import Settings
from orchard.cluster.site import Site
from orchard.emulator.process import LocalAws
from tests.emulator.conftest import REGION, Aws
from tests.support.faulty import Faulty

SILENCE = 3.0  # seconds after which a client takes an answer for lost
HERE = Config(s3={"addressing_style": "path"}, proxies={}, read_timeout=SILENCE)


class Account:
    """An emulator, the proxy before it, and both as a client sees them.

    Attributes:
        aws: the emulator itself, past the proxy.
        faulty: the proxy.
        target: what leads through the proxy, as the account's root.
    """

    def __init__(self, home: Path, pid: int, port: int) -> None:
        self.aws, self.faulty = Aws(port, home), Faulty(port)
        self.faulty.silence = 2 * SILENCE
        through = LocalAws("test", pid, self.faulty.port, home)
        self.target: Target = replace(target._local(REGION, through), _config=PACED.merge(HERE))

    def impatient(self) -> Target:
        """The same for faults that last: clients give up at the second refusal."""
        return replace(self.target, _config=PACED.merge(HERE).merge(Config(retries={"max_attempts": 2})))

    def bucket(self, place: Target | None = None) -> Bucket:
        """Make a bucket that keeps whatever is written, so that it can be counted."""
        name = self.aws.bucket()
        self.aws.s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
        return Bucket(place or self.target, name)

    def site(self, bucket: str, place: Target | None = None, project: str = "orchard") -> Site:
        """A site whose data is in that bucket."""
        return Site(Settings(project=project, region=REGION, bucket=bucket), place or self.target)

    def written(self, bucket: str) -> dict[str, int]:
        """How often each object was written."""
        found: dict[str, int] = {}
        for page in self.aws.s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            for entry in page.get("Versions", []):
                found[entry["Key"]] = found.get(entry["Key"], 0) + 1
        return found

    def content(self, bucket: str) -> dict[str, bytes]:
        """Every object, whole."""
        return {key: self.aws.read(bucket, key) for key in self.aws.keys(bucket)}
