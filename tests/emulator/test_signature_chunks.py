"""Bodies in chunks: put together, each chunk with the signature that it should have, and the checksum behind them."""

import base64
import io
import zlib

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from orchard.emulator.signatures import chunks, refusals
from orchard.emulator.signatures.claim import Claim
from tests.support.fidelity import models

from .conftest import REGION, Aws
from .test_signatures import code, send


@models(
    "S3 takes a checksum behind the chunks of a body",
    source='Amazon S3 API Reference, "Signature calculations [...]: transferring a payload in multiple chunks"',
)
def test_chunks_with_a_checksum_behind_them_are_put_together(aws: Aws) -> None:
    """As botocore sends a stream over TLS: no signature of the body, and its checksum in the end."""
    bucket, body = aws.bucket(), b"0123456789" * 10_000
    trailer = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    pieces = [body[:65536], body[65536:], b""]
    packed = b"\r\n".join(f"{len(piece):x}".encode() + (b"\r\n" + piece if piece else b"") for piece in pieces)
    packed += f"\r\nx-amz-checksum-crc32:{trailer}\r\n\r\n".encode()
    headers = {
        "Content-Encoding": "aws-chunked,gzip",
        "x-amz-decoded-content-length": str(len(body)),
        "x-amz-trailer": "x-amz-checksum-crc32",
        "x-amz-content-sha256": chunks.UNSIGNED,
    }
    request = AWSRequest("PUT", f"{aws.endpoint}/{bucket}/key", headers, packed)
    request.context["checksum"] = {"request_algorithm": {"in": "trailer", "algorithm": "crc32"}}
    S3SigV4Auth(Credentials(aws.credentials.key_id, aws.credentials.secret), "s3", REGION).add_auth(request)
    assert send(request).text == ""
    assert aws.read(bucket, "key") == body
    found = aws.s3.head_object(Bucket=bucket, Key="key", ChecksumMode="ENABLED")
    assert (found["ContentEncoding"], found["ChecksumCRC32"]) == ("gzip", trailer)
    assert code(send(request, data=packed.replace(b"0123", b"3210", 1))) == "BadDigest"
    assert code(send(request, data=packed.replace(b"\r\n0\r\n", b"\r\n5\r\n01234\r\n0\r\n"))) == "IncompleteBody"
    assert code(send(request, data=packed[:-40_000])) == "IncompleteBody"
    small = packed.replace(b"10000\r\n01234", b"5\r\n01234\r\nfffb\r\n")
    assert code(send(request, data=small)) == "InvalidChunkSizeError"


# The examples of the S3 API Reference: 66,560 times the letter a, in chunks of 64 KiB.
KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
CHUNKS = {
    False: (
        "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9",
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ),
    True: (
        "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ),
}
TRAILER = b"x-amz-checksum-crc32c:sOO8/Q==\r\nx-amz-trailer-signature:%s\r\n\r\n"
TRAILER_SIGNATURE = b"d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435"


def decoded(body: bytes, trailer: bool, length: int = 66_560) -> tuple[bytes, dict[str, str]]:
    claim = Claim(KEY, "20130524", "us-east-1", "s3", ("host",), CHUNKS[trailer][0], "20130524T000000Z", None, [])
    found, behind = chunks.decode(io.BytesIO(body), length, chunks.Chain(claim, SECRET), trailer=trailer)
    return found.read(), behind


def packed(trailer: bool, behind: bytes = b"") -> bytes:
    pieces = (b"a" * 65_536, b"a" * 1024, b"")
    heads = (
        b"%x;chunk-signature=%s\r\n" % (len(piece), signature.encode())
        for piece, signature in zip(pieces, CHUNKS[trailer][1:], strict=True)
    )
    return (
        b"".join(head + (piece + b"\r\n" if piece else b"") for head, piece in zip(heads, pieces, strict=True)) + behind
    )


@models(
    "S3 verifies the signature of each chunk of a streamed body",
    source='Amazon S3 API Reference, "Signature calculations [...]: transferring a payload in multiple chunks"',
)
def test_signed_chunks_are_checked_one_by_one() -> None:
    assert decoded(packed(False), False) == (b"a" * 66_560, {})
    body, behind = decoded(packed(True, TRAILER % TRAILER_SIGNATURE), True)
    assert (body, behind) == (b"a" * 66_560, {"x-amz-checksum-crc32c": "sOO8/Q=="})
    for wrong, trailer in (
        (packed(False).replace(b"aaaa", b"aaab", 1), False),
        (packed(False).replace(b"0055", b"0056"), False),
        (packed(True, TRAILER % TRAILER_SIGNATURE).replace(b"sOO8", b"sOO9"), True),
        (packed(True, TRAILER % b"0" * 64), True),
        (packed(True), True),
    ):
        with pytest.raises(refusals.RefusedError) as refused:
            decoded(wrong, trailer)
        assert refused.value.reason is refusals.MISMATCH
