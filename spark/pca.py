"""Computes the principal components of a run's features.

Reads  <input>/part-*.parquet    a complete features run
Writes <output>/scores/*.parquet path, label, scores (k float64)
       <output>/model/           a pyspark.ml.feature.PCAModel
       <output>/variance.csv     component, variance, explained, cumulative: all components, not only k
       <output>/csv/             the scores once more as CSV, with --csv; a ' in front of what looks like a formula
       <output>/mean.csv         feature (its place in `features`, from 0), mean: subtracted before components are found
       <output>/_manifest.json   written last: a run without it is not complete
"""

import argparse

from fruits import job
from fruits.pca_run import Options, run


def parse(arguments: list[str] | None = None) -> Options:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", required=True, help="the features run's directory (any URI)")
    parser.add_argument("--output", required=True, help="the PCA run's directory (any URI)")
    parser.add_argument(
        "--k",
        type=job.count_or_share,
        default=50,
        help="a number of components, or a share of the variance such as 95%% (default: 50)",
    )
    parser.add_argument("--csv", action="store_true", help="write the scores as CSV too")
    parser.add_argument("--code-hash", default="", help="noted in the manifest")
    return Options(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    options = parse()
    job.main("pca", lambda spark: run(spark, options))
