"""The block of what the benchmarks measured, and against what."""

import json
from typing import Any

from checks.documents.markdown import table
from orchard.base.places import ROOT

MEASURED = ROOT / "benchmarks" / "measured.json"
PEERS = {  # what is compared with ours, and how its contenders' names begin
    "the bound, which decodes nothing": ("bare-ours",),
    "what the processor could multiply (see roofline.py)": ("roofline",),
    "the rate of two plain processes": ("pool-",),
    "that of the fastest other engine that spreads over machines": ("ray-", "daft-"),
    "that of Keras on Spark in its better forms": ("keras-iterator", "predict-batch-keras"),
}


def measured() -> str:
    """Return what the benchmarks measured, when and against what."""
    told = json.loads(MEASURED.read_text())
    rows = [(row["what"], row["figure"], row["peer"], f"`{row['command']}`") for row in told["figures"]]
    shown = f"{told['machine']}, {told['date']}.\n\n{table(('what', 'figure', 'against', 'measured by'), rows)}"
    runs = told.get("runs", {})
    blocks = [shown, *(_compared(part, run) for part, run in runs.items() if "contenders" in run)]
    blocks += [_ratios(runs["features"])] if "features" in runs else []
    blocks += [_cold(runs["cold"])] if "cold" in runs else []
    blocks += [_whole(runs["whole"])] if "whole" in runs else []
    return "\n\n".join(filter(None, blocks))


def _ratios(run: dict[str, Any]) -> str:
    """Return how fast ours is in proportion to the fastest of each kind of peer that took part."""
    rates = {name: its["rate"] for name, its in run["contenders"].items()}
    told = []
    for kind, prefixes in PEERS.items():
        if fit := [name for name in rates if name.startswith(prefixes)]:
            best = max(fit, key=rates.__getitem__)
            told.append(f"- {rates['ours'] / rates[best]:.2f} times {kind} ({best})")
    return "\n".join(["The rate of ours, in proportion:", "", *told]) if told else ""


def _compared(part: str, run: dict[str, Any]) -> str:
    """Return what a benchmark with peers recorded: its contenders, the fastest first."""
    rows = [
        (name, f"{its['rate']:g}", f"{its['least']:g} to {its['most']:g}", f"{its['cpu_per_1000']:g}")
        for name, its in sorted(run["contenders"].items(), key=lambda item: -item[1]["rate"])
    ]
    what = "images" if "images" in run else "rows"
    head = (f"{part}: contender", f"{what}/s, median", "least to most", "processor seconds for 1,000")
    return (
        f"{table(head, rows)}\n\n`./inv check.bench --only {part}`, {run['date']}: {run[what]:,} {what}, "
        f"{run['rounds']} rounds; {_machine(run)}."
    )


def _cold(run: dict[str, Any]) -> str:
    """Return what a start costs."""
    return (
        f"The features step of {run['images']:,} photographs takes {run['seconds']['cold']:g} s from nothing: the "
        f"start of Spark, listing, the engine's import in each worker, writing and accounting. A warm Spark takes "
        f"{run['seconds']['warm']:g} s to compute as many: {run['times_warm']:g} times (medians of {run['rounds']} "
        f"rounds in turn). `./inv check.bench --only cold`, {run['date']}; {_machine(run)}."
    )


def _whole(run: dict[str, Any]) -> str:
    """Return what was seen of a whole run."""
    spent, most = run["seconds"], run["most_memory_gb"]
    rows = [
        (f"features of {run['images']:,} photographs", f"{spent['features']:g}", f"{most['features']:g}"),
        (f"PCA, k = {run['k']}", f"{spent['pca']:g}", f"{most['pca']:g}"),
    ]
    rates = run["rates_of_tenths"]
    return (
        f"{table(('a whole run', 'seconds, with the start of Spark', 'memory of all processes at most, GB'), rows)}\n\n"
        f"That is {run['times_the_bound']:g} times what the bare engine needs for as many decoded images "
        f"({run['bare_rates'][0]:g} images/s before the run, {run['bare_rates'][1]:g} after it), and "
        f"{run['processor_times_the_bound']:g} times its processor time. Images/s of each "
        f"tenth of the features: {', '.join(f'{rate:g}' for rate in rates)}. `./inv check.bench --only whole`, "
        f"{run['date']}; {_machine(run)}."
    )


def _machine(run: dict[str, Any]) -> str:
    flags, load = ", ".join(run["flags"]), run["load"][0]
    return f"{run['processor']}, {run['cores']} cores ({flags}), load {load:g}"
