"""The features of a run as they lie in `data/emr_output/features/`, a part file at a time: all of them are large."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchard.base.errors import OrchardError
from orchard.report.read import Run, damaged
from orchard.runs import manifests


def folder(run: Run) -> Path:
    """Return the directory of a run's features."""
    return run.results / "features" / run.name


def are_here(run: Run) -> bool:
    """Tell whether any features of the run are on this machine."""
    return next(folder(run).glob("part-*.parquet"), None) is not None


def require(run: Run) -> None:
    """See to it that the run's features are on this machine.

    Raises:
        OrchardError: they are not.
    """
    if not are_here(run):
        raise OrchardError(
            f"the features of the run {run.name} are not on this machine: {folder(run)} has no part files",
            f"fetch them: ./inv results --run-name {run.name}",
        )


def parts(run: Run) -> Iterator[tuple[pa.Table, np.ndarray]]:
    """Yield from each part file the paths and labels (path string, label string) and the features, float32 (m, d).

    Raises:
        OrchardError: there are none on this machine, or they are damaged.
    """
    require(run)
    for path in _files(run):
        try:
            table = pq.read_table(path, columns=["path", "label", "features"])
            features = table["features"].combine_chunks()
            values = features.flatten().to_numpy().reshape(len(table), -1) if len(table) else np.empty((0, 0))
        except FileNotFoundError:
            raise damaged(path, "it is not there", run.name) from None
        except (pa.ArrowException, OSError, ValueError) as error:
            raise damaged(path, str(error).splitlines()[0], run.name) from None
        if len(table):
            yield table.select(["path", "label"]), values.astype(np.float32, copy=False)


def of(run: Run, paths: list[str]) -> np.ndarray:
    """Return the features of some images, float32 (m, d).

    Raises:
        OrchardError: they are not on this machine, or damaged, or of other images than the scores.
    """
    place = {path: number for number, path in enumerate(paths)}
    found: np.ndarray | None = None
    missing = np.ones(len(paths), dtype=bool)
    for table, values in parts(run):
        rows = [(row, place[path]) for row, path in enumerate(table["path"].to_pylist()) if path in place]
        if found is None:
            found = np.empty((len(paths), values.shape[1]), np.float32)
        if rows:
            here, there = np.array(rows).T
            found[there] = values[here]
            missing[there] = False
    if found is None or missing.any():
        raise damaged(folder(run), f"it lacks {int(missing.sum())} images of the scores", run.name)
    return found


def _files(run: Run) -> list[Path]:
    """Return the part files that the manifest lists; all that are there where it lists none (older versions)."""
    listed: dict[str, Any] | None = None
    if path := manifests.find(folder(run)):
        try:
            listed = json.loads(path.read_text()).get("parts")
        except (OSError, ValueError, AttributeError) as error:
            raise damaged(path, str(error), run.name) from None
    names = listed or {path.name for path in folder(run).glob("part-*.parquet")}
    return [folder(run) / name for name in sorted(names)]
