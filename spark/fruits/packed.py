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
from pyspark.sql.functions import broadcast, col, count, expr, lit
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
        listed: the shards that are there, those of an earlier upload among them.
    """

    spark: SparkSession
    home: str
    entries: list[dict[str, Any]]
    left_out: dict[str, dict[str, int]]
    listed: list[str]

    @classmethod
    def find(cls, spark: SparkSession, home: str) -> "Shards | None":
        """Read a split's manifest; None where the photographs are single files.

        Raises:
            JobError: the shards are not those that the manifest names: an upload replaces them, or broke off.
        """
        if not hadoop.exists(spark, f"{home}/{MANIFEST}"):
            return None
        published = json.loads(hadoop.read_bytes(spark, f"{home}/{MANIFEST}"))
        entries = published["shards"]
        sizes = hadoop.sizes(spark, home)
        wrong = [entry["file"] for entry in entries if sizes.get(entry["file"]) != entry["size"]]
        if wrong:
            raise JobError(
                f"{len(wrong)} of {len(entries)} packed files under {home} are not as its {MANIFEST} says, the first "
                f"is {wrong[0]}: an upload is under way, or broke off",
                "let it finish (./inv upload-dataset), then run again",
                exit_code=2,
            )
        return cls(spark, home, entries, published.get("ignored", {}), [n for n in sizes if n.endswith(".parquet")])

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
            return self._contents().select(*COLUMNS)
        asked = self._asked(wanted)
        per_file = {row.file: row.rows for row in asked.select("file", "rows").collect()}
        holding = self._replace(entries=[entry for entry in self.entries if entry["file"] in per_file])
        images = holding._contents()
        if sum(per_file.values()) < holding.total:
            images = images.selectExpr(*COLUMNS, *_PLACE).join(broadcast(asked), "file")
            images = images.where("getbit(bits[row div 64], int(row % 64)) = 1")
        return images.select(*COLUMNS)

    def _asked(self, wanted: DataFrame) -> DataFrame:
        """Say which rows of each shard are wanted, in a bit a row: file string, bits map<bigint,bigint>, rows bigint.

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

    def _contents(self) -> DataFrame:
        reader = job.own(self.spark)
        size = sum(entry["size"] + tasks.OPEN_COST for entry in self.entries)
        tasks.divide(reader, self.total, size // max(1, self.total))
        return self._rows(reader, SCHEMA)

    def _rows(self, reader: SparkSession, schema: str) -> DataFrame:
        names = {entry["file"] for entry in self.entries}
        folders = {_class(entry) for entry in self.entries}
        few = len(names) <= NAMED
        # Escaped where Hadoop expects a glob.
        places = [re.sub(r"([\\*?\[\]{}])", r"\\\1", f"{self.home}/{n}") for n in sorted(names if few else folders)]
        rows = reader.read.schema(schema).option("recursiveFileLookup", "true")  # a class `a=b` is no partition
        rows = rows.option("pathGlobFilter", "*.parquet").parquet(*places)
        others = any(name not in names and name.split("/")[0] in folders for name in self.listed)
        return rows.where(expr(_FILE).isin(list(names))) if others and not few else rows


def _class(entry: dict[str, Any]) -> str:
    return entry["file"].split("/")[0]


def _images(entry: dict[str, Any]) -> int:
    return entry["images"] if isinstance(entry["images"], int) else len(entry["images"])
