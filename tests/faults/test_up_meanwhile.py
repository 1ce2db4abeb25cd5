"""`up` where IAM and EMR are not ready for it at once, and beside other commands."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchard.emulator import process
from tests.faults.account import HOSTILE
from tests.faults.stand import Stand
from tests.support.cells import cell
from tests.support.faulty import Faulty, Refusal, Request
from tests.waiting import until

NOT_YET = Refusal(400, "ValidationException", "Invalid InstanceProfile: orchard-nodes-eu-west-3.")
THROTTLED = Refusal(400, "ThrottlingException", "Rate exceeded")
SLOW_DOWN = Refusal(503, "SlowDown")


@pytest.fixture(scope="module")
def faulty(stand: Stand) -> Iterator[Faulty]:
    """The proxy, by which every command of the stand now goes."""
    record: Path = process.directory(stand.home) / "test" / "record.json"
    told = json.loads(record.read_text())
    proxy = Faulty(told["port"])
    record.write_text(json.dumps(told | {"port": proxy.port}))
    yield proxy
    proxy.close()


class NotAssumable:
    """EMR does not see a role yet that IAM has just made."""

    def __init__(self, seconds: float) -> None:
        self.seconds, self.since = seconds, 0.0

    def __call__(self, made: Request) -> Refusal | None:
        if made.action != "RunJobFlow":
            return None
        self.since = self.since or time.monotonic()
        return NOT_YET if time.monotonic() < self.since + self.seconds else None


@cell(
    "busy",
    area="AWS",
    fault="every tenth call of any service is throttled",
    at="`up --only foundation`",
    holds="it makes everything, each thing once",
)
def test_up_rides_out(stand: Stand, faulty: Faulty) -> None:
    faulty.clear()
    faulty.fault = lambda made: (SLOW_DOWN if made.service == "s3" else THROTTLED) if made.count % 10 == 3 else None
    stand.inv("up", "--only", "foundation", "--yes")
    assert sum(faulty.failed.values()) > 5
    faulty.clear()
    stand.is_good()


@cell(
    "up",
    area="AWS",
    fault="the nodes' role cannot be assumed yet, as IAM is eventually consistent; `up` is called a second time",
    at="the first 20 s in which `up` makes the cluster",
    holds="the second `up` is refused, the first one waits for the role: one cluster, which has its end",
    case="up",
)
@cell(
    "down",
    area="user",
    fault="`down` is called",
    at="`up` makes the cluster",
    holds="it is refused, `up` completes: one cluster, which has its end; the next `down` ends it, and nothing costs",
    case="down",
)
def test_one_command_at_a_time_changes_the_cluster(stand: Stand, faulty: Faulty, case: str) -> None:
    faulty.clear()
    if stand.clusters():
        stand.inv("down", "--yes")
        faulty.clear()
    faulty.fault = NotAssumable(20)
    first = stand.start("up", "--yes")
    until(lambda: faulty.failed["elasticmapreduce", "RunJobFlow"] or first.poll() is not None)
    said = stand.inv(case, "--yes", code=1)
    assert "the state is locked" in said
    assert first.wait() == 0
    stand.is_good(cluster=True)
    if case == "down":
        stand.inv("down", "--yes")
        stand.is_good()


@cell(
    "moved",
    area="user",
    fault="the checkout is moved, to a path with spaces, quotes, accents and a dollar sign",
    at="between two `up`",
    holds="the next `up` knows what is there and changes nothing; the key stays the same one",
)
def test_a_moved_checkout_knows_what_is_there(stand: Stand, faulty: Faulty) -> None:
    faulty.clear()
    stand.inv("up", "--only", "foundation", "--yes")
    (key,), before = stand.keys(), stand.home
    stand.home = before.rename(before.parent / HOSTILE)
    before.symlink_to(stand.home)  # for the emulator, which stands for AWS and is not moved
    stand.inv("up", "--only", "foundation", "--yes")
    changed = [event for event in stand.heard() if event["type"] == "apply_start" and event["hook"]["action"] != "read"]
    assert changed == []
    assert stand.keys() == [key]
    assert stand.orphans() == []
