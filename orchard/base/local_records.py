"""What this machine knows of runs, clusters and data sets without asking anybody: for completion and the report."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from orchard.base.places import RESULTS, STATE

SUBMITTED = "runs"  # a file beside a target's Terraform state: the runs that were sent from here, a line each
UPLOADED = "datasets"  # a file in .orchard/: the folders of photographs that were uploaded from here, a line each
KEPT = 8  # of them
PLACES = ("aws/*/*", "local-aws/*/state/*/*")  # <project>/<region> of either target, below .orchard/


def remember(place: Path, run: str) -> None:
    """Note that a run was sent to a target, whose directory for a project and region is given; as far as it can be."""
    known = _lines(place / SUBMITTED)
    if run not in known:
        with suppress(OSError):
            (place / SUBMITTED).write_text("\n".join([*known, run, ""]))


def remember_dataset(folder: Path, state: Path = STATE) -> None:
    """Note that a data set was uploaded from here, for the report's pictures; as far as it can be."""
    known = [str(folder.resolve()), *map(str, datasets(state))]
    with suppress(OSError):
        (state / UPLOADED).write_text("\n".join([*dict.fromkeys(known)][:KEPT]) + "\n")


def datasets(state: Path = STATE) -> list[Path]:
    """Return the data sets that were uploaded from here, the latest first."""
    try:
        return [Path(line) for line in (state / UPLOADED).read_text().splitlines()]
    except (OSError, ValueError):
        return []


def forget(place: Path) -> None:
    """Forget the runs of a target: their results are deleted."""
    with suppress(OSError):
        (place / SUBMITTED).unlink(missing_ok=True)


def runs(state: Path = STATE, results: Path = RESULTS) -> list[str]:
    """Return the runs that were sent from here or whose results are here, the newest first."""
    here = {folder.name for folder in results.glob("*/*") if folder.is_dir()}
    sent = {name for place in _places(state) for name in _lines(place / SUBMITTED)}
    return sorted(here | sent, reverse=True)


def clusters(state: Path = STATE) -> list[str]:
    """Return the names of the clusters that were made here and not taken down, sorted."""
    return sorted({name for place in _places(state) for name in _clusters(place / "terraform")})


def _places(state: Path) -> Iterator[Path]:
    for pattern in PLACES:
        yield from state.glob(pattern)


def _clusters(folder: Path) -> Iterator[str]:
    # As orchard.infrastructure.state has them; but to import that takes twice as long as a whole completion.
    named = [("default", folder / "cluster.tfstate")]
    named += [(file.parent.name, file) for file in folder.glob("cluster.workspaces/*/*.tfstate")]
    for name, file in named:
        try:
            resources = json.loads(file.read_text())["resources"]
        except (OSError, ValueError, LookupError, TypeError):  # none, or damaged: `up` says so, a completion does not
            continue
        if any(resource.get("mode") == "managed" for resource in resources):
            yield name


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text().split()
    except OSError:
        return []
