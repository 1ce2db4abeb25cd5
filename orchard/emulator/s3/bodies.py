"""Object bodies as immutable files on disk, one file per version.

moto 5.2.5 s3/models.py `FakeKey` keeps a body in a SpooledTemporaryFile: objects up to 5 MB stay in memory, larger
ones hold an open file descriptor for as long as they exist. The 67,692 photographs of Fruits-360 would take about
580 MB of memory (8.4 kB each measured, of which 5 kB are the body) and a second copy on disk for every step.

As files they can be hard-linked into a step's view of the bucket and linked back as results: 0.7 s for 67,692
objects of 5 kB, against 2.8 s to copy them, and no bytes are stored twice.
"""

import hashlib
import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from moto.s3 import models

BLOCK = 1 << 20
_state = threading.local()


class Adopted:
    """A file that becomes the body of a new object without its bytes passing through memory."""

    def __init__(self, path: Path) -> None:
        self.path = path


class Body:
    """One immutable body; what moto disposes of when the version it belongs to is gone."""

    root: Path

    def __init__(self) -> None:
        name = uuid4().hex
        self.path = self.root / name[:2] / name[2:]
        self.path.parent.mkdir(parents=True, exist_ok=True)

    def write(self, value: bytes | Adopted) -> int:
        """Store the bytes, or take over a file; returns the size in bytes."""
        if isinstance(value, Adopted):
            try:
                os.link(value.path, self.path)
            except OSError:  # another file system, or one without hard links
                shutil.copyfile(value.path, self.path)
        else:
            self.path.write_bytes(value)
        return self.path.stat().st_size

    def close(self) -> None:
        """Forget the body (moto calls this when it disposes of a key)."""
        self.path.unlink(missing_ok=True)


class Stream:
    """A body's bytes in the two ways that a response asks for: a slice (range requests) or block by block."""

    def __init__(self, path: Path, size: int) -> None:
        self._file = path.open("rb")  # opened at once: an overwrite meanwhile must not cut the answer short
        self._size = size

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, part: slice) -> bytes:
        begin, end, _ = part.indices(self._size)
        with self._file as file:
            file.seek(begin)
            return file.read(end - begin)

    def __iter__(self) -> Iterator[bytes]:
        with self._file as file:
            while block := file.read(BLOCK):
                yield block


class streaming:  # noqa: N801 - used as a function in a with statement
    """Within it, the values of large keys in this thread are `Stream`s instead of bytes."""

    def __enter__(self) -> None:
        _state.streaming = True

    def __exit__(self, *_: object) -> None:
        _state.streaming = False


class StoredKey(models.FakeKey):
    """moto's key with its body in a file."""

    contentsize: int
    _value_buffer: Any
    _etag: str | None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Every object would own an equal access control list (about 1 kB): share the default one.
        self.acl = PRIVATE

    @property
    def value(self) -> bytes | Stream:
        """The body: bytes, or a `Stream` for a large one while a request streams."""
        body: Body = self._value_buffer
        if self.contentsize > BLOCK and getattr(_state, "streaming", False):
            return Stream(body.path, self.contentsize)
        return body.path.read_bytes()

    @value.setter
    def value(self, new: bytes | str | Adopted) -> None:
        old = self._value_buffer
        body = Body()
        self.contentsize = body.write(new.encode() if isinstance(new, str) else new)
        self._value_buffer = body
        old.close()

    @property
    def etag(self) -> str:
        """The MD5 of the body in quotes, computed when first asked for."""
        if self._etag is None:
            with self._value_buffer.path.open("rb") as file:
                self._etag = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        return f'"{self._etag}"'


PRIVATE: Any = None


def install(objects: Path) -> None:
    """Put `StoredKey` in the place of moto's key, with bodies under `objects`."""
    global PRIVATE
    Body.root = objects
    objects.mkdir(parents=True, exist_ok=True)
    PRIVATE = models.get_canned_acl("private")
    models.FakeKey = StoredKey
