"""A data set to the bucket: plan, send many at once, verify.

Whatever S3 has confirmed stays, and is written into the ledger at once; a second call sends only the rest.
"""

import threading
import time
from pathlib import Path
from typing import NamedTuple

from orchard.aws.bucket import Bucket, Entry
from orchard.base.console import say
from orchard.base.errors import InterruptedByUserError, OrchardError
from orchard.base.language import marked
from orchard.diagnosis.aws import AwsError
from orchard.photographs import plan, tree
from orchard.photographs.items import Item
from orchard.photographs.packed import Shard, publish, withdraw
from orchard.photographs.plan import Plan
from orchard.transfer import disk, engine
from orchard.transfer.engine import IN_FLIGHT, Engine, Parcel
from orchard.transfer.ledger import Ledger, Record
from orchard.transfer.progress import Meter

AGAIN = "./inv upload-dataset"
REFILL = 0.75  # of the requests in flight: more are sent when no more than these are left
IN_MEMORY = 64 << 20  # bytes of photographs on their way; a larger one goes alone
GRACE = 3.0  # seconds after Ctrl-C, for answers that are about to come
PAUSES = (1.0, 3.0, 9.0)  # seconds before each further round for what a busy server or a bad network refused


class Outcome(NamedTuple):
    """What an upload did.

    Attributes:
        photographs: that the bucket now has, of those in the data set.
        sent: photographs.
        objects: sent.
        size: bytes of the photographs sent.
        deleted: objects.
        seconds: that the sending took.
    """

    photographs: int
    sent: int
    objects: int
    size: int
    deleted: int
    seconds: float


def ledger_of(store: Bucket) -> Ledger:
    """Open the ledger of a bucket."""
    return Ledger(store.state_dir / "transfers" / f"{store.name}.jsonl")


def run(root: Path, store: Bucket, *, delete: bool = False, packed: bool = False) -> Outcome:
    """Make the bucket hold a data set's photographs, and runs read them in this form.

    Args:
        root: the directory of the photographs, in a layout of `orchard.photographs.readings`.
        store: the data bucket.
        delete: also delete from the bucket what the data set does not have.
        packed: as shards (`orchard.photographs.packed`), not as single objects.

    Raises:
        UsageError: the directory is no data set, or two; or there is no such bucket.
        OrchardError: S3 or the network failed for good, or files changed or vanished; all the others have arrived.
        InterruptedByUserError: by Ctrl-C; what has arrived stays.
    """
    ledger = ledger_of(store)
    try:
        found = tree.scan(root)
        say(*found.describe())
        work = plan.make(found, store, ledger, delete=delete, packed=packed)
        return carry_out(work, store, ledger)
    finally:
        ledger.close()


def carry_out(work: Plan, store: Bucket, ledger: Ledger) -> Outcome:
    """Send, verify and delete what a plan says; raises as `run`."""
    say(*plan.name_left_out(work.tree))
    seconds, listed = 0.0, work.listed
    if work.send:
        with Meter("uploading", work.images, work.size) as meter:
            _Sending(work, store, ledger, meter).run()
            seconds = meter.seconds
        listed = _verify(work, store, ledger)
    if work.packed:
        shards = [item for item in work.items if isinstance(item, Shard)]
        say(*publish(work.tree, shards, listed, store, ledger))
    else:
        for split in withdraw(store, work.tree.splits):
            say(f"Runs read these photographs of {split} from now on, not the packed ones.")
    store.delete(work.delete)
    photographs = len(work.tree.photographs)
    return Outcome(photographs, work.images, len(work.send), work.size, len(work.delete), seconds)


