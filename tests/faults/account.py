"""An account on the local AWS whose calls may fail on the way, with clients that try as often as on AWS itself."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from botocore.config import Config

from orchard.aws import target
from orchard.aws.bucket import Bucket
from orchard.aws.target import PACED, Target
from orchard.base.config import Settings
from orchard.base.places import ROOT
from orchard.cluster.site import Site
from orchard.emulator import process
from orchard.emulator.process import LocalAws
from tests.emulator.conftest import REGION, Aws
from tests.support.faulty import Faulty
from tests.waiting import PATIENCE

HOSTILE = 'l\'été à "deux" 50% #1 $HOME'  # a directory as people may name it

SILENCE = 3.0  # seconds after which a client takes an answer for lost
HERE = Config(s3={"addressing_style": "path"}, proxies={}, read_timeout=SILENCE)


class Account:
    """An emulator, the proxy before it, and both as a client sees them.

    Attributes:
        root: what ORCHARD_HOME is for its users; commands find the emulator there, and ask it through the proxy.
        aws: the emulator itself, past the proxy.
        faulty: the proxy.
        target: what leads through the proxy, as the account's root.
    """

    def __init__(self, root: Path, pid: int, port: int) -> None:
        home = process.directory(root) / "test"
        self.root, self.aws, self.faulty = root, Aws(port, home), Faulty(port)
        record = json.loads((home / "record.json").read_text())
        (home / "record.json").write_text(json.dumps(record | {"port": self.faulty.port}))
        through = LocalAws("test", pid, self.faulty.port, home)
        self.target: Target = replace(target._local(REGION, through), _config=PACED.merge(HERE))

    def start(self, *words: str, bucket: str, before: tuple[str, ...] = (), **settings: str) -> subprocess.Popen:
        """Call a command, perhaps by another program that prepares its surroundings."""
        own = {"ORCHARD_HOME": str(self.root), "ORCHARD_BUCKET": bucket, "ORCHARD_PROJECT": "orchard"}
        return subprocess.Popen(
            [*before, sys.executable, str(ROOT / "tasks.py"), *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env=os.environ | own | settings,
        )

    def inv(self, *words: str, bucket: str, code: int = 0, before: tuple[str, ...] = (), **settings: str) -> str:
        """Call a command to its end; returns all it said."""
        return self.end_of(self.start(*words, bucket=bucket, before=before, **settings), code)

    def end_of(self, called: subprocess.Popen, code: int) -> str:
        """Wait for the end of a command, which has to be in order; returns all it said."""
        said, _ = called.communicate(timeout=PATIENCE)
        assert "Traceback" not in said, said[-3000:]
        assert called.returncode == code, said[-3000:]
        return said

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
