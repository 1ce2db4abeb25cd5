"""Checksums over bodies, block by block, in the five algorithms of S3's SDKs.

moto 5.2.5 s3/utils.py computes CRC32 where CRC32C is asked for and a package of that name is missing.
"""

import base64
import hashlib
from collections.abc import Callable
from functools import partial
from typing import Any

from awscrt import checksums

# CRCs: the function that goes on from a former value, and the number of bytes.
CRCS: dict[str, tuple[Callable[[bytes, int], int], int]] = {
    "CRC32": (checksums.crc32, 4),
    "CRC32C": (checksums.crc32c, 4),
    "CRC64NVME": (checksums.crc64nvme, 8),
}
HASHES: dict[str, Callable[[], Any]] = {"SHA1": partial(hashlib.sha1, usedforsecurity=False), "SHA256": hashlib.sha256}
SIZES = {name: size for name, (_, size) in CRCS.items()} | {"SHA1": 20, "SHA256": 32}


class Checksum:
    """A checksum in the making."""

    def __init__(self, algorithm: str) -> None:
        self._crc = CRCS.get(algorithm)
        self._value = 0
        self._hash: Any = None if self._crc else HASHES[algorithm]()

    def update(self, block: bytes) -> None:
        """Go on with more bytes."""
        if self._crc:
            self._value = self._crc[0](block, self._value)
        else:
            self._hash.update(block)

    def digest(self) -> bytes:
        """Return what it has come to."""
        return self._value.to_bytes(self._crc[1], "big") if self._crc else self._hash.digest()


def compute(body: bytes, algorithm: str, encode_base64: bool = True) -> bytes:
    """Compute a whole checksum; for one that there is not, SHA-256."""
    made = Checksum(algorithm if algorithm in SIZES else "SHA256")
    made.update(body)
    return base64.b64encode(made.digest()) if encode_base64 else made.digest()


def install() -> None:
    """Put `compute` in moto's place."""
    from moto.s3 import models, responses

    models.compute_checksum = responses.compute_checksum = compute
