"""A data set to the bucket: plan, send many at once, verify.

Whatever S3 has confirmed stays, and is written into the ledger at once; a second call sends only the rest.
"""

import os
import threading
import time
from pathlib import Path
from typing import NamedTuple

from orchard.bucket import Bucket
from orchard.cli import say
from orchard.errors import InterruptedByUserError, OrchardError
from orchard.transfer import engine, faults, plan, tree
from orchard.transfer.engine import IN_FLIGHT, Engine, Parcel
from orchard.transfer.faults import Fault
from orchard.transfer.ledger import Ledger, Record
from orchard.transfer.plan import Plan
from orchard.transfer.progress import Meter
from orchard.transfer.tree import PREFIX, Photograph, Stamp

AGAIN = "./inv upload-dataset"
REFILL = 0.75  # of the requests in flight: more are sent when no more than these are left
IN_MEMORY = 64 << 20  # bytes of photographs on their way; a larger one goes alone
MEDIA_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}
PAUSES = (1.0, 3.0, 9.0)  # seconds before each further round for what a busy server or a bad network refused


class Outcome(NamedTuple):
    """What an upload did.

    Attributes:
        photographs: that the bucket now has, of those in the data set.
        sent: objects.
        size: bytes sent.
        deleted: objects.
        seconds: that the sending took.
    """

    photographs: int
    sent: int
    size: int
    deleted: int
    seconds: float


def ledger_of(store: Bucket) -> Ledger:
    """Open the ledger of a bucket."""
    return Ledger(store.state_dir / "transfers" / f"{store.name}.jsonl")


def run(root: Path, store: Bucket, *, delete: bool = False) -> Outcome:
    """Make the bucket hold a data set's photographs, as `data/raw/<split>/<class>/<image>`.

    Args:
        root: the directory above Training and Test.
        store: the data bucket.
        delete: also delete photographs from the bucket that the data set does not have.

    Raises:
        UsageError: the directory is no data set, or there is no such bucket.
        OrchardError: S3 or the network failed for good, or files changed or vanished; all the others have arrived.
        InterruptedByUserError: by Ctrl-C; what has arrived stays.
    """
    ledger = ledger_of(store)
    try:
        work = plan.make(tree.scan(root), store, ledger, delete=delete)
        return carry_out(work, store, ledger)
    finally:
        ledger.close()


def carry_out(work: Plan, store: Bucket, ledger: Ledger) -> Outcome:
    """Send, verify and delete what a plan says; raises as `run`."""
    say(*plan.name_left_out(work.tree))
    seconds = 0.0
    if work.send:
        with Meter("uploading", len(work.send), work.size) as meter:
            _Sending(work, store, ledger, meter).run()
            seconds = meter.seconds
        _verify(work, store, ledger)
    store.delete(work.delete)
    return Outcome(len(work.tree.photographs), len(work.send), work.size, len(work.delete), seconds)