class _Sending:
    """One upload under way."""

    def __init__(self, work: Plan, store: Bucket, ledger: Ledger, meter: Meter) -> None:
        self.work, self.store, self.ledger, self.meter = work, store, ledger, meter
        self.end: AwsError | OSError | None = None  # why no more is sent
        self.over = False  # interrupted: nobody waits for what is still on its way
        self.again: list[tuple[Item, AwsError]] = []
        self.failed: list[str] = []
        self.changed = threading.Condition()
        self.flying = self.flying_bytes = 0
        self.root = str(work.tree.root)

    def run(self) -> None:
        sender = engine.choose(self.store.s3, self.store.name, self.store.credentials)
        try:
            waiting = self.work.send
            for pause in (0.0, *PAUSES):
                time.sleep(pause)
                self.again = []
                for item in waiting:
                    self._send(sender, item)
                    if self.end:
                        break
                self._land(0)
                waiting = [item for item, _ in self.again]
                if self.end or not waiting:
                    break
        except KeyboardInterrupt:
            self._land(0, GRACE)
            self.over = True
            raise InterruptedByUserError(
                f"interrupted: {self.meter.done_files:,} of {self.work.images:,} photographs were sent",
                f"{AGAIN} goes on where it stopped",
            ) from None
        finally:
            if not self.over:
                self._land(0)
            sender.close()
        self._judge()

    def _send(self, sender: Engine, item: Item) -> None:
        try:
            content, stamp = item.read(self.root)
        except FileNotFoundError as error:
            self.failed.append(marked(f"{self._name(error)} has vanished"))
            return
        except OSError as error:
            self.failed.append(marked(f"{self._name(error)} cannot be read: {error.strerror}"))
            return
        if content is None:
            self.failed.append(marked(f"{item.name} changes while it is read"))
            return
        sha256 = plan.sha256(content)
        size = len(content)
        self._take_off(size)

        def done(result: str | AwsError) -> None:
            if self.over:
                return
            try:
                self._landed(item, Record(result, sha256, stamp) if isinstance(result, str) else result)
            except OSError as error:  # the ledger cannot be written; raised again by _judge, in the main thread
                self.end = error
            finally:
                self._arrive(size)

        sender.put(Parcel(item.key, content, sha256, item.media_type), done)

    def _name(self, error: OSError) -> str:
        return str(error.filename).removeprefix(f"{self.root}/")

    def _landed(self, item: Item, result: Record | AwsError) -> None:
        if isinstance(result, Record):
            self.ledger.confirm(item.key, result)
            self.meter.add(item.images, item.weight)
        elif result.final:
            self.end = result
        elif result.passing:
            self.again.append((item, result))
        else:
            self.failed.append(f"{item.name}: {result.cause}")

    def _take_off(self, size: int) -> None:
        """Count a request in, once there is room for it."""
        with self.changed:
            if self.flying >= IN_FLIGHT or self.flying_bytes + size > IN_MEMORY:
                # Woken when some have landed, not by each one: the two threads would only hand the lock to and fro.
                self.changed.wait_for(
                    lambda: (
                        not self.flying or (self.flying <= IN_FLIGHT * REFILL and self.flying_bytes + size <= IN_MEMORY)
                    )
                )
            self.flying += 1
            self.flying_bytes += size

    def _arrive(self, size: int) -> None:
        """Count a request out."""
        with self.changed:
            self.flying -= 1
            self.flying_bytes -= size
            if self.flying <= IN_FLIGHT * REFILL:
                self.changed.notify_all()

    def _land(self, left: int, seconds: float | None = None) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.flying <= left, seconds)

    def _judge(self) -> None:
        if isinstance(self.end, OSError):
            raise disk.explain(self.end, self.ledger.path)
        if self.end or self.again:
            raise (self.end or self.again[0][1]).resumed_by(AGAIN)
        if self.failed:
            more = f" (and {len(self.failed) - 1} more)" if len(self.failed) > 1 else ""
            others = "the other photographs are" if len(self.failed) < len(self.work.items) else "no photograph is"
            raise OrchardError(
                f"{self.failed[0]}{more}; {others} in the bucket",
                f"see to the file, then call again: {AGAIN} sends what is missing",
            )


def _verify(work: Plan, store: Bucket, ledger: Ledger) -> dict[str, Entry]:
    """List the bucket once more: every object must be there with the ETag that belongs to its checksum."""
    listed = {entry.key: entry for entry in store.listing(work.prefix)}
    wrong = [
        item for item in work.items if item.key not in listed or listed[item.key].etag != ledger.records[item.key].etag
    ]
    if wrong:
        raise OrchardError(
            f"{sum(item.images for item in wrong):,} of {len(work.tree.photographs):,} photographs are not in the "
            f"bucket as they were sent, the first is {wrong[0].name}; somebody else writes there",
            f"{AGAIN} sends them again",
        )
    return listed
