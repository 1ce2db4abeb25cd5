"""Tries on a cluster what a run needs: executors, packages, the bucket, one photograph.

Writes <output>/photograph/*.parquet  the features of a photograph whose features are known
       <output>/_manifest.json        what was found, written last: there is one where nothing is amiss
"""

import argparse

from fruits import job
from fruits.canary import Options, run


def parse(arguments: list[str] | None = None) -> Options:
    """Parse the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", required=True, help="the directory (any URI) of the cluster's shape")
    parser.add_argument("--weights", default="", help="a weights file (any URI); found or fetched when left out")
    parser.add_argument("--executors", type=job.positive, default=1, help="that there is room for (default: 1)")
    parser.add_argument("--cores", type=int, default=0, help="of an executor (default: any)")
    parser.add_argument("--heap-mib", type=int, default=0, help="of an executor (default: any)")
    parser.add_argument("--overhead-mib", type=int, default=0, help="of an executor, beside its heap (default: any)")
    parser.add_argument("--code-hash", default="", help="noted in the manifest")
    return Options(**vars(parser.parse_args(arguments)))


if __name__ == "__main__":
    options = parse()
    job.main("canary", lambda spark: run(spark, options))
