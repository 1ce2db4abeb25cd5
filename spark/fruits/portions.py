"""Batches of rows divided anew, so that what a worker holds at a time is bounded whatever Spark gives it."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

# Images decoded before the engine runs, and bytes of their files.
PORTION = 32
PORTION_BYTES = 64 << 20


def portions(batches: Iterator[pa.RecordBatch], source: int) -> Iterator[list[pa.RecordBatch]]:
    """Divide rows anew, by images and bytes.

    Args:
        batches: as Spark gives them, of one row or of thousands.
        source: index of the binary column that is measured.

    Yields:
        batches that together have at most PORTION rows and PORTION_BYTES, or one larger row.
    """
    held: list[pa.RecordBatch] = []
    rows = size = 0
    for batch in batches:
        first = 0
        lengths = pc.binary_length(batch.column(source)).to_pylist()  # None where there is no file
        for row, length in enumerate(found or 0 for found in lengths):
            if rows and (rows == PORTION or size + length > PORTION_BYTES):
                yield [*held, batch.slice(first, row - first)]
                held, rows, size, first = [], 0, 0, row
            rows, size = rows + 1, size + length
        held.append(batch.slice(first))
    if rows:
        yield held
