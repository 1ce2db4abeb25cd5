"""A sample of photographs spread over the classes: the same one each time."""

import json

from pyspark.sql import DataFrame, Window
from pyspark.sql.functions import col, expr, from_json, lit, row_number


def spread(images: DataFrame, count: int, sizes: dict[str, int] | None = None) -> list[str]:
    """Take `count` of the photographs, evenly over the classes and over each class's order.

    Within a class they are spaced evenly, because neighbours in Fruits-360 are frames of one turn of the fruit. Only
    the classes' sizes and the sample come to the driver.

    Args:
        images: path string, `<split>/<class>/<image>`.
        count: how many; all of them when there are no more.
        sizes: photographs by class, where they are known; counted when None.

    Returns:
        paths, sorted.
    """
    named = images.select("path", expr("element_at(split(path, '/'), -2)").alias("class"))
    if sizes is None:
        sizes = {row["class"]: row["count"] for row in named.groupBy("class").count().collect()}
    table = json.dumps({name: [sizes[name], quota] for name, quota in quotas(sizes, count).items()})
    of_class = from_json(lit(table), "map<string,array<bigint>>")[col("class")]
    within = Window.partitionBy("class").orderBy("path")
    ranked = named.select("path", (row_number().over(within) - 1).alias("rank"), of_class.alias("of"))
    sized = ranked.selectExpr("path", "rank", "of[0] as s", "of[1] as q")
    # The n-th of q taken from s is the one at n * s div q; and the only n that a rank can be of is ceil(rank * q / s).
    chosen = sized.withColumn("n", expr("(rank * q + s - 1) div s")).where("n < q and n * s div q = rank")
    return sorted(row.path for row in chosen.select("path").collect())


def quotas(sizes: dict[str, int], count: int) -> dict[str, int]:
    """Say how many each class gives: the same number, as far as it has them; the rest by classes spaced evenly.

    Args:
        sizes: photographs by class.
        count: how many in all, as far as there are so many.
    """
    given = dict.fromkeys(sorted(sizes), 0)
    left = min(count, sum(sizes.values()))
    while left:
        open_classes = [name for name, quota in given.items() if quota < sizes[name]]
        share = left // len(open_classes)
        receivers = open_classes if share else _spaced(open_classes, left)
        for name in receivers:
            more = min(max(share, 1), sizes[name] - given[name])
            given[name] += more
            left -= more
    return given


def _spaced(items: list[str], count: int) -> list[str]:
    return [items[i * len(items) // count] for i in range(count)]
