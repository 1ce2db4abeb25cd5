"""Photographs packed into Parquet shards: `<split>/<class>/part-00000.parquet` and a manifest a split.

67,692 photographs of 5 kB are 67,692 requests to send, 68 to list and 67,692 to read again; as shards they are some
260, 1 and 1,000. A shard holds photographs of one class (path, label, content: the columns that the jobs compute
from), up to SHARD bytes of them, so that a changed photograph has only its own shard sent again. JPEG is not
compressed once more.

The manifest is written last. It names every shard with its size and the number of its photographs, so that a job needs
no listing and notices shards that a broken-off upload has replaced. It is a copy of the data set as a whole: a
photograph that the data set has no more is not in it, though `--delete` alone removes shards from the bucket.

Where a split has a manifest, runs read the shards; else they read single objects. So the form that was uploaded last
is the one that counts: an upload of single objects takes the manifests away.
"""

import hashlib
import io
import json
from array import array
from collections.abc import Iterable, Iterator
from itertools import accumulate, groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from orchard.aws.layout import PACKED, packed_manifest
from orchard.base.counts import counted
from orchard.base.language import marked
from orchard.photographs.readings import SPLITS
from orchard.photographs.tree import Photograph, Tree
from orchard.transfer import files
from orchard.transfer.files import Stamp

if TYPE_CHECKING:
    import pyarrow as pa

    from orchard.aws.bucket import Bucket, Entry
    from orchard.transfer.ledger import Ledger

SHARD = 32 << 20  # bytes of photographs; packing takes three times as much memory
ROW_GROUP = 1 << 20  # bytes: what Spark can give to a task at the least, and reads at once


class Shard(NamedTuple):
    """Photographs of one class, in the order of their names.

    Attributes:
        name: `<split>/<class>/part-00000.parquet`.
        photographs: never empty.
    """

    name: str
    photographs: list[Photograph]

    @property
    def key(self) -> str:
        """Its name, under the prefix of packed photographs."""
        return PACKED + self.name

    @property
    def stamp(self) -> Stamp:
        """Of all its files: their bytes, the latest of their times, and a digest of their names and stamps."""
        return _stamp((photograph.name, photograph.stamp) for photograph in self.photographs)

    @property
    def size(self) -> None:
        """Not known before it is packed."""
        return

    @property
    def weight(self) -> int:
        """Bytes of its photographs."""
        return sum(photograph.stamp.size for photograph in self.photographs)

    @property
    def images(self) -> int:
        """Number of its photographs."""
        return len(self.photographs)

    @property
    def media_type(self) -> str:
        """Of Parquet, as the IANA registered it."""
        return "application/vnd.apache.parquet"

    def read(self, root: str) -> tuple[bytes | None, Stamp]:
        """Pack the files; the same files give the same bytes."""
        contents, stamps = [], []
        for photograph in self.photographs:
            content, stamp = files.read(f"{root}/{photograph.path}")
            if content is None:
                return None, stamp
            contents.append(content)
            stamps.append(stamp)
        young = any(stamp == Stamp(0, 0, 0, 0) for stamp in stamps)
        names = [photograph.name for photograph in self.photographs]
        whole = Stamp(0, 0, 0, 0) if young else _stamp(zip(names, stamps, strict=True))
        return encode(names, contents), whole


def _stamp(parts: Iterable[tuple[str, Stamp]]) -> Stamp:
    pairs = list(parts)
    digest = hashlib.sha256(json.dumps(pairs, ensure_ascii=False).encode()).digest()
    stamps = [stamp for _, stamp in pairs]
    latest = max(stamp.mtime_ns for stamp in stamps), max(stamp.ctime_ns for stamp in stamps)
    return Stamp(sum(stamp.size for stamp in stamps), *latest, int.from_bytes(digest[:8], "big"))


def shards(photographs: list[Photograph]) -> list[Shard]:
    """Divide photographs, sorted by name, into shards."""
    found = []
    for folder, members in groupby(photographs, lambda photograph: photograph.name.rpartition("/")[0]):
        for number, part in enumerate(_cut(members)):
            found.append(Shard(f"{folder}/part-{number:05}.parquet", part))
    return found


