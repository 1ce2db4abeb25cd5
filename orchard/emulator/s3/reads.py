"""GetObject from disk: a range reads that range, a whole object is sent block by block.

moto 5.2.5 s3/responses.py reads the whole body into memory for every request and then cuts the range out of it:
a 300 MB Parquet file downloaded by boto3 in 8 MB ranges would be read 38 times, ten of them at once.
"""

from typing import Any

from moto.s3.responses import S3Response

from orchard.emulator.s3.bodies import streaming


def install() -> None:
    """Let `get_object` hand out streams; moto's range cutting slices them, Flask iterates over them."""
    get_object = S3Response.get_object

    def streamed(self: S3Response) -> Any:
        with streaming():
            return get_object(self)

    S3Response.get_object = streamed
