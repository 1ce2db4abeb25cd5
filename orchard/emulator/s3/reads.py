"""GetObject from disk: a range or a part reads just that, a whole object is sent block by block.

moto 5.2.5 s3/responses.py reads the whole body into memory for every request and then cuts the range out of it:
a 300 MB Parquet file downloaded by boto3 in 8 MB ranges would be read 38 times, ten of them at once.
"""

from typing import Any

from moto.s3.responses import S3Response

from orchard.emulator.s3.answers import S3Error
from orchard.emulator.s3.bodies import streaming
from orchard.emulator.s3.multipart import StoredMultipart


def install() -> None:
    """Let `get_object` hand out streams; moto's range cutting slices them, Flask iterates over them."""
    get_object = S3Response.get_object

    def streamed(self: S3Response) -> Any:
        number = self._get_int_param("partNumber")
        found = _part(self, number) if number else None
        with streaming():
            status, headers, body = get_object(self)
        if found and status == 200:
            first, size, count = found
            self.request.environ["HTTP_RANGE"] = f"bytes={first}-{first + size - 1}"
            headers["x-amz-mp-parts-count"] = str(count)
        return status, headers, body

    S3Response.get_object = streamed


def _part(request: S3Response, number: int) -> tuple[int, int, int] | None:
    """Find where a part of an object begins, its size, and how many there are; None for one that has no parts."""
    upload = request._get_key()[0].multipart
    if not isinstance(upload, StoredMultipart):
        return None
    sizes = [part.contentsize for part in upload.joined]
    if not 1 <= number <= len(sizes):
        raise S3Error("InvalidPartNumber", "The requested partnumber is not satisfiable", 416)
    return sum(sizes[: number - 1]), sizes[number - 1], len(sizes)
