"""Results from the bucket to this machine."""

from pathlib import Path

from orchard import runs
from orchard.bucket import Bucket
from orchard.errors import UsageError

KINDS = ("features", "pca")


def latest(store: Bucket) -> str:
    """Return the name of the newest complete run.

    Raises:
        UsageError: there is none.
    """
    for name in reversed(store.directories("data/pca/")):
        if store.read_json(f"data/pca/{name}/manifest.json"):
            return name
    raise UsageError(f"there is no complete run in {store.uri('data/pca/')}", "make one: ./inv run")


def download(store: Bucket, name: str | None) -> dict[str, Path]:
    """Download a complete run's features and PCA to `data/emr_output/`.

    Args:
        store: the data bucket.
        name: of the run; the newest complete one when None.

    Returns:
        the directories by kind.
    """
    name = runs.checked(name) if name else latest(store)
    if not store.read_json(f"data/pca/{name}/manifest.json"):
        raise UsageError(f"there is no complete run {name} in {store.uri('data/pca/')}", "./inv run makes one")
    folders = {kind: runs.RESULTS / kind / name for kind in KINDS}
    for kind, folder in folders.items():
        store.download(f"data/{kind}/{name}/", folder)
    return folders
