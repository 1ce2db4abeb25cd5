"""Which photographs a run reads: `<root>/<split>/<class>/<image>`, by mode."""

import json
import re
from collections import defaultdict
from fnmatch import fnmatchcase
from typing import NamedTuple
from urllib.parse import unquote

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.functions import broadcast, col, expr

from fruits import hadoop
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
        directories: the class directories, complete.
        paths: image paths relative to the data set's root (`Test/Kiwi/3_100.jpg`), sorted.
        partial: the paths are fewer than the directories hold.
        size: total bytes of all images in the directories.
    """

    root: str
    directories: list[str]
    paths: list[str]
    partial: bool
    size: int


def select(spark: SparkSession, root: str, mode: str, split: str, max_images: int) -> Selection:
    """List the images that a run reads.

    `apples` and `full` take every image of their classes; `mini` takes `max_images`, the same ones each time, spread
    evenly over the classes and over each class.

    Raises:
        JobError: no such directory, no images in it, or none that the mode takes; says what is there instead.
    """
    home = f"{hadoop.qualified(spark, root)}/{split}"
    classes = hadoop.directories(spark, home)
    if not classes:
        raise JobError(f"there are no photographs under {home}", _hint(spark, root, split), exit_code=2)
    chosen = [name for name in classes if fnmatchcase(name, MODES[mode])]
    if not chosen:
        raise JobError(
            f"the mode {mode} reads the classes {MODES[mode]!r}, and none of the {len(classes)} under {home} is one",
            "choose the mode mini or full, or another data set",
            exit_code=2,
        )
    directories = [f"{home}/{name}" for name in chosen]
    listed = _binary_files(spark, directories)
    paths = sorted(f"{split}/{path[len(home) + 1 :]}" for path in _paths(spark, listed))
    if not paths:
        raise JobError(
            f"there are no {IMAGE_FILES} files in the {len(chosen)} classes under {home}",
            "put the photographs into <split>/<class>/, as Fruits-360 has them",
            exit_code=2,
        )
    taken = spread(paths, max_images) if mode == "mini" else paths
    size = int(listed._jdf.queryExecution().optimizedPlan().stats().sizeInBytes())
    return Selection(home, directories, taken, len(taken) < len(paths), size)


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
    cores = spark.sparkContext.defaultParallelism
    per_task = max(1, min(IMAGES_PER_TASK, -(-len(wanted) // (cores * TASKS_PER_CORE))))
    average = selection.size // max(1, len(selection.paths))
    spark.conf.set("spark.sql.files.openCostInBytes", OPEN_COST)
    spark.conf.set("spark.sql.files.maxPartitionBytes", per_task * (OPEN_COST + average))
    parent = selection.root.rsplit("/", 1)[0]
    everything = len(wanted) == len(selection.paths) and not selection.partial
    by_name = not everything and len(wanted) <= LISTED_BY_NAME
    places = [f"{parent}/{path}" for path in wanted] if by_name else selection.directories
    images = _binary_files(spark, places).select(
        expr(f"substring(path, {len(parent) + 2})").alias("path"),
        expr("element_at(split(path, '/'), -2)").alias("label"),
        col("content"),
    )
    if everything or by_name:
        return images
    return images.join(
        broadcast(spark.createDataFrame([(path,) for path in wanted], "path string")), "path", "left_semi"
    )


def _binary_files(spark: SparkSession, places: list[str]) -> DataFrame:
    return (
        spark.read.format("binaryFile")
        .option("recursiveFileLookup", "true")  # a glob such as */*.jpg lists nine times as long
        .option("pathGlobFilter", IMAGE_FILES)
        .load([re.sub(r"([\\*?\[\]{}])", r"\\\1", place) for place in places])
    )


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
