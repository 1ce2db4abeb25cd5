"""A run as it lies in `data/emr_output/`: its tables, its manifests, and what may or may not be there."""

import json
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import ValidationError

from orchard.aws.layout import MANIFEST
from orchard.base.errors import OrchardError, UsageError
from orchard.base.nearest import suggest_run
from orchard.runs import manifests, run_names
from orchard.runs.run_record_model import RunRecord


def names(results: Path | None = None) -> list[str]:
    """Return the runs on this machine whose PCA is complete, the newest last."""
    return sorted(path.name for path in (results or run_names.RESULTS).glob("pca/*") if manifests.find(path))


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
        folder = results / "pca" / name
        path = manifests.find(folder) or folder / MANIFEST
        try:
            self.manifest: dict[str, Any] = json.loads(path.read_text())
            self.features: dict[str, Any] = self.manifest["features"]
            self.rows = int(self.manifest["counts"]["rows"])
        except (OSError, ValueError) as error:
            raise damaged(path, str(error), name) from None
        except (KeyError, TypeError):
            raise damaged(path, "it lacks the counts", name) from None

    def __repr__(self) -> str:
        return f"Run({self.name!r})"

    @cached_property
    def table(self) -> pa.Table:
        """The scores: path string, label string, scores list of float64, sorted by path.

        Raises:
            OrchardError: the files are missing, damaged, or not as many rows as the manifest says.
        """
        folder = self.results / "pca" / self.name / "scores"
        table = _parquet(folder, ("path", "label", "scores"), self.name, self.manifest.get("parts"))
        if table is None or len(table) != self.rows:
            why = "it is not there" if table is None else f"it has {len(table)} rows, and the manifest {self.rows}"
            raise damaged(folder, why, self.name)
        return table.sort_by("path")

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
            raise damaged(self.results / "pca" / self.name / "scores", "its rows differ in length", self.name)
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
            raise damaged(path, str(error), self.name) from None

    @cached_property
    def components(self) -> np.ndarray | None:
        """The model's principal components, float64 (columns, k), of unit length each; None where there is no model."""
        folder = self.results / "pca" / self.name / "model" / "data"
        table = _parquet(folder, ("pc",), self.name)
        if not table:
            return None
        # As Spark ML stores a DenseMatrix: column by column unless it is transposed.
        matrix = table["pc"][0].as_py()
        shape = (matrix["numRows"], matrix["numCols"])
        values = np.asarray(matrix["values"])
        if values.size != shape[0] * shape[1]:
            raise damaged(folder, f"the model holds {values.size} numbers, not {shape[0]} x {shape[1]}", self.name)
        return values.reshape(shape, order="C" if matrix["isTransposed"] else "F")

    @cached_property
    def rejected(self) -> list[tuple[str, str]] | None:
        """The images that could not be read, path and reason; None where `_errors/` is not on this machine."""
        folders = (self.results / "features" / self.name / name for name in ("_errors", "errors"))  # now, and once
        tables = (_parquet(folder, ("path", "reason"), self.name) for folder in folders)
        table = next((table for table in tables if table is not None), None)
        return None if table is None else sorted((row["path"], row["reason"]) for row in table.to_pylist())

    @cached_property
    def record(self) -> RunRecord | None:
        """Where the run ran and what it cost, from `runs/<run>/run.json`; None for a run without a record.

        Raises:
            OrchardError: the file is damaged.
        """
        path = self.results / "runs" / self.name / "run.json"
        try:
            return RunRecord.model_validate_json(path.read_bytes()) if path.exists() else None
        except ValidationError as error:
            raise damaged(path, str(error).splitlines()[0], self.name) from None


def load(name: str | None = None, results: Path | None = None) -> Run:
    """Load a run; its tables are read when they are first asked for.

    Args:
        name: of the run; the newest complete one on this machine when None.
        results: the directory that holds `features/` and `pca/`; `data/emr_output/` when None.

    Raises:
        UsageError: there is no such run on this machine, or it is not complete.
        OrchardError: its manifest is damaged.
    """
    results = results or run_names.RESULTS
    known = names(results)
    if name is None:
        if not known:
            raise UsageError(
                "there is no complete run on this machine", "./inv results fetches one; ./inv run makes one"
            )
        name = known[-1]
    name = run_names.checked(name)
    if name not in known:
        if any((results / kind / name).is_dir() for kind in ("features", "pca")):
            raise UsageError(
                f"the run {name} is not complete on this machine: pca/{name}/{MANIFEST} is not there",
                f"finish it and fetch it: ./inv run --run-name {name}; ./inv results --run-name {name}",
            )
        near = f"{suggest_run(name, known)}; " if known else ""
        fetched = f"./inv up, and ./inv results --run-name {name} fetches it where the bucket has it"
        raise UsageError(f"there is no run {name} on this machine", f"{near}{fetched}")
    return Run(name, results)


def _parquet(folder: Path, columns: tuple[str, ...], run: str, listed: Iterable[str] | None = None) -> pa.Table | None:
    """Read the parts that a manifest lists, or where it lists none all parts in a directory; None where it has none."""
    parts = sorted(folder.glob("*.parquet"))
    if parts and listed is not None:
        parts = [folder / name for name in sorted(listed)]
    for part in parts:
        if not part.exists():
            raise damaged(part, "it is not there", run)
    try:
        return pq.read_table(parts, columns=list(columns)) if parts else None
    except (pa.ArrowException, OSError) as error:
        raise damaged(folder, str(error).splitlines()[0], run) from None


def damaged(path: Path, why: str, run: str) -> OrchardError:
    """Say that a file of a run cannot be used, and how it is had anew."""
    return OrchardError(
        f"{path} cannot be used: {why}", f"fetch the run once more: ./inv results --run-name {run} --force"
    )
