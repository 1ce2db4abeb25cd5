"""What a run gave, as a person reads it in a terminal."""

from typing import Any

from rich.table import Table

from orchard.base import durations
from orchard.base.console import screen
from orchard.base.counts import counted
from orchard.base.language import tr
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
    kept = counted(components, "component")
    reach = ", ".join(tr(f"{float(share):.0%} by {count}") for share, count in manifest["components_for"].items())
    console.print(
        tr(f"{kept} {'explains' if components == 1 else 'explain'} {explained:.1%} of the variance; {reach}"),
        soft_wrap=whole,
    )
    rejected = f", {counts['rejected']} rejected (see {places['features']}/_errors)" if counts["rejected"] else ""
    done, cores = counted(counts["featurised"], "image"), counted(images["cores"], "core")
    pca = durations.say(throughput.seconds(manifest))
    spent = throughput.say(images)
    console.print(tr(f"{done} featurised{rejected} in {spent}, on {cores}; PCA {pca}"), soft_wrap=whole)
    if images.get("ignored"):
        reasons = ", ".join(f"{number:,} ({tr(reason)})" for reason, number in images["ignored"].items())
        console.print(tr(f"files that are no photographs: {reasons}"), soft_wrap=whole, markup=False)
    for job, uri in places.items():
        console.print(f"{job:9} {uri}", soft_wrap=True, highlight=False)


def _variance(manifest: dict[str, Any]) -> Table:
    table = Table(title=tr(f"Explained variance of run {manifest['run']}"), title_justify="left")
    table.add_column(tr("component"), justify="right")
    table.add_column(tr("explained"), justify="right")
    table.add_column(tr("cumulative"), justify="right")
    table.add_column("")
    shares = manifest["explained_variance"]
    for number, share in enumerate(shares[:SHOWN], start=1):
        bar = "█" * round(share / max(shares) * BAR)
        table.add_row(str(number), tr(f"{share:.2%}"), tr(f"{sum(shares[:number]):.2%}"), bar)
    if len(shares) > SHOWN:
        table.add_row(f"… {len(shares)}", tr(f"{shares[-1]:.2%}"), tr(f"{sum(shares):.2%}"), "")
    return table
