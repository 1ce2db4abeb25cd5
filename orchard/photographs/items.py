"""What an upload sends: a photograph as an object of its own, or a shard of many. The rest of it treats both alike."""

from typing import NamedTuple, Protocol

from orchard.aws.layout import RAW
from orchard.photographs.tree import Photograph
from orchard.transfer import files
from orchard.transfer.files import Stamp

MEDIA_TYPES = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png"}


class Item(Protocol):
    """Something that becomes an object.

    Attributes:
        name: for people, and below the form's prefix.
        key: of the object.
        stamp: equal as long as the content is.
        size: of the object in bytes; None where it is not known before the object is made.
        weight: bytes of photographs.
        images: number of photographs.
        media_type: for the header Content-Type.
    """

    @property
    def name(self) -> str: ...  # noqa: D102 - see above
    @property
    def key(self) -> str: ...  # noqa: D102
    @property
    def stamp(self) -> Stamp: ...  # noqa: D102
    @property
    def size(self) -> int | None: ...  # noqa: D102
    @property
    def weight(self) -> int: ...  # noqa: D102
    @property
    def images(self) -> int: ...  # noqa: D102
    @property
    def media_type(self) -> str: ...  # noqa: D102

    def read(self, root: str) -> tuple[bytes | None, Stamp]:
        """Make the content from the data set at `root`; None where a file changes meanwhile.

        Raises:
            OSError: a file has vanished or cannot be read; names it.
        """


class Single(NamedTuple):
    """A photograph as an object of its own."""

    photograph: Photograph

    @property
    def name(self) -> str:
        """Its name in the bucket."""
        return self.photograph.name

    @property
    def key(self) -> str:
        """`<split>/<class>/<image>`, under the prefix of single photographs."""
        return RAW + self.photograph.name

    @property
    def stamp(self) -> Stamp:
        """Of the file when it was found."""
        return self.photograph.stamp

    @property
    def size(self) -> int:
        """The file's."""
        return self.photograph.stamp.size

    @property
    def weight(self) -> int:
        """Bytes that it counts for while it is sent: the file's."""
        return self.photograph.stamp.size

    @property
    def images(self) -> int:
        """Photographs in it."""
        return 1

    @property
    def media_type(self) -> str:
        """For the header Content-Type, by the suffix."""
        return MEDIA_TYPES[self.photograph.name.rpartition(".")[2].lower()]

    def read(self, root: str) -> tuple[bytes | None, Stamp]:
        """Read the file."""
        return files.read(f"{root}/{self.photograph.path}")
