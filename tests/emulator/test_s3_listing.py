"""Listings in pages: each key and each common prefix once, in the order of their bytes."""

import pytest

from tests.support.fidelity import models

from .conftest import Aws

GROUPS = [f"data/{group}/{number:02}" for group in "abcdef" for number in range(4)]
NAMES = sorted([*GROUPS, "data/a", "data/z", "e", "f/1"])


@pytest.fixture(scope="module")
def bucket(aws: Aws) -> str:
    made = aws.bucket()
    aws.s3.put_bucket_versioning(Bucket=made, VersioningConfiguration={"Status": "Enabled"})
    for name in NAMES:
        aws.put(made, name, name)
    return made


@models(
    "S3 lists keys in the order of their bytes in UTF-8, in pages that add up, with folders by delimiter",
    source="Amazon S3 API Reference, ListObjectsV2",
)
@pytest.mark.parametrize("size", [1, 2, 3, 5, 1000])
@pytest.mark.parametrize("operation", ["list_objects", "list_objects_v2", "list_object_versions"])
@pytest.mark.parametrize(("prefix", "delimiter"), [("", ""), ("", "/"), ("data/", "/"), ("data/a", "/"), ("", "a/")])
def test_pages_add_up(operation: str, size: int, prefix: str, delimiter: str, aws: Aws, bucket: str) -> None:
    asked = {"Bucket": bucket, "Prefix": prefix} | ({"Delimiter": delimiter} if delimiter else {})
    pages = list(aws.s3.get_paginator(operation).paginate(**asked, PaginationConfig={"PageSize": size}))
    told = "Versions" if operation == "list_object_versions" else "Contents"
    keys = [item["Key"] for page in pages for item in page.get(told, [])]
    folders = [item["Prefix"] for page in pages for item in page.get("CommonPrefixes", [])]
    found = [name for name in NAMES if name.startswith(prefix)]
    rolled = [
        name[: name.index(delimiter, len(prefix)) + len(delimiter)]
        if delimiter and delimiter in name[len(prefix) :]
        else name
        for name in found
    ]
    assert keys == sorted(name for name in rolled if name in found)
    assert folders == sorted({name for name in rolled if name not in found})
    assert all(len(page.get(told, [])) + len(page.get("CommonPrefixes", [])) <= size for page in pages)
    assert len(pages) == max(1, -(-(len(keys) + len(folders)) // size)), "each page but the last one is full"


def test_markers_within_a_folder_and_their_words(aws: Aws, bucket: str) -> None:
    first = aws.s3.list_objects(Bucket=bucket, Prefix="data/", Delimiter="/", MaxKeys=2)
    assert (first["IsTruncated"], first["NextMarker"], first["Marker"]) == (True, "data/a/", "")
    assert "NextMarker" not in aws.s3.list_objects(Bucket=bucket, MaxKeys=2), "only with a delimiter"
    second = aws.s3.list_objects(Bucket=bucket, Prefix="data/", Delimiter="/", Marker="data/b/01", MaxKeys=1)
    assert [one["Prefix"] for one in second["CommonPrefixes"]] == ["data/b/"], "two of its keys come after the marker"
    third = aws.s3.list_objects_v2(Bucket=bucket, StartAfter="data/b/02", MaxKeys=2)
    assert [item["Key"] for item in third["Contents"]] == ["data/b/03", "data/c/00"]
    assert third["StartAfter"] == "data/b/02"
    nothing = aws.s3.list_objects_v2(Bucket=bucket, MaxKeys=0)
    assert (nothing["KeyCount"], nothing["IsTruncated"]) == (0, False)
    assert aws.s3.list_objects_v2(Bucket=bucket, MaxKeys=5000)["MaxKeys"] == 1000


@models("S3 lists the versions of a key over several pages", source="Amazon S3 API Reference, ListObjectVersions")
def test_versions_of_one_key_go_over_pages(aws: Aws) -> None:
    made = aws.bucket()
    aws.s3.put_bucket_versioning(Bucket=made, VersioningConfiguration={"Status": "Enabled"})
    bodies = {}
    for key in ("one", "two"):
        for number in range(5):
            put = aws.s3.put_object(Bucket=made, Key=key, Body=str(number))
            bodies[put["VersionId"]] = (key, number)
        marker = aws.s3.delete_object(Bucket=made, Key=key)["VersionId"]
        bodies[marker] = (key, "gone")
    pages = aws.s3.get_paginator("list_object_versions").paginate(Bucket=made, PaginationConfig={"PageSize": 4})
    found = []
    for page in pages:
        here = page.get("Versions", []) + page.get("DeleteMarkers", [])
        assert len(here) <= 4
        found += here
    assert {item["VersionId"] for item in found} == set(bodies)
    latest = [bodies[item["VersionId"]] for item in found if item["IsLatest"]]
    assert sorted(latest) == [("one", "gone"), ("two", "gone")]
    numbers = [bodies[item["VersionId"]][1] for item in found if item["Key"] == "one" and "ETag" in item]
    assert numbers == [4, 3, 2, 1, 0], "the newest first"
