"""ListObjectsV2 without a delimiter, page by page.

moto 5.2.5 s3/models.py `list_objects_v2` collects and sorts every key under the prefix twice for each page, and walks
the result to find the continuation: listing 67,692 objects took 24 s. Here a page looks at the names alone.
"""

import heapq
from typing import Any

from moto.s3.models import FakeDeleteMarker, S3Backend
from moto.utilities.utils import md5_hash


def install() -> None:
    """Replace the listing of plain prefixes; anything with a delimiter stays with moto."""
    whole = S3Backend.list_objects_v2

    def list_objects_v2(
        self: S3Backend,
        bucket: Any,
        prefix: str | None,
        delimiter: str | None,
        continuation_token: str | None,
        start_after: str | None,
        max_keys: int,
    ) -> tuple[list, bool, str | None]:
        if delimiter or not max_keys or not hasattr(bucket, "keys"):
            return whole(self, bucket, prefix, delimiter, continuation_token, start_after, max_keys)
        after = self._pagination_tokens.get(continuation_token) if continuation_token else start_after
        keys, prefix = bucket.keys, prefix or ""
        names = (
            name
            for name, versions in dict(keys).items()
            if name.startswith(prefix)
            and (after is None or name > after)
            and not isinstance(versions[-1], FakeDeleteMarker)
        )
        page = heapq.nsmallest(max_keys + 1, names)
        more, page = len(page) > max_keys, page[:max_keys]
        token = None
        if more:
            token = md5_hash(page[-1].encode()).hexdigest()
            self._pagination_tokens[token] = page[-1]
        found = (keys.get(name) for name in page)
        return [key for key in found if key is not None], more, token

    S3Backend.list_objects_v2 = list_objects_v2
