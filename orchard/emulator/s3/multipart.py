"""Multipart uploads joined on disk.

moto 5.2.5 s3/models.py `FakeMultipart.complete` joins the parts in memory, copies the result, collects it once more for
a checksum that nobody asked for, and keeps the parts for as long as the object: a file of 1 GB takes 4 GB for a while.
"""

import hashlib
import shutil
from collections.abc import Iterator

from moto.s3 import models
from moto.s3.exceptions import EntityTooSmall, InvalidPart, MalformedXML
from moto.settings import S3_UPLOAD_PART_MIN_SIZE

from orchard.emulator.s3.bodies import Adopted, Body

Checksum = tuple[str, str, int]  # type (COMPOSITE or FULL_OBJECT), value in base64, number of parts


class StoredMultipart(models.FakeMultipart):
    """An upload in parts, each of them a body on disk."""

    def complete(self, body: Iterator[tuple[int, str]]) -> tuple[Adopted, str, Checksum | None]:
        """Join the parts.

        Args:
            body: number and ETag of each part, in their order.

        Returns:
            The joined file, its ETag ("<MD5 of the parts' MD5s>-<number>") and the checksum if one was asked for.

        Raises:
            InvalidPart: a part is unknown or has another ETag.
            EntityTooSmall: a part that is not the last one is smaller than 5 MiB.
            MalformedXML: there are no parts.
        """
        asked = [(self._part(number, etag), etag) for number, etag in body]
        if not asked:
            raise MalformedXML
        parts = [part for part, _ in asked]
        if any(part.contentsize < S3_UPLOAD_PART_MIN_SIZE for part in parts[:-1]):
            raise EntityTooSmall
        algorithm = self.metadata.get("x-amz-checksum-algorithm")
        checksum = models.MultipartChecksumBuilder(algorithm, self.metadata.get("x-amz-checksum-type"))
        digests, joined = hashlib.md5(usedforsecurity=False), Body()
        with joined.path.open("wb") as file:
            for part in parts:
                digests.update(bytes.fromhex(part.etag.strip('"')))
                with part._value_buffer.path.open("rb") as source:
                    shutil.copyfileobj(source, file)
                if algorithm:
                    checksum.addPart(part.value)
        for part in self.parts.values():
            part.dispose()
        etag = f"{digests.hexdigest()}-{len(parts)}"
        return Adopted(joined.path, temporary=True), etag, checksum.build() if algorithm else None

    def _part(self, number: int, etag: str) -> models.FakeKey:
        part = self.parts.get(number)
        if part is None or part.etag.strip('"') != etag.strip('"'):
            raise InvalidPart
        return part


def install() -> None:
    """Put `StoredMultipart` in moto's place."""
    models.FakeMultipart = StoredMultipart
