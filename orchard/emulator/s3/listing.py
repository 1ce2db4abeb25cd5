"""ListObjects, ListObjectsV2 and ListObjectVersions.

moto 5.2.5 s3/models.py collects, copies and sorts all keys of a bucket for each page (24 s for the 67,692 photographs,
and the more than ten minutes that it took to empty a bucket after a busy session), repeats the common prefixes of
ListObjects on every page, and does not encode versions' keys when it is asked to (`encoding-type=url`).
"""

import base64
import binascii
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from moto.core.responses import ActionResult
from moto.s3.exceptions import InvalidArgumentError, InvalidContinuationToken
from moto.s3.models import FakeBucket, FakeDeleteMarker, FakeKey
from moto.s3.responses import S3Response

from orchard.emulator.s3 import entries
from orchard.emulator.s3.entries import Page, is_common

OWNER = {"ID": "75aa57f09aa0c8caeab4f8c24e99d10f8e7faeebf76c078efc7c6caea54ba06a", "DisplayName": "webfile"}  # moto's


def install() -> None:
    """Replace the three operations."""
    for operation in (list_objects, list_objects_v2, list_object_versions):
        setattr(S3Response, operation.__name__, operation)


class Question:
    """What a listing is asked."""

    def __init__(self, request: S3Response) -> None:
        self._given = {name: values[0] for name, values in request.querystring.items()}
        self.prefix, self.delimiter = self.get("prefix", ""), self.get("delimiter", "")
        self.encoding = self.get("encoding-type")
        try:
            self.limit = min(int(self.get("max-keys") or entries.LIMIT), entries.LIMIT)
        except ValueError:
            self.limit = -1
        if self.limit < 0:
            raise InvalidArgumentError("Argument max-keys must be an integer between 0 and 2147483647", "max-keys", "")
        if self.encoding not in (None, "url"):
            raise InvalidArgumentError("Invalid Encoding Method specified in Request", "encoding-type", self.encoding)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a parameter."""
        return self._given.get(name, default)

    def say(self, name: str) -> str:
        """Write a name as the client wishes."""
        return quote(name) if self.encoding else name

    def common(self, page: Page) -> list[dict[str, str]]:
        """Return the common prefixes of a page."""
        return [{"Prefix": self.say(name)} for name in page.names if is_common(name, self.prefix, self.delimiter)]

    def keys(self, page: Page) -> list[str]:
        """Return the keys of a page."""
        return [name for name in page.names if not is_common(name, self.prefix, self.delimiter)]

    def answer(self, bucket: FakeBucket, *, more: bool, **others: Any) -> ActionResult:
        """Put together what all three answers have; None is left out."""
        answer = {
            "Name": bucket.name,
            "Prefix": self.say(self.prefix),
            "MaxKeys": self.limit,
            "IsTruncated": more,
            "Delimiter": self.say(self.delimiter) if self.delimiter else None,
            "EncodingType": self.encoding,
        }
        return ActionResult({name: value for name, value in (answer | others).items() if value is not None})


def list_objects(self: S3Response) -> Any:
    """ListObjects: pages by `marker`, which is a name."""
    asked, bucket = Question(self), self.backend.get_bucket(self.bucket_name)
    marker = asked.get("marker")
    page = entries.page(_present(bucket), asked.prefix, asked.delimiter, marker, asked.limit)
    following = asked.say(page.names[-1]) if page.more and asked.delimiter else None
    self.data["Action"] = "ListObjects"
    return self.serialized(
        asked.answer(
            bucket,
            more=page.more,
            Contents=_contents(asked, bucket, page, owner=True),
            CommonPrefixes=asked.common(page),
            Marker=asked.say(marker or ""),
            NextMarker=following,
        )
    )


def list_objects_v2(self: S3Response) -> Any:
    """ListObjectsV2: pages by `continuation-token`, which is a name in disguise."""
    asked, bucket = Question(self), self.backend.get_bucket(self.bucket_name)
    token, start = asked.get("continuation-token"), asked.get("start-after")
    page = entries.page(
        _present(bucket), asked.prefix, asked.delimiter, start if token is None else _open(token), asked.limit
    )
    self.data["Action"] = "ListObjectsV2"
    return self.serialized(
        asked.answer(
            bucket,
            more=page.more,
            KeyCount=len(page.names),
            Contents=_contents(asked, bucket, page, owner=asked.get("fetch-owner") == "true"),
            CommonPrefixes=asked.common(page),
            ContinuationToken=token,
            NextContinuationToken=_close(page.names[-1]) if page.more else None,
            StartAfter=asked.say(start) if start and token is None else None,
        )
    )


def list_object_versions(self: S3Response) -> Any:
    """ListObjectVersions: pages by `key-marker` and `version-id-marker`, the newest version of a key first."""
    asked, bucket = Question(self), self.backend.get_bucket(self.bucket_name)
    marker, version = asked.get("key-marker"), asked.get("version-id-marker")
    rest = _versions(bucket, marker, version) if version else []
    # Each key has a version at least: a page has no more keys than entries.
    page = entries.page(list(bucket.keys), asked.prefix, asked.delimiter, marker or None, asked.limit)
    shown: list[dict[str, Any]] = []
    common: list[str] = []
    last: tuple[str, Any] = ("", None)
    more = page.more
    for name, found in _walk(asked, bucket, page, rest):
        if len(shown) + len(common) == asked.limit:
            more = True
            break
        if found is None:
            common.append(name)
        else:
            shown.append(found)
        last = (name, found and found["VersionId"])
    self.data["Action"] = "ListObjectVersions"
    return self.serialized(
        asked.answer(
            bucket,
            more=more,
            Versions=[one for one in shown if "ETag" in one],
            DeleteMarkers=[one for one in shown if "ETag" not in one],
            CommonPrefixes=[{"Prefix": asked.say(name)} for name in common],
            KeyMarker=asked.say(marker or ""),
            VersionIdMarker=version or "",
            NextKeyMarker=asked.say(last[0]) if more else None,
            NextVersionIdMarker=last[1] if more else None,
        )
    )


def _walk(
    asked: Question, bucket: FakeBucket, page: Page, rest: list[tuple[Any, bool]]
) -> Iterator[tuple[str, dict[str, Any] | None]]:
    """Go through the entries of a page of versions; a common prefix has no version."""
    for found, latest in rest:
        yield found.name, _version(asked, found, latest)
    for name in page.names:
        if is_common(name, asked.prefix, asked.delimiter):
            yield name, None
            continue
        for found, latest in _versions(bucket, name, None):
            yield name, _version(asked, found, latest)


def _versions(bucket: FakeBucket, name: str, after: str | None) -> list[tuple[Any, bool]]:
    """List the versions of a key that come after one of them, or all; with each, whether it is the latest."""
    newest_first = list(reversed(bucket.keys.getlist(name, [])))
    marked = [(found, number == 0) for number, found in enumerate(newest_first)]
    ids = [found.version_id or "null" for found in newest_first]
    return marked[ids.index(after) + 1 :] if after in ids else marked if after is None else []


def _version(asked: Question, found: Any, latest: bool) -> dict[str, Any]:
    answer = {
        "Key": asked.say(found.name),
        "VersionId": found.version_id or "null",
        "IsLatest": latest,
        "LastModified": found.last_modified_ISO8601,
        "Owner": OWNER,
    }
    return answer if isinstance(found, FakeDeleteMarker) else answer | _body(found)


def _contents(asked: Question, bucket: FakeBucket, page: Page, *, owner: bool) -> list[dict[str, Any]]:
    keys = (bucket.keys.get(name) for name in asked.keys(page))
    return [
        {"Key": asked.say(key.name), "LastModified": key.last_modified_ISO8601, **_body(key)}
        | ({"Owner": OWNER} if owner else {})
        for key in keys
        if isinstance(key, FakeKey)  # and not deleted meanwhile
    ]


def _body(key: FakeKey) -> dict[str, Any]:
    answer = {"ETag": key.etag, "Size": key.size, "StorageClass": key.storage_class}
    if key.checksum_algorithm:
        answer |= {"ChecksumAlgorithm": [key.checksum_algorithm], "ChecksumType": key.checksum_type or "FULL_OBJECT"}
    return answer


def _present(bucket: FakeBucket) -> Iterator[str]:
    """Names of the keys whose latest version is no delete marker."""
    return (name for name, versions in dict(bucket.keys).items() if not isinstance(versions[-1], FakeDeleteMarker))


def _close(name: str) -> str:
    return base64.urlsafe_b64encode(name.encode()).decode()


def _open(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise InvalidContinuationToken from None
