"""What an upload has to do: the photographs that the bucket lacks or has with another content, from one listing."""

import base64
import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from orchard import cost
from orchard.bucket import Bucket, Entry
from orchard.target import CONNECTIONS
from orchard.transfer.ledger import Ledger, Record
from orchard.transfer.tree import PREFIX, SPLITS, Photograph, Stamp, Tree

PAGE = 1000  # keys of a listing's page (Amazon S3 API Reference, ListObjectsV2)
BATCH = 1000  # keys of a DeleteObjects
YOUNG = 2_000_000_000  # nanoseconds: the coarsest time stamps of usual file systems (FAT)
SHOWN = 10  # names before "and so many more"


class Digests(NamedTuple):
    """Of a file's content: SHA-256 in base64, MD5 as S3 writes it in an ETag."""

    sha256: str
    etag: str


class Plan(NamedTuple):
    """What an upload has to do.

    Attributes:
        tree: the data set.
        send: photographs that the bucket lacks or has with another content.
        delete: keys in the splits that the data set has, of photographs that it has not.
        requests: number of requests by S3's name, those that finding out has taken included.
    """

    tree: Tree
    send: list[Photograph]
    delete: list[str]
    requests: dict[str, int]

    @property
    def size(self) -> int:
        """Bytes to send."""
        return sum(photograph.stamp.size for photograph in self.send)


def sha256(content: bytes) -> str:
    """Digest a content as S3's header x-amz-checksum-sha256 has it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def digests(content: bytes) -> Digests:
    """Digest a content both ways."""
    return Digests(sha256(content), f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"')


def make(tree: Tree, store: Bucket, ledger: Ledger, *, delete: bool = False) -> Plan:
    """Compare a data set with the bucket.

    A photograph is in the bucket when the key is there in its size and either
    - the ledger ties the listing's ETag to the file's SHA-256 (no file is read whose stamp is the recorded one), or
    - the ETag is the MD5 of the file, as in buckets that S3 encrypts with its own keys, or
    - neither is known (the ledger is lost, and the bucket encrypted with KMS), and S3 names the file's SHA-256 as the
      object's checksum when asked for it: the one case that takes a request for a photograph.

    What S3 says about itself goes into the ledger.
    """
    there = {entry.key: entry for entry in store.listing(PREFIX)}
    send, doubtful = [], []
    for photograph in tree.photographs:
        entry = there.get(photograph.key)
        if entry is None or entry.size != photograph.stamp.size:
            send.append(photograph)
        elif (same := _same(tree.root, photograph, entry, ledger)) is None:
            doubtful.append((photograph, entry))
        elif not same:
            send.append(photograph)
    send += _ask(tree.root, doubtful, store, ledger)
    surplus = _surplus(tree, there) if delete else []
    requests = {
        "LIST": max(1, -(-len(there) // PAGE)),
        "HEAD": len(doubtful),
        "PUT": len(send),
        "DELETE": -(-len(surplus) // BATCH),
    }
    return Plan(tree, send, surplus, requests)


def _same(root: Path, photograph: Photograph, entry: Entry, ledger: Ledger) -> bool | None:
    """Tell whether an object of the right size is the photograph; None when that is not known."""
    record = ledger.records.get(photograph.key)
    recorded = record if record and record.etag == entry.etag else None
    if recorded and recorded.stamp == photograph.stamp:
        return True
    content = _read(root, photograph)
    if content is None:
        return False  # the sending will say what is wrong with the file
    found = digests(content)
    same = recorded.sha256 == found.sha256 if recorded else found.etag == entry.etag
    if same:
        ledger.confirm(photograph.key, Record(entry.etag, found.sha256, trusted(photograph.stamp)))
        return True
    return False if recorded else None  # an ETag of KMS looks like an MD5 too, so another one proves nothing


def _ask(root: Path, doubtful: list[tuple[Photograph, Entry]], store: Bucket, ledger: Ledger) -> Iterator[Photograph]:
    """Ask S3 for the checksums of objects that nothing else tells about; yields the photographs that differ."""

    def differs(pair: tuple[Photograph, Entry]) -> bool:
        photograph, entry = pair
        etag, known = store.checksum(photograph.key)
        content = _read(root, photograph)
        if content is None or known is None or etag != entry.etag or known != sha256(content):
            return True
        ledger.confirm(photograph.key, Record(etag, known, trusted(photograph.stamp)))
        return False

    with ThreadPoolExecutor(CONNECTIONS // 2) as pool:
        answers = pool.map(differs, doubtful)
        yield from (photograph for (photograph, _), differing in zip(doubtful, answers, strict=True) if differing)


def trusted(stamp: Stamp) -> Stamp:
    """Return the stamp, or zeros for a file so young that it may change again within the clock's resolution."""
    young = time.time_ns() - max(stamp.mtime_ns, stamp.ctime_ns) < YOUNG
    return Stamp(0, 0, 0, 0) if young else stamp


def _surplus(tree: Tree, there: dict[str, Entry]) -> list[str]:
    """Return the keys to delete; a split that the data set does not have at all is not touched."""
    here = {photograph.key for photograph in tree.photographs}
    splits = tuple(f"{PREFIX}{split}/" for split in SPLITS if (tree.root / split).is_dir())
    return [key for key in there if key.startswith(splits) and key not in here]


def describe(plan: Plan, *, free: bool) -> list[str]:
    """Say a plan in lines for people: what would be sent, in how many requests, at what cost."""
    kept = len(plan.tree.photographs) - len(plan.send)
    requests = ", ".join(f"{count:,} {name}" for name, count in plan.requests.items() if count)
    price = "free on this target" if free else f"{cost.of_requests(plan.requests):.2f} {cost.table()['currency']}"
    return [
        f"{len(plan.tree.photographs):,} photographs ({plan.tree.size / 1e6:,.1f} MB) in {plan.tree.root}",
        f"  to send: {len(plan.send):,} ({plan.size / 1e6:,.1f} MB); in the bucket already: {kept:,}",
        f"  to be deleted in the bucket: {len(plan.delete):,}",
        *(f"    {key}" for key in plan.delete[:SHOWN]),
        *([f"    and {len(plan.delete) - SHOWN:,} more"] if len(plan.delete) > SHOWN else []),
        f"  requests: {requests}: {price}",
    ]


def name_left_out(tree: Tree) -> list[str]:
    """Name the files that are not sent, with the reason."""
    if not tree.left_out:
        return []
    shown = [f"  {name}: {reason}" for name, reason in sorted(tree.left_out)[:SHOWN]]
    more = [f"  and {len(tree.left_out) - SHOWN:,} more"] if len(tree.left_out) > SHOWN else []
    return [f"{len(tree.left_out):,} files are left out:", *shown, *more]


def _read(root: Path, photograph: Photograph) -> bytes | None:
    try:
        return (root / photograph.name).read_bytes()
    except OSError:
        return None
