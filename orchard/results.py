"""Results from the bucket to this machine."""

import json
from pathlib import Path

from orchard import run_record, runs
from orchard.bucket import Bucket
from orchard.errors import UsageError
from orchard.transfer import download as transfers

KINDS = ("features", "pca")


def latest(store: Bucket, *, incomplete: bool = False) -> str:
    """Return the name of the newest complete run; with `incomplete`, of the newest run that has written anything.

    Raises:
        UsageError: there is none.
    """
    names = set(store.directories("data/pca/"))
    if incomplete:
        names |= set(store.directories("data/features/"))
    for name in sorted(names, reverse=True):
        if incomplete or is_complete(store, name):
            return name
    hint = (
        "make one: ./inv run" if incomplete else "make one: ./inv run; or take what an unfinished one has: --incomplete"
    )
    raise UsageError(f"there is no {'' if incomplete else 'complete '}run in {store.uri('data/')}", hint)


def is_complete(store: Bucket, name: str) -> bool:
    """Tell whether a run is complete: its last job writes its manifest last."""
    return runs.manifest(store, "pca", name) is not None


def download(store: Bucket, name: str | None, *, incomplete: bool = False, force: bool = False) -> dict[str, Path]:
    """Download a run's features, PCA and record to `data/emr_output/`.

    Args:
        store: the data bucket.
        name: of the run; the newest complete one when None.
        incomplete: take a run that is not complete, too.
        force: replace files on this machine that differ.

    Returns:
        the directories by kind.

    Raises:
        UsageError: there is no such run, it is not complete, or files on this machine differ.
        OrchardError: as `orchard.transfer.download.run`.
    """
    name = runs.checked(name) if name else latest(store, incomplete=incomplete)
    if not incomplete and not is_complete(store, name):
        raise UsageError(
            f"there is no complete run {name} in {store.uri('data/pca/')}",
            "./inv run makes one; what an unfinished one has: --incomplete",
        )
    kinds = [kind for kind in KINDS if any(store.keys(f"data/{kind}/{name}/", limit=1))]
    if not kinds:
        raise UsageError(f"there is no run {name} in {store.uri('data/')}", "./inv run makes one")
    folders = {kind: runs.RESULTS / kind / name for kind in kinds}
    prefixes = {f"data/{kind}/{name}/": folder for kind, folder in folders.items()}
    transfers.run(store, prefixes, force=force, again=f"./inv results --run-name {name}")
    if record := store.read_json(run_record.key(name)):
        # Orchard's own, and it grows while the run goes on: a newer one always replaces it.
        folders["runs"] = runs.RESULTS / "runs" / name
        folders["runs"].mkdir(parents=True, exist_ok=True)
        (folders["runs"] / "run.json").write_text(json.dumps(record, indent=2))
    return folders
