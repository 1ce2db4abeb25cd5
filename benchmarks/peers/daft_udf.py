"""Daft: a class as a UDF in two processes, with ONNX Runtime or with our engine, over the Parquet files."""

import os
import sys

os.environ["DAFT_PROGRESS_BAR"] = "0"

import contender
import daft
import engines


def udf(maker: str, weights_file: str):
    """Make the UDF of a network."""

    @daft.udf(
        return_dtype=daft.DataType.fixed_size_list(daft.DataType.float32(), 1280),
        concurrency=2,
        batch_size=64,
        use_process=True,
    )
    class Featuriser:
        def __init__(self) -> None:
            self.network = getattr(engines, maker)(weights_file)

        def __call__(self, contents: daft.Series):
            return engines.featurise(self.network, contents.to_pylist())

    return Featuriser


def main(folder: str, weights_file: str, *makers: str) -> None:
    """Serve."""
    udfs = {maker: udf(maker, weights_file) for maker in makers}

    def featurised(maker: str) -> int:
        images = daft.read_parquet(f"{folder}/*.parquet")
        result = images.select(images["path"], udfs[maker](images["content"]).alias("features"))
        return sum(len(part) for part in result.to_arrow_iter())

    contender.serve({f"daft-{maker}": (lambda m=maker: featurised(m)) for maker in makers})


if __name__ == "__main__":
    main(*sys.argv[1:])
