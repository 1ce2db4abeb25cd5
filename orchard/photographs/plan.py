"""What an upload has to do: the objects that the bucket lacks or has with another content, from one listing."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from orchard.aws.bucket import Bucket, Entry
from orchard.aws.layout import PACKED, RAW
from orchard.aws.target import CONNECTIONS
from orchard.base.counts import counted
from orchard.base.errors import UsageError
from orchard.base.language import headed, tr
from orchard.cost.money import Money
from orchard.cost.prices import of_requests
from orchard.photographs.items import Item, Single
from orchard.photographs.packed import is_manifest, shards
from orchard.photographs.tree import Tree
from orchard.transfer.files import Stamp
from orchard.transfer.ledger import Ledger, Record

PAGE = 1000  # keys of a listing's page (Amazon S3 API Reference, ListObjectsV2)
BATCH = 1000  # keys of a DeleteObjects
SHOWN = 10  # names before "and so many more"


class Digests(NamedTuple):
    """Of a file's content: SHA-256 in base64, MD5 as S3 writes it in an ETag."""

    sha256: str
    etag: str


class Plan(NamedTuple):
    """What an upload has to do.

    Attributes:
        tree: the data set.
        packed: whether it goes as shards.
        items: the objects that it comes to.
        send: those that the bucket lacks or has with another content.
        delete: keys in the splits that the data set has, of objects that it does not come to.
        listed: what the bucket has in this form, by key.
        requests: number of requests by S3's name, those that finding out has taken included.
    """

    tree: Tree
    packed: bool
    items: Sequence[Item]
    send: Sequence[Item]
    delete: list[str]
    listed: dict[str, Entry]
    requests: dict[str, int]

    @property
    def prefix(self) -> str:
        """Of the keys."""
        return PACKED if self.packed else RAW

    @property
    def size(self) -> int:
        """Bytes of the photographs to send."""
        return sum(item.weight for item in self.send)

    @property
    def images(self) -> int:
        """Number of photographs to send."""
        return sum(item.images for item in self.send)


def sha256(content: bytes) -> str:
    """Digest a content as S3's header x-amz-checksum-sha256 has it."""
    return base64.b64encode(hashlib.sha256(content).digest()).decode()


