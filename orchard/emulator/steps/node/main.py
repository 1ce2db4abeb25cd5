"""Runs a program of the node: `python -I main.py PROGRAM ARGS...`; the programs on PATH call it so."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[4]))  # isolated, it does not find the package by itself

from orchard.emulator.outside import OrchardError
from orchard.emulator.steps.node import dist_cp, hadoop, notebook, spark, streaming

PROGRAMS = {
    "spark-submit": spark.submit,
    "spark-sql": spark.shell("spark-sql"),
    "spark-shell": spark.shell("spark-shell"),
    "spark-example": spark.example,
    "run-example": spark.example,
    "hadoop": hadoop.hadoop,
    "hdfs": hadoop.hdfs,
    "mapred": hadoop.mapred,
    "hadoop-streaming": streaming.main,
    "s3-dist-cp": dist_cp.main,
    "notebook-execution": notebook.main,
}


def main() -> int:
    """Run the program; returns its exit code."""
    try:
        return PROGRAMS[sys.argv[1]](sys.argv[2:])
    except OrchardError as error:
        print(f"error: {error.cause}\nremedy: {error.remedy}", file=sys.stderr)
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main())
