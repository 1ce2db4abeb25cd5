"""A PCA run, as the step pca.py and the notebooks do it.

Reads  <input>/part-*.parquet    a complete features run
Writes <output>/scores/*.parquet path, label, scores (k float64)
       <output>/model/           a pyspark.ml.feature.PCAModel
       <output>/variance.csv     component, variance, explained, cumulative: all components, not only k
       <output>/csv/             the scores once more as CSV, when asked; a ' in front of what looks like a formula
       <output>/mean.csv         feature (its place in `features`, from 0), mean: subtracted before components are found
       <output>/_manifest.json   written last: a run without it is not complete
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql.functions import col, concat, count, countDistinct, lit, when

from fruits import architecture, hadoop, job, manifest, parts
from fruits.attempt import attempt
from fruits.components import count_or_share, refuse_too_many
from fruits.decomposition import BLOCK, Decomposition
from fruits.errors import JobError
from fruits.pca import DistributedPCA
from fruits.projection import project

FEATURES = "path string, label string, features array<float>"
FORMULA = r"^\s*[=+\-@]|^[\t\r\n]"  # how names begin that a spreadsheet would compute
SHARES = (0.80, 0.90, 0.95, 0.99)  # of the variance: how many components reach them goes into the manifest


@dataclass(frozen=True)
class Options:
    """What a PCA run is told.

    Attributes:
        input: the features run's directory (any URI).
        output: the PCA run's directory (any URI).
        k: a number of components, or a share of the variance such as 0.95.
        csv: write the scores as CSV too.
        code_hash: noted in the manifest.
    """

    input: str
    output: str
    k: float = 50
    csv: bool = False
    code_hash: str = ""


def run(spark: SparkSession, options: Options) -> dict[str, Any]:
    """Decompose, project and write.

    Returns:
        the manifest.

    Raises:
        JobError: no complete features run, rows that are not as its manifest says, an impossible k, or NaN features.
    """
    spark, source, output = job.own(spark), options.input.rstrip("/"), options.output.rstrip("/")
    spark.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", BLOCK)  # 10 MB, in place of 51
    features_manifest = manifest.read(spark, source)
    k = count_or_share(options.k)
    parameters = {"k": k, "csv": options.csv, "features": source.rsplit("/", 1)[-1]}
    if known := manifest.complete(spark, output, parameters):
        return known
    with attempt(spark, output, "pca", {}) as this:  # nothing of an interrupted one is kept, so any may follow
        progress, images = this.progress, features_manifest["counts"]["featurised"]
        refuse_too_many(k, images, architecture.FEATURES)
        rows = parts.read(spark, source, FEATURES, features_manifest.get("parts"))
        pca = DistributedPCA(k=k, inputCol="features", outputCol="scores")
        with progress.phase("counting"):
            _compare(source, rows, images)
        with progress.phase("decomposition", total=images):
            decomposition = pca.decompose(rows)
        model = pca.model(spark, decomposition)
        with progress.phase("scores", total=images):
            model.write().overwrite().save(f"{output}/model")
            scored = project(rows, "features", "scores", decomposition.components[:, : model.getK()])
            scored.write.mode("overwrite").parquet(f"{output}/scores")
        with progress.phase("tables"):
            hadoop.write_text(spark, f"{output}/variance.csv", _variance_csv(decomposition))
            hadoop.write_text(spark, f"{output}/mean.csv", _mean_csv(decomposition))
            if options.csv:
                _write_csv(spark, output, model.getK())
            scores = parts.counted(spark, f"{output}/scores")
        kept, explained = model.getK(), decomposition.explained
        written = manifest.write(
            spark,
            output,
            progress,
            {
                "job": "pca",
                "run": output.rsplit("/", 1)[-1],
                "parameters": parameters,
                "counts": {"rows": decomposition.rows, "columns": len(explained), "components": kept},
                "parts": scores,
                "explained_variance": [float(value) for value in explained[:kept]],
                "explained_variance_sum": float(explained[:kept].sum()),
                "components_for": {f"{share:.2f}": decomposition.components_for(share) for share in SHARES},
                "cores": progress.cores,
                "code": options.code_hash,
                "features": {name: told for name, told in features_manifest.items() if name != "parts"},
            },
        )
    share = f"{explained[:kept].sum():.1%} of the variance"
    print(f"{kept} component{'s' * (kept != 1)} of {decomposition.rows} images: {share} -> {output}")
    return written


def _compare(source: str, rows: DataFrame, images: int) -> None:
    """Refuse features that are not as their manifest says: two attempts at once may have left rows twice."""
    there, photographs = rows.select(count(lit(1)), countDistinct("path")).first() or (0, 0)
    if (there, photographs) != (images, images):
        raise JobError(
            f"the features in {source} are {there} rows of {photographs} photographs, and its manifest says {images}",
            "make the features anew under another run name",
        )


def _variance_csv(decomposition: Decomposition) -> str:
    explained = decomposition.explained
    rows = zip(decomposition.variances, explained, np.cumsum(explained), strict=True)
    lines = [f"{i},{v:.10g},{e:.10g},{c:.10g}" for i, (v, e, c) in enumerate(rows, start=1)]
    return "\n".join(["component,variance,explained,cumulative", *lines, ""])


def _mean_csv(decomposition: Decomposition) -> str:
    """Give what scores lack to be centred: (features - mean) @ components, and back. 17 digits are a float64 whole."""
    lines = [f"{i},{value:.17g}" for i, value in enumerate(decomposition.mean)]
    return "\n".join(["feature,mean", *lines, ""])


def _write_csv(spark: SparkSession, output: str, k: int) -> None:
    scores = spark.read.parquet(f"{output}/scores")
    columns = [col("scores")[i].alias(f"pc{i + 1}") for i in range(k)]
    table = scores.select(*(_cell(name) for name in ("path", "label")), *columns)
    writer = table.coalesce(1).write.mode("overwrite").options(header="true", escape='"')  # as RFC 4180 has quotes
    writer.options(ignoreLeadingWhiteSpace="false", ignoreTrailingWhiteSpace="false").csv(f"{output}/csv")


def _cell(name: str) -> Column:
    """Let a spreadsheet take a name for text, whatever it begins with (OWASP, "CSV Injection")."""
    return when(col(name).rlike(FORMULA), concat(lit("'"), col(name))).otherwise(col(name)).alias(name)
