"""A covariance matrix's spectrum from one pass over rows spread over a cluster.

Each task sums up its rows with BLAS in float64, shifted by its own first batch's mean so that a large common offset
cannot swallow the digits that carry the variance. Partial sums merge by the pairwise update of Chan, Golub and
LeVeque, "Algorithms for computing the sample variance" (1983), equation 2.1b, in a tree of tasks, so that the driver
receives a few matrices however many partitions there are.
"""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame

from fruits.errors import JobError

FAN_IN = 8  # partial sums (13 MB each at 1280 columns) that one task merges
BLOCK = 2_048  # rows widened at a time, 21 MB at 1280 columns: Spark gives up to 10,000 in a batch
_PARTIAL = "rows long, bad long, mean binary, scatter binary"


class Moments(NamedTuple):
    """The sums over some rows.

    Attributes:
        rows: how many.
        bad: rows with NaN or infinite values; they are in none of the sums.
        mean: float64 (d,).
        scatter: float64 (d, d), the sum of (x - mean)(x - mean)^T.
    """

    rows: int
    bad: int
    mean: np.ndarray
    scatter: np.ndarray

    def merged(self, other: "Moments") -> "Moments":
        """Return the moments of both sets of rows together.

        Raises:
            JobError: their rows differ in length.
        """
        rows, bad = self.rows + other.rows, self.bad + other.bad
        if not self.rows or not other.rows:
            one = self if self.rows else other
            return one._replace(bad=bad)
        if len(self.mean) != len(other.mean):
            raise _ragged(len(self.mean), len(other.mean))
        delta = other.mean - self.mean
        mean = self.mean + delta * (other.rows / rows)
        scatter = self.scatter + other.scatter
        scatter += np.outer(delta, delta * (self.rows * other.rows / rows))
        return Moments(rows, bad, mean, scatter)


class Decomposition(NamedTuple):
    """Principal components of all rows.

    Attributes:
        rows: how many.
        mean: float64 (d,).
        variances: float64 (d,), eigenvalues of the covariance matrix (divisor rows - 1), falling.
        components: float64 (d, d), a column each, of unit length, its largest entry positive.
    """

    rows: int
    mean: np.ndarray
    variances: np.ndarray
    components: np.ndarray

    @property
    def explained(self) -> np.ndarray:
        """Each component's share of the total variance, float64 (d,)."""
        total = self.variances.sum()
        return self.variances / total if total > 0 else np.zeros_like(self.variances)

    def components_for(self, share: float) -> int:
        """Return how many components explain at least `share` (0 to 1) of the variance."""
        reached = np.cumsum(self.explained) >= share - 1e-12
        return int(reached.argmax()) + 1 if reached.any() else len(reached)


def decompose(rows: DataFrame) -> Decomposition:
    """Find the principal components of rows.

    Args:
        rows: one column, array<float> or array<double>, all of one length d.

    Raises:
        JobError: fewer than two rows, rows of different lengths, or NaN or infinite values.
    """
    moments = gather(rows, rows.sparkSession.sparkContext.defaultParallelism)
    if moments.bad:
        raise JobError(
            f"{moments.bad} of {moments.rows + moments.bad} feature rows hold NaN or infinite values",
            "drop these rows, or compute the features again",
        )
    if moments.rows < 2:
        raise JobError(
            f"a PCA needs at least two rows of features, and there are {moments.rows}",
            "featurise more images",
        )
    variances, components = np.linalg.eigh(moments.scatter / (moments.rows - 1))
    # eigh sorts rising, and rounding leaves tiny negative eigenvalues where the variance is zero.
    variances, components = np.maximum(variances[::-1], 0), components[:, ::-1]
    largest = np.abs(components).argmax(axis=0)
    signs = np.where(components[largest, np.arange(len(largest))] < 0, -1.0, 1.0)
    return Decomposition(moments.rows, moments.mean, variances, components * signs)


def gather(rows: DataFrame, cores: int) -> Moments:
    """Sum up all rows on `cores` tasks, and those sums in a tree."""
    # coalesce: a task sums up several partitions one after the other, so there are only as many sums as cores.
    partials = rows.coalesce(cores).mapInArrow(_sum_up, _PARTIAL)
    width = cores
    while width > FAN_IN:
        width = -(-width // FAN_IN)
        partials = partials.repartition(width).mapInArrow(_merge, _PARTIAL)
    return _merged(_moments(row.rows, row.bad, row.mean, row.scatter) for row in partials.collect())


def _sum_up(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    total = _nothing(0)
    for x in chain.from_iterable(matrices(batch.column(0)) for batch in batches):
        mean = x.mean(axis=0)
        if not np.isfinite(mean).all():  # one look at the means is one at all values
            finite = np.isfinite(x).all(axis=1)
            total = total._replace(bad=total.bad + int((~finite).sum()))
            if not finite.any():
                continue
            x = x[finite]
            mean = x.mean(axis=0)
        x -= mean
        total = total.merged(Moments(len(x), 0, mean, x.T @ x))
    if total.rows or total.bad:
        yield _batch(total)


def matrices(column: pa.ListArray) -> Iterator[np.ndarray]:
    """Give a list column as float64 (rows, d), BLOCK rows at a time.

    Each is a copy of its own, widened before anything is subtracted, so that the caller may write into it.

    Raises:
        JobError: a row is null, or they differ in length.
    """
    if column.null_count:
        raise JobError(f"{column.null_count} feature rows are null", "drop the rows of rejected images first")
    if not len(column):
        return
    lengths = np.diff(column.offsets.to_numpy())
    if lengths.min() != lengths.max():
        raise _ragged(lengths.min(), lengths.max())
    values = column.flatten().to_numpy(zero_copy_only=False).reshape(len(column), -1)
    for start in range(0, len(values), BLOCK):
        yield values[start : start + BLOCK].astype(np.float64)


def _ragged(one: int, other: int) -> JobError:
    return JobError(f"feature rows differ in length: {one} and {other}", "compute the features again")


def _merge(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    total = _merged(_moments(*row.values()) for batch in batches for row in batch.to_pylist())
    if total.rows or total.bad:
        yield _batch(total)


def _merged(partials: Iterator[Moments]) -> Moments:
    total = _nothing(0)
    for partial in partials:
        total = total.merged(partial)
    return total


def _nothing(width: int) -> Moments:
    return Moments(0, 0, np.zeros(width), np.zeros((width, width)))


def _moments(rows: int, bad: int, mean: bytes, scatter: bytes) -> Moments:
    centre = np.frombuffer(mean)
    # Both are empty where all rows of a partition are bad.
    return Moments(rows, bad, centre, np.frombuffer(scatter).reshape(len(centre), len(centre)))


def _batch(moments: Moments) -> pa.RecordBatch:
    columns = [[moments.rows], [moments.bad], [moments.mean.tobytes()], [moments.scatter.tobytes()]]
    types = (pa.int64(), pa.int64(), pa.binary(), pa.binary())
    names = ["rows", "bad", "mean", "scatter"]
    return pa.RecordBatch.from_arrays([pa.array(c, t) for c, t in zip(columns, types, strict=True)], names)
