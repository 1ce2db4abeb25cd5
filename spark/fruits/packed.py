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
from pyspark.sql.functions import sum as total

from fruits import hadoop, job, tasks
from fruits.errors import JobError

MANIFEST = "manifest.json"
COLUMNS = ("path", "label", "content")
SCHEMA = "path string, label string, content binary"
_FILE = "substring_index(url_decode(replace(_metadata.file_path, '+', '%2B')), '/', -2)"  # as the manifest names it
_PLACE = (f"{_FILE} as file", "_metadata.row_index as row")
NAMED = 256  # so many shards are named to Spark; of more it lists the classes, as each name is a task and two requests


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
            return self._contents()
        asked = self._asked(wanted)
        per_file = {row.file: row.rows for row in asked.select("file", "rows").collect()}
        holding = self._replace(entries=[entry for entry in self.entries if entry["file"] in per_file])
        images = holding._contents()
        if sum(per_file.values()) == holding.total:
            return images
        images = images.selectExpr(*COLUMNS, *_PLACE).join(broadcast(asked), "file")
        return images.where("getbit(bits[row div 64], int(row % 64)) = 1").select(*COLUMNS)

    def _asked(self, wanted: DataFrame) -> DataFrame:
        """Say which rows of each shard are wanted, a bit for each: file string, bits map<bigint,bigint>, rows bigint.

        It goes to the driver and to every worker: of 100 million photographs it is some 30 MB, where their names would
        be gigabytes.
        """
        rows = self._rows(self.spark, "path string").selectExpr("path", *_PLACE).join(wanted, "path", "left_semi")
        words = rows.groupBy("file", expr("row div 64").alias("word")).agg(
            expr("bit_or(shiftleft(1L, int(row % 64)))").alias("bits"), count(lit(1)).alias("rows")
        )
        return words.groupBy("file").agg(
            expr("map_from_entries(collect_list(struct(word, bits)))").alias("bits"), total("rows").alias("rows")
        )

    def changed_since(self, moment: float) -> DataFrame:
        """Find the photographs whose shards were written after a Unix time: path string."""
        paths = self._rows(self.spark, "path string")
        return paths.where(col("_metadata.file_modification_time") > lit(datetime.fromtimestamp(moment, UTC)))

    def why_unread(self, lost: DataFrame) -> dict[str, str]:
        """Say why photographs cannot have been read: nothing, since every row of a shard is."""
        return {}

    def explain(self) -> None:
        """After Spark could not read them: find the shards whose bytes are others than those that were uploaded.

        Raises:
            JobError: there are some.
        """
        files = job.own(self.spark).read.format("binaryFile").option("recursiveFileLookup", "true").load(self._places())
        digest = base64(unhex(sha2(col("content"), 256)))
        found = {
            row.file: row.digest for row in files.select(expr(_FILE).alias("file"), digest.alias("digest")).collect()
        }
        wrong = [e["file"] for e in self.entries if e.get("sha256") and found.get(e["file"]) != e["sha256"]]
        if wrong:
            raise JobError(
                f"{len(wrong)} of {len(self.entries)} packed files under {self.home} hold something that is not what "
                f"was uploaded, the first is {wrong[0]}",
                "./inv upload-dataset sends them again; then ./inv run --run-name NAME resumes it",
            )

    def _contents(self) -> DataFrame:
        reader = job.own(self.spark)
        size = sum(entry["size"] + tasks.OPEN_COST for entry in self.entries)
        tasks.divide(reader, self.total, size // max(1, self.total))
        return self._rows(reader, SCHEMA)

    def _rows(self, reader: SparkSession, schema: str) -> DataFrame:
        rows = reader.read.schema(schema).option("recursiveFileLookup", "true")  # a class `a=b` is no partition
        rows = rows.option("parquet.page.verify-checksum.enabled", "true").option("pathGlobFilter", "*.parquet")
        rows, named = rows.parquet(*self._places()), [entry["file"] for entry in self.entries]
        # An earlier upload's shards, and those of one under way, may lie beside those that the manifest names.
        return rows if len(named) <= NAMED else rows.where(expr(_FILE).isin(named))

    def _places(self) -> list[str]:
        """Return what to read, as URIs: the shards, or their directories where they are many."""
        names = [entry["file"] for entry in self.entries]
        if len(names) > NAMED:
            names = sorted({_class(entry) for entry in self.entries})
        return [re.sub(r"([\\*?\[\]{}])", r"\\\1", f"{self.home}/{name}") for name in names]  # Hadoop expects globs


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
