"""Multipart uploads joined on disk.

moto 5.2.5 s3/models.py `FakeMultipart.complete` joins the parts in memory, copies the result, collects it once more for
a checksum that nobody asked for, and keeps the parts for as long as the object: a file of 1 GB takes 4 GB for a while.
"""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

from moto.s3 import models
from moto.s3.exceptions import EntityTooSmall, InvalidPart, MalformedXML
from moto.settings import S3_UPLOAD_PART_MIN_SIZE

from orchard.emulator.s3.answers import S3Error
from orchard.emulator.s3.bodies import BLOCK, Adopted, Body
from orchard.emulator.s3.checksums import Checksum

KeptChecksum = tuple[str, str, int]  # type (COMPOSITE or FULL_OBJECT), value in base64, number of parts


class StoredMultipart(models.FakeMultipart):
    """An upload in parts, each of them a body on disk.

    Attributes:
        joined: the parts that the object was made of, in their order; their bodies are gone by then.
        expected: algorithm and value of a checksum over the whole, which the client says.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if getattr(self, "acl", None) is None:
            self.acl = models.get_canned_acl("private")  # moto would have none, and GetObjectAcl fail
        self.joined: list[models.FakeKey] = []
        self.expected: tuple[str, str] | None = None

    def complete(self, body: Iterator[tuple[int, str]]) -> tuple[Adopted, str, KeptChecksum | None]:
        """Join the parts.

        Args:
            body: number and ETag of each part, in their order.

        Returns:
            The joined file, its ETag ("<MD5 of the parts' MD5s>-<number>") and the checksum if one was asked for.

        Raises:
            InvalidPart: a part is unknown or has another ETag.
            EntityTooSmall: a part that is not the last one is smaller than 5 MiB.
            MalformedXML: there are no parts.
            S3Error: the checksum over the whole is another than the client says.
        """
        asked = [(self._part(number, etag), etag) for number, etag in body]
        if not asked:
            raise MalformedXML
        parts = [part for part, _ in asked]
        if any(part.contentsize < S3_UPLOAD_PART_MIN_SIZE for part in parts[:-1]):
            raise EntityTooSmall
        digests = hashlib.md5(b"".join(bytes.fromhex(part.etag.strip('"')) for part in parts), usedforsecurity=False)
        whole, checksum = self._join(parts)
        if self.expected and checksum and checksum[0] == "FULL_OBJECT" and checksum[1] != self.expected[1]:
            whole.path.unlink()
            raise S3Error("BadDigest", f"The {self.expected[0]} you specified did not match the calculated checksum.")
        self.joined = parts
        for part in self.parts.values():
            part.dispose()
        return Adopted(whole.path, temporary=True), f"{digests.hexdigest()}-{len(parts)}", checksum

    def _join(self, parts: list[models.FakeKey]) -> tuple[Body, KeptChecksum | None]:
        """Write the parts behind each other; computes the checksum that was asked for, block by block."""
        algorithm = self.metadata.get("x-amz-checksum-algorithm")
        kind = self.metadata.get("x-amz-checksum-type") or ("FULL_OBJECT" if algorithm == "CRC64NVME" else "COMPOSITE")
        body, whole, of_parts = Body(), Checksum(algorithm or "SHA256"), Checksum(algorithm or "SHA256")
        with body.path.open("wb") as file:
            for part in parts:
                of_part = Checksum(algorithm or "SHA256")
                with part._value_buffer.path.open("rb") as source:
                    while block := source.read(BLOCK):
                        file.write(block)
                        if algorithm:
                            (of_part if kind == "COMPOSITE" else whole).update(block)
                of_parts.update(of_part.digest())
        if not algorithm:
            return body, None
        digest = (of_parts if kind == "COMPOSITE" else whole).digest()
        return body, (kind, base64.b64encode(digest).decode(), len(parts))

    def _part(self, number: int, etag: str) -> models.FakeKey:
        part = self.parts.get(number)
        if part is None or part.etag.strip('"') != etag.strip('"'):
            raise InvalidPart
        return part


def install() -> None:
    """Put `StoredMultipart` in moto's place."""
    models.FakeMultipart = StoredMultipart