def digests(content: bytes) -> Digests:
    """Digest a content both ways."""
    return Digests(sha256(content), f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"')


def make(tree: Tree, store: Bucket, ledger: Ledger, *, delete: bool = False, packed: bool = False) -> Plan:
    """Compare a data set with the bucket.

    A photograph, or a shard of them, is in the bucket when the key is there (in its size) and either
    - the ledger ties the listing's ETag to its SHA-256 (no file is read whose stamp is the recorded one), or
    - the ETag is its MD5, as in buckets that S3 encrypts with its own keys, or
    - neither is known (the ledger is lost, and the bucket encrypted with KMS), and S3 names its SHA-256 as the
      object's checksum when asked for it: the one case that takes a request for an object.

    What S3 says about itself goes into the ledger.

    Raises:
        UsageError: to delete is asked for, and the directory is a part of a data set.
    """
    items: list[Item] = [*shards(tree.photographs)] if packed else [*map(Single, tree.photographs)]
    prefix = PACKED if packed else RAW
    listed = {entry.key: entry for entry in store.listing(prefix)}
    send: list[Item] = []
    doubtful: list[tuple[Item, Entry]] = []
    root = str(tree.root)
    for item in items:
        entry = listed.get(item.key)
        if entry is None or item.size not in (None, entry.size):
            send.append(item)
        elif (same := _same(root, item, entry, ledger)) is None:
            doubtful.append((item, entry))
        elif not same:
            send.append(item)
    send += _ask(root, doubtful, store, ledger)
    surplus = _surplus(tree, prefix, items, listed) if delete else []
    requests = {
        "LIST": max(1, -(-len(listed) // PAGE)),
        "HEAD": len(doubtful),
        "PUT": len(send),
        "DELETE": -(-len(surplus) // BATCH),
    }
    return Plan(tree, packed, items, send, surplus, listed, requests)


def _same(root: str, item: Item, entry: Entry, ledger: Ledger) -> bool | None:
    """Tell whether an object of the right size is the item; None when that is not known."""
    record = ledger.records.get(item.key)
    recorded = record if record and record.etag == entry.etag else None
    if recorded and recorded.stamp == item.stamp:
        return True
    content, stamp = _read(root, item)
    if content is None:
        return False  # the sending will say what is wrong with the file
    found = digests(content)
    same = recorded.sha256 == found.sha256 if recorded else found.etag == entry.etag
    if same:
        ledger.confirm(item.key, Record(entry.etag, found.sha256, stamp))
        return True
    return False if recorded else None  # an ETag of KMS looks like an MD5 too, so another one proves nothing


def _ask(root: str, doubtful: list[tuple[Item, Entry]], store: Bucket, ledger: Ledger) -> Iterator[Item]:
    """Ask S3 for the checksums of objects that nothing else tells about; yields the items that differ."""
    with ThreadPoolExecutor(CONNECTIONS // 2) as pool:
        answers = pool.map(lambda pair: store.checksum(pair[0].key), doubtful)
        for (item, entry), (etag, known) in zip(doubtful, answers, strict=True):
            content, stamp = _read(root, item)
            if content is None or known is None or etag != entry.etag or known != sha256(content):
                yield item
            else:
                ledger.confirm(item.key, Record(etag, known, stamp))


def _surplus(tree: Tree, prefix: str, items: Sequence[Item], listed: dict[str, Entry]) -> list[str]:
    """Return the keys to delete; a split that the data set does not have at all is not touched.

    Raises:
        UsageError: the directory is a part of a data set.
    """
    if tree.reading.whole:
        raise UsageError(
            f"{tree.root} is only a part of a data set, and --delete would delete the rest of it in the bucket",
            f"name the whole one: --dataset '{tree.reading.whole}'; or leave --delete out",
        )
    here = {item.key for item in items}
    splits = tuple(f"{prefix}{split}/" for split in tree.splits)
    return [key for key in listed if key.startswith(splits) and key not in here and not is_manifest(key)]


def describe(plan: Plan, *, free: bool) -> list[str]:
    """Say a plan in lines for people: what would be sent, in how many requests, at what cost."""
    shards = tr(" in ") + tr(counted(len(plan.send), "shard")) if plan.packed else ""
    kept = len(plan.tree.photographs) - plan.images
    requests = ", ".join(f"{count:,} {name}" for name, count in plan.requests.items() if count)
    price = "free on this target" if free else Money().say(of_requests(plan.requests))
    return [
        f"{counted(len(plan.tree.photographs), 'photograph')} ({plan.tree.size / 1e6:,.1f} MB) in {plan.tree.root}",
        *(f"  {line}" for line in plan.tree.describe()),
        f"  to send: {plan.images:,} ({plan.size / 1e6:,.1f} MB){shards}; in the bucket already: {kept:,}",
        f"  to be deleted in the bucket: {len(plan.delete):,}",
        *(f"    {key}" for key in plan.delete[:SHOWN]),
        *([f"    and {len(plan.delete) - SHOWN:,} more"] if len(plan.delete) > SHOWN else []),
        f"  requests: {requests}: {price}",
    ]


def as_data(plan: Plan) -> dict[str, Any]:
    """Return a plan as plain data; the price in US dollars, as AWS charges."""
    return {
        "dataset": str(plan.tree.root),
        "photographs": len(plan.tree.photographs),
        "bytes": plan.tree.size,
        "packed": plan.packed,
        "send": {"photographs": plan.images, "objects": len(plan.send), "bytes": plan.size},
        "delete": plan.delete,
        "left_out": [{"file": name, "reason": reason} for name, reason in sorted(plan.tree.left_out)],
        "requests": {name: count for name, count in plan.requests.items() if count},
        "usd": round(of_requests(plan.requests), 6),
    }


def name_left_out(tree: Tree) -> list[str]:
    """Name the files that are not sent, with the reason."""
    if not tree.left_out:
        return []
    shown = [headed(f"  {name}", tr(reason)) for name, reason in sorted(tree.left_out)[:SHOWN]]
    more = [f"  and {len(tree.left_out) - SHOWN:,} more"] if len(tree.left_out) > SHOWN else []
    return [f"{counted(len(tree.left_out), 'file')} left out:", *shown, *more]


def _read(root: str, item: Item) -> tuple[bytes | None, Stamp]:
    try:
        return item.read(root)
    except OSError:
        return None, item.stamp
