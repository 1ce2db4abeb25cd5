"""Benchmarks, with their peers in the same run."""

import shlex

from invoke import Context, Exit

from orchard.commands.task import command


@command(
    help={
        "only": "some of features, pca, cold, whole and report, with commas between them",
        "photographs": "the directory above Training or Test (default: those that fetch-dataset unpacked)",
        "words": "more words for the benchmark itself: '--images 500 --rounds 3 --contenders ours,pool-ours'",
    }
)
def bench(_: Context, only: str = "", photographs: str = "", words: str = "") -> None:
    """Measure against the peers, in turn, and record it in benchmarks/measured.json; best with nothing else running."""
    from pathlib import Path

    from checks import benchmarks
    from orchard.photographs import dataset

    chosen = benchmarks.chosen(only)
    place = Path(photographs).expanduser() if photographs else dataset.RAW
    codes = [benchmarks.run(part, place, shlex.split(words)) for part in chosen]
    if any(codes):
        raise Exit(code=1)
