"""Which photographs a run reads, by mode: single files `<root>/<split>/<class>/<image>`, or the same ones packed.

Packed ones (`fruits.packed`) are those of a split that has a manifest. Both give the same selection and the same rows.
"""

import json
import re
from collections import defaultdict
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import unquote

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import broadcast, col, expr

from fruits import hadoop, packed
from fruits.errors import JobError

MODES = {"mini": "*", "apples": "Apple*", "full": "*"}  # mode -> the classes it reads
SPLITS = ("Training", "Test")
IMAGE_FILES = "*.{jpg,jpeg,png,JPG,JPEG,PNG}"

# Images a task: few enough that all cores end at about the same time and little is lost when a run is cut off,
# enough that a task's own cost (0.1 s) does not show. At 100 images/s a core, 512 take 5 s.
IMAGES_PER_TASK = 512
TASKS_PER_CORE = 4
# What a file counts for, beside its bytes, when Spark packs files into tasks; its default (4 MiB) would make
# a task of every 32 images.
OPEN_COST = 65_536
# So many files may be named one by one: Spark looks each one up, which for 65,000 takes five times as long as reading
# them all and passing over those that are not wanted.
LISTED_BY_NAME = 2_000


class Selection(NamedTuple):
    """The images of a run.

    Attributes:
        root: the URI of the split's directory, as Spark writes it in path columns.
        classes: names of the classes.
        paths: image paths relative to the data set's root (`Test/Kiwi/3_100.jpg`), sorted.
        total: number of images in the classes; more than the paths in a sample.
        size: total bytes of all images in the classes.
        shards: that hold the images of the classes; None where they are single files.
    """

    root: str
    classes: list[str]
    paths: list[str]
    total: int
    size: int
    shards: packed.Shards | None

    @property
    def partial(self) -> bool:
        """Whether the paths are fewer than the classes hold."""
        return len(self.paths) < self.total


def select(spark: SparkSession, root: str, mode: str, split: str, max_images: int) -> Selection:
    """List the images that a run reads.

    `apples` and `full` take every image of their classes; `mini` takes `max_images`, the same ones each time, spread
    evenly over the classes and over each class.

    Raises:
        JobError: no such directory, no images in it, or none that the mode takes; says what is there instead. Or
            packed photographs are being replaced.
    """
    home = f"{hadoop.qualified(spark, root)}/{split}"
    shards = packed.find(spark, home)
    classes = shards.classes if shards else hadoop.directories(spark, home)
    if not classes:
        raise JobError(f"there are no photographs under {home}", _hint(spark, root, split), exit_code=2)
    chosen = [name for name in classes if fnmatchcase(name, MODES[mode])]
    if not chosen:
        raise JobError(
            f"the mode {mode} reads the classes {MODES[mode]!r}, and none of the {len(classes)} under {home} is one",
            "choose the mode mini or full, or another data set",
            exit_code=2,
        )
    if shards:
        shards = shards.of(chosen)
        paths, size = shards.paths, shards.size
    else:
        listed = _binary_files(spark, [f"{home}/{name}" for name in chosen])
        paths = sorted(f"{split}/{path[len(home) + 1 :]}" for path in _paths(spark, listed))
        size = int(listed._jdf.queryExecution().optimizedPlan().stats().sizeInBytes())
    if not paths:
        raise JobError(
            f"there are no {IMAGE_FILES} files in the {len(chosen)} classes under {home}",
            "put the photographs into <split>/<class>/, as Fruits-360 has them",
            exit_code=2,
        )
    taken = spread(paths, max_images) if mode == "mini" else paths
    return Selection(home, chosen, taken, len(paths), size, shards)


def spread(paths: list[str], count: int) -> list[str]:
    """Take `count` of the paths, evenly over the classes (their last directories) and over each class's order.

    Each class gives the same number, as far as it has them; what is left over goes to classes spaced evenly. Within
    a class the images are spaced evenly too, because neighbours in Fruits-360 are frames of one turn of the fruit.
    Returns the taken paths, sorted; all of them when there are no more than `count`.
    """
    by_class: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        by_class[path.rsplit("/", 1)[0]].append(path)
    quotas = dict.fromkeys(by_class, 0)
    left = min(count, len(paths))
    while left:
        open_classes = [name for name, quota in quotas.items() if quota < len(by_class[name])]
        share = left // len(open_classes)
        receivers = open_classes if share else _spaced(open_classes, left)
        for name in receivers:
            given = min(max(share, 1), len(by_class[name]) - quotas[name])
            quotas[name] += given
            left -= given
    return sorted(path for name, quota in quotas.items() for path in _spaced(by_class[name], quota))


