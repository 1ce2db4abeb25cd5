"""Computes the MobileNetV2 features of a data set's photographs.

Reads  <input>/<split>/<class>/<image>, or the same photographs packed (<input>/<split>/manifest.json and *.parquet)
Writes <output>/part-*.parquet   path, label, features (1280 float32)
       <output>/_errors/         path, reason: the images that could not be read
       <output>/_manifest.json   written last: a run without it is not complete

Readers of Parquet pass over names with an underscore, so that the directory is a table for all of them.

Started again with the same output and parameters, an interrupted run goes on where it stopped.
"""

import argparse

from fruits import dataset, job
from fruits.engine import AUTO, ENGINES
from fruits.feature_run import Options, run


def parse(arguments: list[str] | None = None) -> Options:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--input", required=True, help="the directory (any URI) above Training and Test")
    parser.add_argument("--output", required=True, help="the run's directory; its last part is the run's name")
    parser.add_argument(
        "--mode",
        choices=dataset.MODES,
        default="mini",
        help="mini: a sample spread over the classes; apples: the classes Apple*; full: every image (default: mini)",
    )
    parser.add_argument("--split", choices=dataset.SPLITS, default="Training", help="default: Training")
    parser.add_argument("--max-images", type=job.positive, default=100, help="the size of mini (default: 100)")
    parser.add_argument("--weights", default="", help="a weights file (any URI); found or fetched when left out")
    parser.add_argument(
        "--max-error-rate",
        type=job.share,
        default=0.01,
        help="with a larger share of unreadable images the job fails, its results kept (default: 0.01)",
    )
    parser.add_argument(
        "--k",
        type=job.count_or_share,
        help="of the PCA that is to follow: more components than images are refused before the work, not after it",
    )
    parser.add_argument(
        "--exif-transpose",
        action="store_true",
        help="turn photographs as their EXIF orientation says (default: pixels as they are stored)",
    )
    parser.add_argument(
        "--engine",
        choices=(AUTO, *ENGINES),
        default=AUTO,
        help="what computes; auto is the fastest that can be imported (default: auto)",
    )
    parser.add_argument("--code-hash", default="", help="noted in the manifest")
    return Options(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    options = parse()
    job.main("features", lambda spark: run(spark, options))
