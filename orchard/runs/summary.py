"""What a run gave, as a person reads it in a terminal."""

from typing import Any

from rich.table import Table

from orchard.base import durations
from orchard.base.console import screen
from orchard.base.counts import counted
from orchard.runs import throughput

SHOWN = 10  # components with a row of their own
BAR = 30  # characters


def show(manifest: dict[str, Any], places: dict[str, str]) -> None:
    """Print counts, throughput, explained variance, and where the results lie.

    Args:
        manifest: of the PCA run, with the features run's inside.
        places: where the results of each job are, the URIs by the jobs' names.
    """
    console = screen()
    whole = not console.is_terminal  # a pipe has no lines to break
    images, components = manifest["features"], manifest["counts"]["components"]
    explained = manifest["explained_variance_sum"]
    counts = images["counts"]
    console.print(_variance(manifest), no_wrap=True)
    reach = ", ".join(f"{float(share):.0%} by {count}" for share, count in manifest["components_for"].items())
    console.print(
        f"{counted(components, 'component')} explain{'s' * (components == 1)} {explained:.1%} of the variance; {reach}",
        soft_wrap=whole,
    )
    rejected = f", {counts['rejected']} rejected (see {places['features']}/_errors)" if counts["rejected"] else ""
    console.print(
        f"{counted(counts['featurised'], 'image')} featurised{rejected} in {throughput.say(images)}, on "
        f"{counted(images['cores'], 'core')}; PCA {durations.say(throughput.seconds(manifest))}",
        soft_wrap=whole,
    )
    if images.get("ignored"):
        reasons = ", ".join(f"{number:,} ({reason})" for reason, number in images["ignored"].items())
        console.print(f"files that are no photographs: {reasons}", soft_wrap=whole, markup=False)
    for job, uri in places.items():
        console.print(f"{job:9} {uri}", soft_wrap=True, highlight=False)


def _variance(manifest: dict[str, Any]) -> Table:
    table = Table(title=f"Explained variance of run {manifest['run']}", title_justify="left")
    table.add_column("component", justify="right")
    table.add_column("explained", justify="right")
    table.add_column("cumulative", justify="right")
    table.add_column("")
    shares = manifest["explained_variance"]
    for number, share in enumerate(shares[:SHOWN], start=1):
        bar = "█" * round(share / max(shares) * BAR)
        table.add_row(str(number), f"{share:.2%}", f"{sum(shares[:number]):.2%}", bar)
    if len(shares) > SHOWN:
        table.add_row(f"… {len(shares)}", f"{shares[-1]:.2%}", f"{sum(shares):.2%}", "")
    return table