def _spaced(items: list[str], count: int) -> list[str]:
    return [items[i * len(items) // count] for i in range(count)]


def read(spark: SparkSession, selection: Selection, paths: list[str] | None = None) -> DataFrame:
    """Read images as rows.

    Args:
        selection: from `select`.
        paths: only these of its paths (those that an interrupted run has not done yet).

    Returns:
        path string (relative to the data set's root), label string (the class), content binary; in as many
        partitions as the cores and the number of images call for.
    """
    wanted = selection.paths if paths is None else paths
    everything = len(wanted) == selection.total
    read = _read_shards if selection.shards else _read_files
    images, complete = read(spark, selection, wanted, everything=everything)
    if complete:
        return images
    return images.join(
        broadcast(spark.createDataFrame([(path,) for path in wanted], "path string")), "path", "left_semi"
    )


def _read_files(
    spark: SparkSession, selection: Selection, wanted: list[str], *, everything: bool
) -> tuple[DataFrame, bool]:
    """Read single files; also tells whether they are the wanted ones only."""
    _divide(spark, selection, len(wanted), files=selection.total)
    parent = selection.root.rsplit("/", 1)[0]
    by_name = not everything and len(wanted) <= LISTED_BY_NAME
    classes = [f"{selection.root}/{name}" for name in selection.classes]
    places = [f"{parent}/{path}" for path in wanted] if by_name else classes
    images = _binary_files(spark, places).select(
        expr(f"substring(path, {len(parent) + 2})").alias("path"),
        expr("element_at(split(path, '/'), -2)").alias("label"),
        col("content"),
    )
    return images, everything or by_name


def _read_shards(
    spark: SparkSession, selection: Selection, wanted: list[str], *, everything: bool
) -> tuple[DataFrame, bool]:
    """Read the shards that hold wanted images; also tells whether they hold no others."""
    assert selection.shards is not None  # noqa: S101 - chosen by it
    held = selection.shards.holding(wanted)
    _divide(spark, selection, len(held.paths), files=len(selection.shards.entries))
    files = [f"{selection.root}/{entry['file']}" for entry in held.entries]
    reader = spark.read.schema(packed.SCHEMA).option("recursiveFileLookup", "true")  # a class `a=b` is no partition
    return reader.parquet(*map(_literal, files)), everything


def _divide(spark: SparkSession, selection: Selection, images: int, *, files: int) -> None:
    """Set into how many tasks Spark divides the reading of so many images out of so many files."""
    cores = spark.sparkContext.defaultParallelism
    per_task = max(1, min(IMAGES_PER_TASK, -(-images // (cores * TASKS_PER_CORE))))
    average = (selection.size + files * OPEN_COST) // selection.total
    spark.conf.set("spark.sql.files.openCostInBytes", OPEN_COST)
    spark.conf.set("spark.sql.files.maxPartitionBytes", per_task * average)


def _binary_files(spark: SparkSession, places: list[str]) -> DataFrame:
    return (
        spark.read.format("binaryFile")
        .option("recursiveFileLookup", "true")  # a glob such as */*.jpg lists nine times as long
        .option("pathGlobFilter", IMAGE_FILES)
        .load([_literal(place) for place in places])
    )


def _literal(place: str) -> str:
    """Escape a path where Hadoop expects a glob."""
    return re.sub(r"([\\*?\[\]{}])", r"\\\1", place)


def _paths(spark: SparkSession, files: DataFrame) -> list[str]:
    # As one JSON text: the array's elements one by one would be a round trip to the JVM for each file.
    mapper = spark.sparkContext._jvm.com.fasterxml.jackson.databind.ObjectMapper()
    uris = json.loads(mapper.writeValueAsString(files._jdf.inputFiles()))
    return [_unescaped(uri) for uri in uris]


def _unescaped(uri: str) -> str:
    """Turn `file:///a%20b` into `file:/a b`, as Hadoop writes a path and `binaryFile` its path column."""
    return re.sub(r"^file:///", "file:/", unquote(uri))


def _hint(spark: SparkSession, root: str, split: str) -> str:
    found = hadoop.directories(spark, root)
    if not found:
        return f"put photographs into {root.rstrip('/')}/<split>/<class>/, or name another place with --input"
    splits = [name for name in found if name in SPLITS and name != split]
    if splits:
        return f"there is a split {splits[0]}: choose it with --split {splits[0]}"
    for name in found:
        if set(SPLITS) & set(hadoop.directories(spark, f"{root}/{name}")):
            return f"the data set seems to be one level down: --input {root.rstrip('/')}/{name}"
    return (
        f"the layout is <root>/{split}/<class>/<image>, and {root} holds {', '.join(found[:3])}: "
        "name the directory above Training and Test"
    )
