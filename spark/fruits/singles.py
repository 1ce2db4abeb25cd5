"""Photographs as single files: `<split>/<class>/<image>`."""

import hashlib
import re
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import chain
from typing import NamedTuple

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.functions import broadcast, col, expr, lit

from fruits import direct, hadoop, job, tasks
from fruits.errors import JobError
from fruits.names import SUFFIXES, hides_from_spark, why_ignored

# So many names the driver holds at most, some 100 MB; the names of packed photographs stay with the workers. And to
# open a file in S3 takes 20 ms, however small it is.
LIMIT = 1_000_000
LARGEST = 100 << 20  # bytes; no photograph is larger
LISTERS = 16  # directories listed at a time, since each waits for an answer
NAMED = 10_000  # so few files are picked out of a listing by their names; others are read and passed over


class Singles(NamedTuple):
    """The single files of some classes.

    Attributes:
        spark: the session.
        home: the URI of the split's directory, as Spark writes it in path columns.
        classes: names of the classes.
        names: of the photographs, below the data set's root: `Test/Kiwi/3_100.jpg`.
        ignored: how many files are no photographs, by reason.
    """

    spark: SparkSession
    home: str
    classes: list[str]
    names: list[str]
    ignored: dict[str, int]

    @classmethod
    def find(cls, spark: SparkSession, home: str, classes: list[str]) -> "Singles":
        """List the files of some classes, and of what is no class.

        Raises:
            JobError: there are more than single files can be.
        """
        stray, folders = hadoop.entries(spark, home, SUFFIXES)
        hidden = [name for name in folders if name.startswith(".")]
        split = home.rsplit("/", 1)[-1]
        with ThreadPoolExecutor(LISTERS) as pool:
            below = pool.map(lambda name: _walk(spark, home, name), [*classes, *hidden])
            found = [f"{split}/{name}" for name in chain(stray, chain.from_iterable(below))]
        reasons = Counter(map(why_ignored, found))
        photographs = [name for name in found if not why_ignored(name)]
        if len(photographs) > LIMIT:
            raise JobError(
                f"there are {len(photographs):,} single photographs under {home}, and more than {LIMIT:,} take longer "
                "to list and to open than to compute",
                "pack them: ./inv upload-dataset does; then run again",
                exit_code=2,
            )
        return cls(spark, home, classes, photographs, {reason: n for reason, n in reasons.items() if reason})

    @property
    def total(self) -> int:
        """Number of photographs."""
        return len(self.names)

    @property
    def sizes(self) -> dict[str, int]:
        """Number of photographs by class."""
        return dict(Counter(name.split("/")[-2] for name in self.names))

    @property
    def images(self) -> DataFrame:
        """The photographs: path string."""
        return job.paths(self.spark, self.names)

    @property
    def fingerprint(self) -> str:
        """A digest of which photographs there are."""
        return hashlib.sha256("\0".join(sorted(self.names)).encode(errors="surrogatepass")).hexdigest()

    def read(self, wanted: DataFrame | None) -> DataFrame:
        """Read photographs, all or some: path string, label string, content binary; what has gone is left out."""
        names = self.names if wanted is None else [row.path for row in wanted.collect()]
        hidden, plain = [n for n in names if hides_from_spark(n)], [n for n in names if not hides_from_spark(n)]
        files = self._files(job.own(self.spark), len(names)).where(_picked(plain)).where(col("length") <= LARGEST)
        images = files.select(self._path(), expr("element_at(split(path, '/'), -2)").alias("label"), "content")
        images = images.join(broadcast(job.paths(self.spark, plain)), "path", "left_semi")
        return images.union(direct.read(self.spark, self._above, hidden, LARGEST)) if hidden else images

    def changed_since(self, moment: float) -> DataFrame:
        """Find the photographs that were written after a Unix time: path string."""
        files = self._files(job.own(self.spark), self.total)
        return files.where(col("modificationTime") > lit(datetime.fromtimestamp(moment, UTC))).select(self._path())

    def why_unread(self, lost: DataFrame) -> dict[str, str]:
        """Say why photographs (path string) cannot have been read, as far as the file system tells."""
        names = [row.path for row in lost.collect()]
        with ThreadPoolExecutor(LISTERS) as pool:
            states = pool.map(lambda name: hadoop.state(self.spark, f"{self._above}/{name}"), names)
            return {
                name: complaint for name, state in zip(names, states, strict=True) if (complaint := _complaint(state))
            }

    def explain(self) -> None:
        """Say nothing of what Spark could not read: photographs that cannot be read are rejected one by one."""

    def _files(self, reader: SparkSession, images: int) -> DataFrame:
        places = [re.sub(r"([\\*?\[\]{}])", r"\\\1", f"{self.home}/{name}") for name in self.classes]  # no globs
        files = (
            reader.read.format("binaryFile")
            .option("recursiveFileLookup", "true")  # a glob such as */*.jpg lists nine times as long
            .option("ignoreMissingFiles", "true")
            .load(places)
        )
        size = int(files._jdf.queryExecution().optimizedPlan().stats().sizeInBytes())
        tasks.divide(reader, images, size // max(1, self.total) + tasks.OPEN_COST)
        return files

    @property
    def _above(self) -> str:
        return self.home.rsplit("/", 1)[0]

    def _path(self) -> Column:
        return expr(f"substring(path, {len(self._above) + 2})").alias("path")


def _walk(spark: SparkSession, home: str, folder: str) -> list[str]:
    """List all files in a directory, at any depth, below `home`."""
    files, folders = hadoop.entries(spark, f"{home}/{folder}", SUFFIXES)
    below = [name for inner in folders for name in _walk(spark, home, f"{folder}/{inner}")]
    return [*(f"{folder}/{name}" for name in files), *below]


def _picked(names: list[str]) -> Column:
    """Say which files to open. Spark asks this of its listing, before it opens any."""
    file = "url_decode(replace(_metadata.file_path, '+', '%2B'))"
    if len(names) <= NAMED:
        return expr(f"substring_index({file}, '/', -3)").isin(names)
    return expr(f"lower({file}) rlike '\\\\.(jpg|jpeg|png)$' and not contains(_metadata.file_name, ':')")


def _complaint(state: hadoop.State | None) -> str | None:
    if state is None:
        return "removed while the run was going on"
    if state.directory:
        return "a directory"
    if not state.size:
        return "empty file"
    return f"larger than {LARGEST >> 20} MiB" if state.size > LARGEST else None
