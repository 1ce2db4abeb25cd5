"""Object bodies as immutable files on disk, one file per version.

moto 5.2.5 s3/models.py `FakeKey` keeps a body in a SpooledTemporaryFile: objects up to 5 MB stay in memory, larger
ones hold an open file descriptor for as long as they exist. The 67,692 photographs of Fruits-360 would take about
570 MB (8.4 kB for an object of 5 kB, measured), and a copy on disk for every step. With the bodies in files they take
210 MB, are linked into a step's view of the bucket and linked back as results (see steps/mirror.py).
"""

import hashlib
import os
import shutil
import threading
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

from moto.s3 import models

BLOCK = 1 << 20
READERS = 2.0  # seconds that a request may take from finding a key to opening its body
_state = threading.local()
_doomed: deque[tuple[float, str]] = deque()


class Adopted:
    """A file that becomes the body of a new object without its bytes passing through memory.

    It stays where it is as well, unless it is `temporary`.
    """

    def __init__(self, path: Path, *, temporary: bool = False) -> None:
        self.path, self.temporary = path, temporary


class Body:
    """One immutable body; what moto disposes of when the version it belongs to is gone."""

    root: Path
    __slots__ = ("_name",)  # there is one for each object: a Path instead of its name would take 1 kB more

    def __init__(self) -> None:
        self._name = uuid4().bytes

    @property
    def path(self) -> Path:
        """The file."""
        return Path(self.location)

    @property
    def location(self) -> str:
        """The file's path as a string, for loops over very many."""
        name = self._name.hex()
        return f"{self.root}/{name[:2]}/{name[2:]}"

    def write(self, value: bytes | Adopted) -> int:
        """Store the bytes, or take over a file; returns the size in bytes."""
        _remove_doomed()
        path = self.path
        if isinstance(value, Adopted):
            try:
                (os.replace if value.temporary else os.link)(value.path, path)
            except OSError:  # another file system, or one without hard links
                shutil.copyfile(value.path, path)
            path.chmod(0o600)  # Hadoop gives what it writes the permissions of its own choice, whatever the umask
            return path.stat().st_size
        path.write_bytes(value)
        return len(value)

    def close(self) -> None:
        """Forget the body a little later (moto calls this when it disposes of a key).

        A request may have found the key just before it was replaced and be about to read it: S3 gives such a reader
        the old object, not an error.
        """
        _doomed.append((time.monotonic() + READERS, self.location))
        _remove_doomed()


def _remove_doomed() -> None:
    while _doomed and _doomed[0][0] < time.monotonic():
        try:
            _, location = _doomed.popleft()
        except IndexError:
            return  # another thread took the last one
        Path(location).unlink(missing_ok=True)


class BorrowedBody(Body):
    """A body that belongs to another key: it is read, and closing it forgets nothing."""

    __slots__ = ()

    def __init__(self, of: Body) -> None:
        self._name = of._name

    def close(self) -> None:
        """Leave the body to its owner."""


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

    def __deepcopy__(self, memo: dict[int, Any]) -> "StoredKey":
        """Copy the key without its body.

        moto 5.2.5 s3/models.py `list_object_versions` copies every version of the whole bucket, bytes and all, and
        with them the keys that delete markers remember, whose bodies are gone. S3 lists what it knows of them.
        """
        twin = StoredKey.__new__(StoredKey)
        twin.__dict__.update(
            self.__dict__, _value_buffer=BorrowedBody(self._value_buffer), multipart=None, disposed=True
        )
        return twin

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
    for first in range(256):
        (objects / f"{first:02x}").mkdir(parents=True, exist_ok=True)
    PRIVATE = models.get_canned_acl("private")
    models.FakeKey = StoredKey
