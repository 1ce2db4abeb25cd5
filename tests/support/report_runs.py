"""Runs on disk to report about, written as Spark writes them, from numbers alone."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from orchard.aws.layout import RAW

COLUMNS = 64  # features an image: fewer than MobileNetV2's 1280, so that a model is written at once


def lists(values: np.ndarray) -> pa.ListArray:
    """One list of float64 a row."""
    offsets = np.arange(len(values) + 1, dtype=np.int32) * values.shape[1]
    return pa.ListArray.from_arrays(pa.array(offsets), pa.array(values.astype(float).reshape(-1)))


def write(
    results: Path,
    name: str = "20261121T200000-full",
    sizes: dict[str, int] | None = None,
    k: int = 5,
    spread: float = 0.5,
    seed: int = 0,
    record: dict | None = None,
    rejected: list[tuple[str, str]] | None = None,
    split: str = "Test",
) -> Path:
    """Write a complete run and return its PCA directory.

    Each class is a ball of standard deviation `spread` around a centre drawn from a unit normal times 3.
    """
    sizes = sizes or {"Apple Red": 30, "Apple Golden": 30, "Kiwi": 30, "Lemon": 30}
    random = np.random.default_rng(seed)
    labels = [label for label, size in sizes.items() for _ in range(size)]
    paths = [f"{split}/{label}/{number}_100.jpg" for label, size in sizes.items() for number in range(size)]
    centres = np.repeat(random.normal(size=(len(sizes), k)) * 3, list(sizes.values()), axis=0)
    scores = centres + random.normal(size=(len(labels), k)) * spread
    pca, features = results / "pca" / name, results / "features" / name
    for folder in (pca / "scores", pca / "model" / "data", features / "_errors"):
        folder.mkdir(parents=True)
    half = len(labels) // 2
    for number, part in enumerate((slice(None, half), slice(half, None))):
        table = pa.table({"path": paths[part], "label": labels[part], "scores": lists(scores[part])})
        pq.write_table(table, pca / "scores" / f"part-{number}.zstd.parquet", compression="zstd")
    explained = np.geomspace(1, 0.001, COLUMNS)
    explained /= explained.sum()
    rows = zip(explained, explained, np.cumsum(explained), strict=True)
    lines = [f"{i},{v:.10g},{e:.10g},{c:.10g}" for i, (v, e, c) in enumerate(rows, start=1)]
    (pca / "variance.csv").write_text("\n".join(["component,variance,explained,cumulative", *lines, ""]))
    basis = np.linalg.qr(random.normal(size=(COLUMNS, k)))[0]
    model = {"type": 1, "numRows": COLUMNS, "numCols": k, "values": basis.T.reshape(-1).tolist(), "isTransposed": False}
    pq.write_table(pa.table({"pc": pa.array([model])}), pca / "model" / "data" / "part-0.zstd.parquet")
    vectors = (scores @ basis.T + 5).astype(np.float32)  # of which a PCA gives these scores, but for their signs
    bad = rejected or []
    errors = pa.table({"path": [path for path, _ in bad], "reason": [why for _, why in bad]})
    pq.write_table(errors, features / "_errors" / "part-0.zstd.parquet")
    manifest = _manifest(name, len(labels), len(bad), k, explained)
    manifest["features"]["parameters"]["split"] = split
    manifest["parts"] = {f"part-{number}.zstd.parquet": size for number, size in ((0, half), (1, len(labels) - half))}
    (pca / "_manifest.json").write_text(json.dumps(manifest))
    table = pa.table({"path": paths, "label": labels, "features": lists(vectors).cast(pa.list_(pa.float32()))})
    pq.write_table(table, features / "part-0.zstd.parquet", compression="zstd")
    told = manifest["features"] | {"parts": {"part-0.zstd.parquet": len(labels)}}
    (features / "_manifest.json").write_text(json.dumps(told))
    if record:
        (results / "runs" / name).mkdir(parents=True)
        (results / "runs" / name / "run.json").write_text(json.dumps(record))
    return pca


def _manifest(name: str, rows: int, bad: int, k: int, explained: np.ndarray) -> dict:
    return {
        "job": "pca",
        "run": name,
        "parameters": {"k": float(k), "csv": False, "features": name},
        "counts": {"rows": rows, "columns": len(explained), "components": k},
        "explained_variance": explained[:k].tolist(),
        "explained_variance_sum": float(explained[:k].sum()),
        "timings": {"decomposition": 7.2, "scores": 4.4, "tables": 0.1},
        "cores": 2,
        "code": "bb9d686105eedd40",
        "versions": {"spark": "3.5.2", "python": "3.11.7"},
        "features": {
            "job": "features",
            "run": name,
            "input": f"s3://orchard-123456789012-eu-west-3/{RAW}".rstrip("/"),
            "parameters": {"mode": "full", "split": "Test", "max_images": None, "max_error_rate": 0.01},
            "counts": {"read": rows + bad, "featurised": rows, "rejected": bad},
            "ignored": {"hidden": 2},
            "resumed": 0,
            "timings": {"listing": 3.0, "features": 273.6},
            "images_per_second": 247.4,
            "cores": 2,
            "weights": "c009b1f1262c1f55420ed4f95d0f338acb97548930c6f6c8f3383b79544088a8",
        },
    }


def record(*, emulated: bool, cost: dict | None) -> dict:
    """A run record as the control plane keeps it."""
    return {
        "run": "20261121T200000-full",
        "target": "local" if emulated else "aws",
        "emulated": emulated,
        "region": "eu-west-3",
        "submitted": "2026-11-21T20:00:00+00:00",
        "mode": "full",
        "split": "Test",
        "csv": False,
        "code": "bb9d686105eedd40",
        "cluster": {
            "id": "j-ABC",
            "name": "orchard-default",
            "release_label": "emr-7.5.0",
            "notebook": "studio",
            "created": "2026-11-21T19:50:00+00:00",
            "instance_groups": [
                {"role": "MASTER", "instance_type": "m5.xlarge", "count": 1, "market": "ON_DEMAND"},
                {"role": "TASK", "instance_type": "m5.xlarge", "count": 2, "market": "SPOT"},
            ],
        },
        "steps": [
            {
                "id": "s-1",
                "name": "20261121T200000-full: features",
                "job": "features",
                "state": "COMPLETED",
                "created": "2026-11-21T20:00:00+00:00",
                "started": "2026-11-21T20:00:10+00:00",
                "ended": "2026-11-21T20:05:40+00:00",
            }
        ],
        "cost": cost,
    }


COST = {
    "currency": "USD",
    "prices_of": "2026-09-01",
    "emulated": True,
    "hours": 0.1,
    "parts": {"ec2": 0.0605, "emr": 0.015, "ebs": 0.001, "nat": 0.0, "s3": 0.0005},
    "total": 0.077,
}
