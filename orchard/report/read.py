"""A run as it lies in `data/emr_output/`: its tables, its manifests, and what may or may not be there."""

import json
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchard import runs
from orchard.errors import OrchardError, UsageError
from orchard.nearest import suggest


def names(results: Path | None = None) -> list[str]:
    """Return the runs on this machine whose PCA is complete, the newest last."""
    return sorted(path.name for path in (results or runs.RESULTS).glob("pca/*") if runs.manifest_file(path))


class Run:
    """One complete run on this machine.

    Attributes:
        name: of the run.
        results: the directory that holds `features/`, `pca/` and `runs/`.
        manifest: of the PCA, with the features' inside.
        features: the features' manifest.
    """

    def __init__(self, name: str, results: Path) -> None:
        self.name = name
        self.results = results
        path = runs.manifest_file(results / "pca" / name) or results / "pca" / name / runs.MANIFESTS[0]
        self.manifest: dict[str, Any] = _json(path, name)
        try:
            self.features: dict[str, Any] = self.manifest["features"]
            self.rows = int(self.manifest["counts"]["rows"])
        except (KeyError, TypeError):
            raise _damaged(path, "it lacks the counts", name) from None

    def __repr__(self) -> str:
        return f"Run({self.name!r})"

    @cached_property
    def table(self) -> pa.Table:
        """The scores: path string, label string, scores list of float64, sorted by path.

        Raises:
            OrchardError: the files are missing, damaged, or not as many rows as the manifest says.
        """
        folder = self.results / "pca" / self.name / "scores"
        found = _parquet(folder, ("path", "label", "scores"), self.name, self.manifest.get("parts"))
        if found is None or len(found) != self.rows:
            said = "it is not there" if found is None else f"it has {len(found)} rows, and the manifest {self.rows}"
            raise _damaged(folder, said, self.name)
        return found.sort_by("path")

    @cached_property
    def paths(self) -> list[str]:
        """The images' paths below the data set's root, such as `Test/Kiwi/3_100.jpg`."""
        return self.table["path"].to_pylist()

    @cached_property
    def labels(self) -> np.ndarray:
        """The images' classes, str (n,)."""
        return np.asarray(self.table["label"].to_pylist(), dtype=object).astype(str)

    @cached_property
    def scores(self) -> np.ndarray:
        """The images' coordinates in PCA space, float32 (n, k)."""
        flat = self.table["scores"].combine_chunks().flatten().to_numpy()
        if flat.size % self.rows:
            raise _damaged(self.results / "pca" / self.name / "scores", "its rows differ in length", self.name)
        return flat.reshape(self.rows, -1).astype(np.float32)

    @cached_property
    def spectrum(self) -> np.ndarray:
        """Each component's share of the variance, float64, falling: all components, or k where that is all there is."""
        path = self.results / "pca" / self.name / "variance.csv"
        try:
            return np.loadtxt(path, delimiter=",", skiprows=1, usecols=2, ndmin=1)
        except FileNotFoundError:
            return np.asarray(self.manifest["explained_variance"], dtype=float)
        except (ValueError, IndexError) as error:
            raise _damaged(path, str(error), self.name) from None

    @cached_property
    def components(self) -> np.ndarray | None:
        """The model's principal components, float64 (columns, k), of unit length each; None where there is no model."""
        folder = self.results / "pca" / self.name / "model" / "data"
        found = _parquet(folder, ("pc",), self.name)
        if found is None or not len(found):
            return None
        # As Spark ML stores a DenseMatrix: column by column unless it is transposed.
        matrix = found["pc"][0].as_py()
        shape = (matrix["numRows"], matrix["numCols"])
        values = np.asarray(matrix["values"])
        if values.size != shape[0] * shape[1]:
            raise _damaged(folder, f"the model holds {values.size} numbers, not {shape[0]} x {shape[1]}", self.name)
        return values.reshape(shape, order="C" if matrix["isTransposed"] else "F")

    @cached_property
    def rejected(self) -> list[tuple[str, str]] | None:
        """The images that could not be read, path and reason; None where `_errors/` is not on this machine."""
        folder = self.results / "features" / self.name
        found = _parquet(folder / "_errors", ("path", "reason"), self.name)
        if found is None:  # as older versions named it
            found = _parquet(folder / "errors", ("path", "reason"), self.name)
        return None if found is None else sorted(zip(*(found[c].to_pylist() for c in ("path", "reason")), strict=True))

    @cached_property
    def record(self) -> dict[str, Any] | None:
        """Where the run ran and what it cost, from `runs/<run>/run.json`; None for a run without a record."""
        path = self.results / "runs" / self.name / "run.json"
        return _json(path, self.name) if path.exists() else None


def load(name: str | None = None, results: Path | None = None) -> Run:
    """Load a run; its tables are read when they are first asked for.

    Args:
        name: of the run; the newest complete one on this machine when None.
        results: the directory that holds `features/` and `pca/`; `data/emr_output/` when None.

    Raises:
        UsageError: there is no such run on this machine, or it is not complete.
        OrchardError: its manifest is damaged.
    """
    results = results or runs.RESULTS
    known = names(results)
    if name is None:
        if not known:
            raise UsageError(
                "there is no complete run on this machine", "./inv results fetches one; ./inv run makes one"
            )
        name = known[-1]
    name = runs.checked(name)
    if name not in known:
        if any((results / kind / name).is_dir() for kind in ("features", "pca")):
            raise UsageError(
                f"the run {name} is not complete on this machine: pca/{name}/{runs.MANIFESTS[0]} is not there",
                f"finish it and fetch it: ./inv run --run-name {name}; ./inv results --run-name {name}",
            )
        near = f"{suggest(name, known)} " if known else ""
        raise UsageError(f"there is no run {name} on this machine", f"{near}./inv results --run-name {name} fetches it")
    return Run(name, results)


def _parquet(folder: Path, columns: tuple[str, ...], run: str, listed: Iterable[str] | None = None) -> pa.Table | None:
    """Read the parts that a manifest lists, or where it lists none all parts in a directory; None where it has none."""
    parts = sorted(folder.glob("*.parquet"))
    if not parts:
        return None
    if listed is not None:
        parts = [folder / name for name in sorted(listed)]
    tables = []
    for part in parts:
        try:
            tables.append(pq.read_table(part, columns=list(columns)))
        except (pa.ArrowException, OSError) as error:
            raise _damaged(part, str(error).splitlines()[0], run) from None
        missing = [name for name in columns if name not in tables[-1].column_names]
        if missing:
            raise _damaged(part, f"it has no column {missing[0]}", run)
    return pa.concat_tables([table.replace_schema_metadata() for table in tables])


def _json(path: Path, run: str) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise _damaged(path, str(error), run) from None
    if not isinstance(found, dict):
        raise _damaged(path, "it is not a JSON object", run)
    return found


def _damaged(path: Path, why: str, run: str) -> OrchardError:
    return OrchardError(
        f"{path} cannot be used: {why}", f"fetch the run once more: ./inv results --run-name {run} --force"
    )
