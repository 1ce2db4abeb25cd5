"""Photographs packed into Parquet shards: `<split>/<class>/*.parquet` (path, label, content), named by a manifest.

`<split>/manifest.json` is written after the shards. It holds the number of photographs and for each shard its file
(below the split), its size in bytes, and the names of its images in the order of its rows.
"""

import json
from typing import Any, NamedTuple

from pyspark.sql import SparkSession

from fruits import hadoop
from fruits.errors import JobError

MANIFEST = "manifest.json"
SCHEMA = "path string, label string, content binary"


class Shards(NamedTuple):
    """The shards of a split.

    Attributes:
        split: its name.
        entries: the manifest's, one a shard.
    """

    split: str
    entries: list[dict[str, Any]]

    @property
    def classes(self) -> list[str]:
        """Names of the classes, sorted."""
        return sorted({_class(entry) for entry in self.entries})

    def of(self, classes: list[str]) -> "Shards":
        """Return the shards of some classes."""
        return Shards(self.split, [entry for entry in self.entries if _class(entry) in set(classes)])

    def holding(self, paths: list[str]) -> "Shards":
        """Return the shards that hold any of the images."""
        wanted = set(paths)
        return Shards(self.split, [entry for entry in self.entries if not wanted.isdisjoint(self._paths(entry))])

    @property
    def paths(self) -> list[str]:
        """The images' paths relative to the data set's root, sorted."""
        return sorted(path for entry in self.entries for path in self._paths(entry))

    @property
    def size(self) -> int:
        """Bytes of all shards."""
        return sum(entry["size"] for entry in self.entries)

    def _paths(self, entry: dict[str, Any]) -> list[str]:
        return [f"{self.split}/{_class(entry)}/{name}" for name in entry["images"]]


def _class(entry: dict[str, Any]) -> str:
    return entry["file"].split("/")[0]


def find(spark: SparkSession, home: str) -> Shards | None:
    """Read a split's manifest; None where the photographs are single files.

    Args:
        spark: the session.
        home: the URI of the split's directory.

    Raises:
        JobError: the shards are not those that the manifest names: an upload replaces them, or broke off.
    """
    if not hadoop.exists(spark, f"{home}/{MANIFEST}"):
        return None
    entries = json.loads(hadoop.read_bytes(spark, f"{home}/{MANIFEST}"))["shards"]
    there = hadoop.sizes(spark, home)
    wrong = [entry["file"] for entry in entries if there.get(entry["file"]) != entry["size"]]
    if wrong:
        raise JobError(
            f"{len(wrong)} of {len(entries)} packed files under {home} are not as its {MANIFEST} says, the first is "
            f"{wrong[0]}: an upload is under way, or broke off",
            "let it finish (./inv upload-dataset), then run again",
            exit_code=2,
        )
    return Shards(home.rsplit("/", 1)[-1], entries)
