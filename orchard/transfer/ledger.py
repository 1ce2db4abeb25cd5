"""What is known about objects in a bucket: the checksum of each, tied to its ETag.

A listing tells keys, sizes and ETags, but no checksums, and in a bucket encrypted with KMS an ETag is not the MD5 of
the content (Amazon S3 API Reference, "Object"). An ETag does change with the content, though. So each confirmation
from S3 is written down here as (ETag, SHA-256, stamp of the file); while the listing shows that ETag, the object is
known to have that checksum.

The ledger only saves work. Where it lacks an object, or is lost, `orchard.photographs.plan` asks S3 itself; a false or
old line does no harm, for its ETag is then not the one in the listing. Lines are appended with one `write` each, so
that a killed process loses nothing that was confirmed, and a line cut short by a crash is skipped.
"""

import json
import os
import threading
from pathlib import Path
from typing import NamedTuple

from orchard.transfer.files import Stamp


class Record(NamedTuple):
    """An object as S3 confirmed it.

    Attributes:
        etag: with its quotes, as in listings.
        sha256: of the content, base64 as in S3's header x-amz-checksum-sha256; empty for downloads of older versions.
        stamp: of the file that was sent or written; all zeros when it was too young to be trusted.
    """

    etag: str
    sha256: str
    stamp: Stamp


class Ledger:
    """The records of one bucket, in a file of JSON lines.

    Args:
        path: of the file; made with its directory when first written.

    Attributes:
        path: the same.
        records: what is known, by key.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file: int | None = None
        self.records: dict[str, Record] = {}
        lines = 0
        if path.exists():
            with path.open("rb") as file:
                for line in file:
                    lines += 1
                    self._take(line)
        self._worn = lines > 2 * len(self.records) + 1000

    def _take(self, line: bytes) -> None:
        try:
            key, etag, sha256, *stamp = json.loads(line)
            self.records[key] = Record(etag, sha256, Stamp(*stamp))
        except (ValueError, TypeError):
            return  # cut short when the machine went down; the object it told of is asked for again

    def confirm(self, key: str, record: Record) -> None:
        """Write down what S3 confirmed; safe in any thread."""
        with self._lock:
            self.records[key] = record
            if self._file is None:
                self._file = self._open()
            os.write(self._file, _line(key, record))

    def _open(self) -> int:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if self._worn:  # replaced lines outnumber the others: write it anew
            fresh = self.path.with_suffix(".new")
            fresh.write_bytes(b"".join(_line(*item) for item in self.records.items()))
            fresh.replace(self.path)
            self._worn = False
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            os.write(descriptor, b"\n")  # so that a line cut short spoils no other
        return descriptor

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._file is not None:
                os.close(self._file)
                self._file = None


def _line(key: str, record: Record) -> bytes:
    return json.dumps([key, record.etag, record.sha256, *record.stamp], ensure_ascii=False).encode() + b"\n"
