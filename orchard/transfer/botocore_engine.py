"""PutObject by botocore in threads, through proxies and private certificate authorities."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from orchard.aws.target import CONNECTIONS
from orchard.diagnosis.aws import AwsError
from orchard.transfer.engine import Done, Parcel


class BotocoreEngine:
    """Sends objects with one boto3 client from many threads (boto3's clients are thread-safe, its pool holds 64)."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3, self._bucket = s3, bucket
        self._pool = ThreadPoolExecutor(CONNECTIONS, "put")

    def put(self, parcel: Parcel, done: Done) -> None:
        """Send an object from another thread."""
        self._pool.submit(self._put, parcel, done)

    def _put(self, parcel: Parcel, done: Done) -> None:
        try:
            answer = self._s3.put_object(
                Bucket=self._bucket,
                Key=parcel.key,
                Body=parcel.body,
                ChecksumSHA256=parcel.sha256,
                ContentType=parcel.media_type,
            )
        except AwsError as error:
            done(error)
        else:
            done(answer["ETag"])

    def close(self) -> None:
        """End the threads."""
        self._pool.shutdown()
