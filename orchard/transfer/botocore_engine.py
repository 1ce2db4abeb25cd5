"""PutObject by botocore in threads, through proxies and private certificate authorities."""

from multiprocessing.pool import ThreadPool
from typing import Any

from orchard.aws.target import CONNECTIONS
from orchard.diagnosis.aws import AwsError
from orchard.transfer.engine import Done, Parcel


class BotocoreEngine:
    """Sends objects with one boto3 client from many threads (boto3's clients are thread-safe, its pool holds 64)."""

    def __init__(self, s3: Any, bucket: str) -> None:
        self._s3, self._bucket = s3, bucket
        self._pool = ThreadPool(CONNECTIONS)  # of daemons: what is left at Ctrl-C ends with the program

    def put(self, parcel: Parcel, done: Done) -> None:
        """Send an object from another thread."""
        self._pool.apply_async(self._put, (parcel, done))

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
        """End the threads that have nothing to do."""
        self._pool.close()