def _cut(photographs: Iterable[Photograph]) -> Iterator[list[Photograph]]:
    part: list[Photograph] = []
    size = 0
    for photograph in photographs:
        if part and size + photograph.stamp.size > SHARD:
            yield part
            part, size = [], 0
        part.append(photograph)
        size += photograph.stamp.size
    yield part


def encode(names: list[str], contents: list[bytes]) -> bytes:
    """Write a shard.

    Args:
        names: `<split>/<class>/<image>` of each photograph.
        contents: the bytes of each.

    Returns:
        a Parquet file with the columns path, label (string) and content (binary), in row groups of ROW_GROUP bytes.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema(
        [pa.field(name, kind, nullable=False) for name, kind in (("path", pa.string()), ("label", pa.string()))]
        + [pa.field("content", pa.binary(), nullable=False)]
    )
    target = io.BytesIO()
    # Photographs gain nothing by compression, and their statistics would only swell the footer.
    options: dict[str, Any] = {"compression": "none", "use_dictionary": ["label"], "write_statistics": ["path"]}
    options["write_page_checksum"] = True  # which jobs verify: a byte that has changed since is no photograph's
    with pq.ParquetWriter(target, schema, **options) as writer:
        first, size = 0, 0
        for last, content in enumerate(contents, 1):
            size += len(content)
            if size >= ROW_GROUP or last == len(contents):
                paths = names[first:last]
                labels = [path.split("/")[-2] for path in paths]
                columns = [_text(paths), _text(labels), _column(pa.binary(), contents[first:last])]
                writer.write_table(pa.Table.from_arrays(columns, schema=schema))
                first, size = last, 0
    return target.getvalue()


def _text(values: list[str]) -> "pa.Array":
    import pyarrow as pa

    return _column(pa.string(), [value.encode() for value in values])


def _column(kind: "pa.DataType", values: list[bytes]) -> "pa.Array":
    """Make a column of its two buffers; from lists pyarrow would import pandas first, which takes a second."""
    import pyarrow as pa

    offsets = array("i", accumulate(map(len, values), initial=0))
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(offsets), pa.py_buffer(b"".join(values))])


def publish(tree: Tree, found: list[Shard], listed: "dict[str, Entry]", store: "Bucket", ledger: "Ledger") -> list[str]:
    """Write the manifests of the splits that the shards belong to, where they are not there as they must be.

    Args:
        tree: the data set.
        found: its shards, all of them in the bucket.
        listed: the bucket's shards by key.
        store: the bucket.
        ledger: with the shards' checksums.

    Returns:
        lines for people: photographs that a manifest no longer names.

    Raises:
        OrchardError: S3 refuses or cannot be reached.
    """
    warnings = []
    for split in SPLITS:
        members = [shard for shard in found if shard.name.startswith(f"{split}/")]
        if not members:
            continue
        content = {
            "photographs": sum(shard.images for shard in members),
            "size": sum(shard.weight for shard in members),
            "ignored": tree.ignored(split),
            "shards": [
                {
                    "file": shard.name.removeprefix(f"{split}/"),
                    "size": listed[shard.key].size,
                    "sha256": ledger.records[shard.key].sha256,
                    "images": shard.images,
                }
                for shard in members
            ],
        }
        before = manifest(store, split)
        if before != content:
            store.write_json(packed_manifest(split), content)
        if before and (fewer := before["photographs"] - content["photographs"]) > 0:
            warnings.append(
                marked(f"{store.uri(PACKED + split)}/ has {counted(fewer, 'photograph')} fewer than before.")
            )
    return warnings


def is_manifest(key: str) -> bool:
    """Tell whether a key is a split's manifest."""
    return key in {packed_manifest(split) for split in SPLITS}


def manifest(store: "Bucket", split: str) -> dict[str, Any] | None:
    """Read a split's manifest; None where runs read single objects."""
    return store.read_json(packed_manifest(split))


def withdraw(store: "Bucket", splits: Iterable[str]) -> list[str]:
    """Take manifests away, so that runs read single objects; returns the splits that had one."""
    had = [
        split
        for split in set(store.directories(PACKED)).intersection(splits)
        if any(store.keys(packed_manifest(split), limit=1))
    ]
    store.delete([packed_manifest(split) for split in had])
    return had