class _Sending:
    """One upload under way."""

    def __init__(self, work: Plan, store: Bucket, ledger: Ledger, meter: Meter) -> None:
        self.work, self.store, self.ledger, self.meter = work, store, ledger, meter
        self.end: Fault | OSError | None = None  # why no more is sent
        self.again: list[tuple[Photograph, Fault]] = []
        self.failed: list[str] = []
        self.changed = threading.Condition()
        self.flying = self.flying_bytes = 0
        self.root = str(work.tree.root)  # a Path for each of 67,692 photographs would cost as much as reading them

    def run(self) -> None:
        sender = engine.choose(self.store.s3, self.store.name, self.store.credentials)
        try:
            waiting = self.work.send
            for pause in (0.0, *PAUSES):
                time.sleep(pause)
                self.again = []
                for photograph in waiting:
                    self._send(sender, photograph)
                    if self.end:
                        break
                self._land(0)
                waiting = [photograph for photograph, _ in self.again]
                if self.end or not waiting:
                    break
        except KeyboardInterrupt:
            raise InterruptedByUserError(
                f"interrupted: {self.meter.done_files:,} of {len(self.work.send):,} photographs were sent",
                f"{AGAIN} goes on where it stopped",
            ) from None
        finally:
            self._land(0)
            sender.close()
        self._judge()

    def _send(self, sender: Engine, photograph: Photograph) -> None:
        path = f"{self.root}/{photograph.name}"
        try:
            content, stamp = read(path)
        except FileNotFoundError:
            self.failed.append(f"{photograph.name} has vanished")
            return
        except OSError as error:
            self.failed.append(f"{photograph.name} cannot be read: {error.strerror}")
            return
        if content is None:
            self.failed.append(f"{photograph.name} changes while it is read")
            return
        sha256 = plan.sha256(content)
        kind = MEDIA_TYPES[photograph.name.rpartition(".")[2].lower()]
        self._take_off(len(content))

        def done(result: str | Fault) -> None:
            try:
                self._landed(photograph, Record(result, sha256, stamp) if isinstance(result, str) else result)
            except OSError as error:  # the ledger cannot be written; raised again by _judge, in the main thread
                self.end = error
            finally:
                self._arrive(len(content))

        sender.put(Parcel(photograph.key, content, sha256, kind), done)

    def _landed(self, photograph: Photograph, result: Record | Fault) -> None:
        if isinstance(result, Record):
            self.ledger.confirm(photograph.key, result)
            self.meter.add(1, photograph.stamp.size)
        elif result.final:
            self.end = result
        elif result.passing:
            self.again.append((photograph, result))
        else:
            self.failed.append(f"{photograph.name}: S3 refuses it: {result.code} {result.message}".rstrip())

    def _take_off(self, size: int) -> None:
        """Count a request in, once there is room for it."""
        with self.changed:
            if self.flying >= IN_FLIGHT or self.flying_bytes + size > IN_MEMORY:
                # Woken when some have landed, not by each one: the two threads would only hand the lock to and fro.
                self.changed.wait_for(
                    lambda: not self.flying
                    or (self.flying <= IN_FLIGHT * REFILL and self.flying_bytes + size <= IN_MEMORY)
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

    def _land(self, left: int) -> None:
        with self.changed:
            self.changed.wait_for(lambda: self.flying <= left)

    def _judge(self) -> None:
        if isinstance(self.end, OSError):
            raise OrchardError(
                f"the ledger of the transfer cannot be written: {self.end.strerror}",
                f"free some space; {AGAIN} goes on",
            )
        if self.end:
            raise faults.explain(self.end, self.store.name, AGAIN)
        if self.again:
            raise faults.explain(self.again[0][1], self.store.name, AGAIN)
        if self.failed:
            more = f" (and {len(self.failed) - 1} more)" if len(self.failed) > 1 else ""
            raise OrchardError(
                f"{self.failed[0]}{more}; the other photographs are in the bucket",
                f"see to the file, then call again: {AGAIN} sends what is missing",
            )


def read(path: str) -> tuple[bytes | None, Stamp]:
    """Read a file that nobody writes meanwhile; returns None for the content if somebody does.

    Raises:
        OSError: as `open`.
    """
    for _ in range(3):
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123 - 67,692 times; nothing to buffer
            stamp = Stamp.of(os.fstat(file.fileno()))
            content = file.read()
            after = Stamp.of(os.fstat(file.fileno()))
        if after == stamp and len(content) == stamp.size:
            return content, plan.trusted(stamp)
    return None, stamp


def _verify(work: Plan, store: Bucket, ledger: Ledger) -> None:
    """List the bucket once more: every photograph must be there with the ETag that belongs to its checksum."""
    there = {entry.key: entry.etag for entry in store.listing(PREFIX)}
    wrong = [
        photograph.name
        for photograph in work.tree.photographs
        if there.get(photograph.key) != ledger.records[photograph.key].etag
    ]
    if wrong:
        raise OrchardError(
            f"{len(wrong):,} of {len(work.tree.photographs):,} photographs are not in the bucket as they were sent, "
            f"the first is {wrong[0]}; somebody else writes there",
            f"{AGAIN} sends them again",
        )
