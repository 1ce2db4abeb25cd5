"""Photographs packed into Parquet shards: `<split>/<class>/*.parquet` (path, label, content), named by a manifest.

`<split>/manifest.json` is written after the shards. It holds the number of photographs and for each shard its file
(below the split), its size in bytes, a digest of it, and how many images it holds (or their names). And how many files
the upload left out as no photographs, by class (empty: what is in none) and reason.
"""

import hashlib
import json
import re
from collections import Counter
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import base64, broadcast, col, count, expr, lit, sha2, unhex

from fruits import hadoop, job, tasks
from fruits.errors import JobError

MANIFEST = "manifest.json"
SCHEMA = "path string, label string, content binary"
_FILE = "substring_index(url_decode(replace(_metadata.file_path, '+', '%2B')), '/', -2)"  # as the manifest names it


class Shards(NamedTuple):
    """The shards of some classes.

    Attributes:
        spark: the session.
        home: the URI of the split's directory.
        entries: the manifest's, one a shard.
        left_out: the manifest's: files that are no photographs, by class and reason.
    """

    spark: SparkSession
    home: str
    entries: list[dict[str, Any]]
    left_out: dict[str, dict[str, int]]

    @classmethod
    def find(cls, spark: SparkSession, home: str) -> "Shards | None":
        """Read a split's manifest; None where the photographs are single files.

        Raises:
            JobError: the manifest is damaged, or the shards are not those that it names: an upload replaces them, or
                broke off.
        """
        if not hadoop.exists(spark, f"{home}/{MANIFEST}"):
            return None
        entries, left_out = _parsed(hadoop.read_bytes(spark, f"{home}/{MANIFEST}"), f"{home}/{MANIFEST}")
        sizes = hadoop.sizes(spark, home)
        wrong = [entry["file"] for entry in entries if sizes.get(entry["file"]) != entry["size"]]
        if wrong:
            raise JobError(
                f"{len(wrong)} of {len(entries)} packed files under {home} are not as its {MANIFEST} says, the first "
                f"is {wrong[0]}: an upload is under way, or broke off",
                "let it finish (./inv upload-dataset), then run again",
                exit_code=2,
            )
        return cls(spark, home, entries, left_out)

    @property
    def classes(self) -> list[str]:
        """Names of the classes, sorted."""
        return sorted({_class(entry) for entry in self.entries} | self.left_out.keys() - {""})

    def of(self, classes: list[str]) -> "Shards":
        """Return the shards of some classes."""
        left_out = {name: reasons for name, reasons in self.left_out.items() if name in {"", *classes}}
        return self._replace(
            entries=[entry for entry in self.entries if _class(entry) in set(classes)], left_out=left_out
        )

    @property
    def ignored(self) -> dict[str, int]:
        """How many files are no photographs, by reason."""
        total: Counter[str] = Counter()
        for reasons in self.left_out.values():
            total.update(reasons)
        return dict(total)

    @property
    def total(self) -> int:
        """Number of photographs."""
        return sum(_images(entry) for entry in self.entries)

    @property
    def sizes(self) -> dict[str, int]:
        """Number of photographs by class."""
        sizes: Counter[str] = Counter()
        for entry in self.entries:
            sizes[_class(entry)] += _images(entry)
        return dict(sizes)

    @property
    def images(self) -> DataFrame:
        """The photographs: path string."""
        return self._rows(self.spark, "path string")

    @property
    def fingerprint(self) -> str:
        """A digest of the shards' contents."""
        known = sorted((entry["file"], entry["size"], entry.get("sha256")) for entry in self.entries)
        return hashlib.sha256(json.dumps(known).encode()).hexdigest()

    def read(self, wanted: DataFrame | None) -> DataFrame:
        """Read photographs, all or some: path string, label string, content binary."""
        if wanted is None:
            return self._contents(self.total)
        paths = self._rows(self.spark, "path string").withColumn("file", expr(_FILE))
        known = paths.join(wanted.select("path", lit(1).alias("wanted")), "path", "left")
        per_file = known.groupBy("file").agg(count("wanted").alias("wanted"), count(lit(1)).alias("rows")).collect()
        holding = {row.file: row for row in per_file if row.wanted}
        asked = sum(row.wanted for row in holding.values())
        rows = sum(row["rows"] for row in holding.values())
        images = self._replace(entries=[e for e in self.entries if e["file"] in holding])._contents(rows)
        if asked == rows:
            return images
        # Whichever is fewer goes to every worker: those of a sample, or those that an interrupted run has done.
        if asked <= rows - asked:
            return images.join(broadcast(wanted.select("path")), "path", "left_semi")
        others = known.where(col("wanted").isNull() & col("file").isin(list(holding))).select("path")
        return images.join(broadcast(others), "path", "left_anti")

    def changed_since(self, moment: float) -> DataFrame:
        """Find the photographs whose shards were written after a Unix time: path string."""
        paths = self._rows(self.spark, "path string")
        return paths.where(col("_metadata.file_modification_time") > lit(datetime.fromtimestamp(moment, UTC)))

    def why_unread(self, names: list[str]) -> dict[str, str]:
        """Say why photographs cannot have been read: nothing, since every row of a shard is."""
        return {}

    def explain(self) -> None:
        """After Spark could not read them: find the shards whose bytes are others than those that were uploaded.

        Raises:
            JobError: there are some.
        """
        files = job.own(self.spark).read.format("binaryFile").load(self._files())
        digest = base64(unhex(sha2(col("content"), 256)))
        found = {
            row.file: row.digest for row in files.select(expr(_FILE).alias("file"), digest.alias("digest")).collect()
        }
        wrong = [e["file"] for e in self.entries if e.get("sha256") and found.get(e["file"]) != e["sha256"]]
        if wrong:
            raise JobError(
                f"{len(wrong)} of {len(self.entries)} packed files under {self.home} hold something that is not what "
                f"was uploaded, the first is {wrong[0]}",
                "./inv upload-dataset sends them again; then run again with the same run name: it resumes",
            )

    def _contents(self, rows: int) -> DataFrame:
        reader = job.own(self.spark)
        size = sum(entry["size"] + tasks.OPEN_COST for entry in self.entries)
        tasks.divide(reader, rows, size // max(1, rows))
        return self._rows(reader, SCHEMA)

    def _rows(self, reader: SparkSession, schema: str) -> DataFrame:
        rows = reader.read.schema(schema).option("recursiveFileLookup", "true")  # a class `a=b` is no partition
        return rows.option("parquet.page.verify-checksum.enabled", "true").parquet(*self._files())

    def _files(self) -> list[str]:
        """Return their URIs, escaped where Hadoop expects a glob."""
        return [re.sub(r"([\\*?\[\]{}])", r"\\\1", f"{self.home}/{entry['file']}") for entry in self.entries]


def _parsed(content: bytes, uri: str) -> tuple[list[dict[str, Any]], dict[str, dict[str, int]]]:
    """Return what a manifest names: the shards, and the files left out."""
    try:
        published = json.loads(content)
        entries = published["shards"]
        for entry in entries:
            (int(entry["size"]), _images(entry))
            if not re.fullmatch(r"(?!\.\.?/)[^/]+/[^/]+", entry["file"]):
                raise ValueError
        return entries, published.get("ignored", {})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise JobError(
            f"{uri} is damaged: it does not list packed photographs", "./inv upload-dataset writes it anew"
        ) from None


def _class(entry: dict[str, Any]) -> str:
    return entry["file"].split("/")[0]


def _images(entry: dict[str, Any]) -> int:
    return entry["images"] if isinstance(entry["images"], int) else len(entry["images"])
