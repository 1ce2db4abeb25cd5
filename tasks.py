"""Orchard's tasks. Each one parses its flags, calls the package and prints; `./inv --help TASK` explains it."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from invoke import Collection, Context

from orchard.cli import command, say
from orchard.commands import check, check_infrastructure, tf

RUN_HELP = {
    "mode": "mini (a sample spread over the classes), apples (the classes Apple*) or full",
    "k": "principal components: a number (50) or a share of the variance (0.95)",
    "split": "Training or Test",
    "max-images": "the size of the mini sample",
    "run-name": "a name instead of the time and the mode; an interrupted run of that name goes on where it stopped",
    "csv": "write the scores as CSV too",
    "dataset": "photographs in the Fruits-360 layout (default: ORCHARD_DATASET, else data/raw/)",
    "weights": "a MobileNetV2 weights file (default: found or fetched)",
}


@command(help=RUN_HELP)
def run(
    _: Context,
    mode: str | None = None,
    k: str | None = None,
    split: str | None = None,
    max_images: str | None = None,
    run_name: str | None = None,
    csv: bool = False,
    dataset: str | None = None,
    weights: str | None = None,
) -> None:
    """Compute the features of the photographs and their principal components."""
    from orchard import config, pipeline
    from orchard import dataset as photographs

    settings = config.load(mode=mode, k=k, split=split, max_images=max_images, dataset=dataset, weights=weights)
    place = photographs.find(settings)
    pipeline.run(settings, place, settings.split, run_name, csv=csv)


@command(help={name: RUN_HELP[name] for name in ("mode", "k", "max-images")})
def demo(_: Context, mode: str | None = None, k: str | None = None, max_images: str | None = None) -> None:
    """Run the whole pipeline on your photographs, or on pictures that Orchard draws when there are none."""
    from orchard import config, pipeline
    from orchard import dataset as photographs

    settings = config.load(mode=mode, k=k, max_images=max_images)
    place, drawn = photographs.find_or_draw(settings)
    if drawn:
        say(f"There are no photographs in data/raw/, so this runs on {drawn} fruit-like pictures drawn by Orchard.")
    pipeline.run(settings, place, photographs.split_of(place, settings.split), None, csv=False)


@command
def settings(_: Context) -> None:
    """Print every setting that is in force."""
    from orchard import config

    for name, value in config.load().model_dump().items():
        print(f"{name:16} {value if value is not None else '(not set)'}")


namespace = Collection(run, demo, settings)
namespace.add_task(check.test)
namespace.add_collection(Collection.from_module(tf, name="tf"))
checks = Collection.from_module(check, name="check")
for task in Collection.from_module(check_infrastructure).tasks.values():
    checks.add_task(task)
namespace.add_collection(checks)
