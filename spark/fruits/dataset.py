"""Which photographs a run reads, by mode: single files `<root>/<split>/<class>/<image>`, or the same ones packed.

Packed ones (`fruits.packed`) are those of a split that has a manifest. Both give the same selection and the same rows.
"""

from dataclasses import dataclass
from fnmatch import fnmatchcase

from pyspark.sql import DataFrame, SparkSession

from fruits import hadoop, job, sample
from fruits.errors import JobError
from fruits.names import SUFFIXES
from fruits.packed import Shards
from fruits.singles import Singles

MODES = {"mini": "*", "apples": "Apple*", "full": "*"}  # mode -> the classes it reads
SPLITS = ("Training", "Test")


@dataclass(frozen=True)
class Selection:
    """The photographs of a run.

    Attributes:
        photographs: of the classes, in the form that they are stored in.
        classes: names of the classes.
        images: the selected ones, path string, relative to the data set's root (`Test/Kiwi/3_100.jpg`), each once.
        count: how many they are.
    """

    photographs: Singles | Shards
    classes: list[str]
    images: DataFrame
    count: int

    @property
    def total(self) -> int:
        """Number of photographs in the classes; more than `count` in a sample."""
        return self.photographs.total

    @property
    def ignored(self) -> dict[str, int]:
        """How many files of the classes are no photographs, by reason."""
        return self.photographs.ignored

    @property
    def partial(self) -> bool:
        """Whether this is a sample."""
        return self.count < self.total

    @property
    def paths(self) -> list[str]:
        """The paths on the driver, sorted: for few."""
        return sorted(row.path for row in self.images.collect())

    def sample(self, count: int) -> DataFrame:
        """Choose some of the photographs, spread over the classes: path string."""
        return job.paths(self.photographs.spark, sample.spread(self.images, count))


def select(spark: SparkSession, root: str, mode: str, split: str, max_images: int) -> Selection:
    """List the photographs that a run reads.

    `apples` and `full` take every one of their classes; `mini` takes `max_images`, the same ones each time, spread
    evenly over the classes and over each class.

    Raises:
        JobError: no such directory, no photographs in it, or none that the mode takes; says what is there instead. Or
            packed ones are being replaced, or there are more than single files can be.
    """
    spark = job.own(spark)
    home = f"{hadoop.qualified(spark, root)}/{split}"
    shards = Shards.find(spark, home)
    classes = shards.classes if shards else [n for n in hadoop.directories(spark, home) if not n.startswith(".")]
    if not classes:
        raise JobError(f"there are no photographs under {home}", _hint(spark, root, split), exit_code=2)
    chosen = [name for name in classes if fnmatchcase(name, MODES[mode])]
    if not chosen:
        raise JobError(
            f"the mode {mode} reads the classes {MODES[mode]!r}, and none of the {len(classes)} under {home} is one",
            "choose the mode mini or full, or another data set",
            exit_code=2,
        )
    photographs = shards.of(chosen) if shards else Singles.find(spark, home, chosen)
    if not photographs.total:
        raise JobError(
            f"there are no files {', '.join(SUFFIXES)} in the {len(chosen)} classes under {home}",
            "put the photographs into <split>/<class>/, as Fruits-360 has them",
            exit_code=2,
        )
    if mode != "mini" or max_images >= photographs.total:
        return Selection(photographs, chosen, photographs.images, photographs.total)
    taken = sample.spread(photographs.images, max_images, photographs.sizes)
    return Selection(photographs, chosen, job.paths(spark, taken), len(taken))


def read(spark: SparkSession, selection: Selection, images: DataFrame | list[str] | None = None) -> DataFrame:
    """Read photographs as rows.

    Args:
        spark: the session.
        selection: from `select`.
        images: only these of its photographs (those that an interrupted run has not done yet): path string.

    Returns:
        path string (relative to the data set's root), label string (the class), content binary; in as many
        partitions as the cores and the photographs call for. Nothing is set in the session for it.
    """
    if isinstance(images, list):
        images = job.paths(spark, images)
    if images is None and selection.partial:
        images = selection.images
    return selection.photographs.read(images)


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
