"""Whether a file is what S3 says that an object is."""

import base64
import hashlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from awscrt import checksums

BLOCK = 1 << 20
MD5 = re.compile(r'"([0-9a-f]{32})"')

# Checksums of whole objects that S3 keeps (Amazon S3 User Guide, "Checking object integrity"): the response's field,
# how to go on from a value with more bytes, and the value's bytes. Since December 2024 S3 computes CRC-64/NVME itself
# for every object that comes without one.
CYCLIC: dict[str, tuple[Callable[[bytes, int], int], int]] = {
    "ChecksumCRC64NVME": (checksums.crc64nvme, 8),
    "ChecksumCRC32C": (checksums.crc32c, 4),
    "ChecksumCRC32": (checksums.crc32, 4),
}


def matches(path: Path, head: dict[str, Any]) -> bool:
    """Tell whether a file is the object.

    Args:
        path: of the file.
        head: the answer to HeadObject with ChecksumMode ENABLED.

    An object of which S3 keeps no checksum, and whose ETag is no MD5, is compared by its size alone.
    """
    if path.stat().st_size != head["ContentLength"]:
        return False
    whole = head.get("ChecksumType", "FULL_OBJECT") == "FULL_OBJECT"
    if whole and (known := head.get("ChecksumSHA256")):
        return sha256(path) == known
    for field, (update, width) in CYCLIC.items():
        if whole and (known := head.get(field)):
            return base64.b64encode(_cyclic(path, update).to_bytes(width, "big")).decode() == known
    plain = head.get("ServerSideEncryption", "AES256") == "AES256"
    if plain and (found := MD5.fullmatch(head["ETag"])):
        return _hash(path, hashlib.md5(usedforsecurity=False)).hex() == found[1]
    return True


def sha256(path: Path) -> str:
    """Digest a file as S3's header x-amz-checksum-sha256 has it."""
    return base64.b64encode(_hash(path, hashlib.sha256())).decode()


def _hash(path: Path, digest: Any) -> bytes:
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
    return digest.digest()


def _cyclic(path: Path, update: Callable[[bytes, int], int]) -> int:
    value = 0
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            value = update(block, value)
    return value
