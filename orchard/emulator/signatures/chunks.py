"""Bodies in chunks (`Content-Encoding: aws-chunked`), each signed or none, with a checksum behind them or none.

Amazon S3 API Reference, "Signature calculations for the authorization header: transferring a payload in multiple
chunks" and "... including trailing headers".
"""

import hmac
from hashlib import sha256
from tempfile import SpooledTemporaryFile
from typing import IO

from orchard.emulator.signatures.claim import Claim
from orchard.emulator.signatures.refusals import CUT_SHORT, MISMATCH, SMALL_CHUNK, RefusedError
from orchard.emulator.signatures.version4 import sign

IN_MEMORY = 8 << 20  # bytes
SMALLEST = 8192  # bytes of a chunk that is not the last one
LINE = 16 << 10  # bytes; far more than a line has
SIGNED = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
UNSIGNED = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"
KINDS = (SIGNED, f"{SIGNED}-TRAILER", UNSIGNED)
EMPTY = sha256().hexdigest()


class Chain:
    """The signatures of the chunks, each of which covers the one before."""

    def __init__(self, claim: Claim, secret: str) -> None:
        self._claim, self._secret, self._last = claim, secret, claim.signature

    def check(self, given: str, what: str, *digests: str) -> None:
        """Compare the next signature.

        Raises:
            RefusedError: it is another.
        """
        text = "\n".join([f"AWS4-HMAC-SHA256-{what}", self._claim.made, self._claim.scope, self._last, *digests])
        if not hmac.compare_digest(sign(self._claim, self._secret, text), given):
            raise RefusedError(MISMATCH)
        self._last = given


def decode(body: IO[bytes], length: int, chain: Chain | None, *, trailer: bool) -> tuple[IO[bytes], dict[str, str]]:
    """Take the chunks apart.

    Args:
        body: as it was sent.
        length: bytes that it should come to (`x-amz-decoded-content-length`).
        chain: checks signatures; None for chunks without.
        trailer: whether headers come behind.

    Returns:
        The bytes, and the headers behind them, their names in lower case.

    Raises:
        RefusedError: a signature is wrong, or the body is cut short.
    """
    decoded: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - who reads it closes it
    small = False
    while True:
        size, given = _head(body.readline(LINE))
        if size and small:
            raise RefusedError(SMALL_CHUNK)
        small = size < SMALLEST
        chunk = body.read(size)
        if len(chunk) < size:
            raise RefusedError(CUT_SHORT, f"a chunk of {size} bytes has {len(chunk)}")
        if chain:
            chain.check(given, "PAYLOAD", EMPTY, sha256(chunk).hexdigest())
        if not size:
            break
        decoded.write(chunk)
        body.readline(LINE)
    if decoded.tell() != length:
        raise RefusedError(CUT_SHORT, f"x-amz-decoded-content-length is {length}, and {decoded.tell()} bytes came")
    decoded.seek(0)
    return decoded, _trailer(body, chain) if trailer else {}


def _head(line: bytes) -> tuple[int, str]:
    size, _, extension = line.strip().decode("latin-1").partition(";")
    try:
        return int(size, 16), extension.partition("chunk-signature=")[2]
    except ValueError:
        raise RefusedError(CUT_SHORT, "a chunk does not begin with its size") from None


def _trailer(body: IO[bytes], chain: Chain | None) -> dict[str, str]:
    lines = [line.strip().decode("latin-1") for line in body if line.strip()]
    found = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    given = found.pop("x-amz-trailer-signature", "")
    if chain:
        canonical = "".join(f"{name}:{value}\n" for name, value in found.items())
        chain.check(given, "TRAILER", sha256(canonical.encode()).hexdigest())
    return found
