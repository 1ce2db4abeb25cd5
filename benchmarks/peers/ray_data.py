"""Ray Data: two actors, each with ONNX Runtime or with our engine, over the Parquet files."""

import os
import sys

os.environ["RAY_DEDUP_LOGS"] = "0"

import contender
import engines
import ray


class Featuriser:
    """What an actor keeps."""

    def __init__(self, maker: str, weights_file: str) -> None:
        self.network = getattr(engines, maker)(weights_file)

    def __call__(self, batch: dict) -> dict:
        """Featurise a batch of files."""
        return {"path": batch["path"], "features": engines.featurise(self.network, list(batch["content"]))}


def main(folder: str, weights_file: str, *makers: str) -> None:
    """Serve."""
    # Logical: two are the actors', the others are for those who read.
    ray.init(num_cpus=4, include_dashboard=False, log_to_driver=False)
    ray.data.DataContext.get_current().enable_progress_bars = False

    def featurised(maker: str) -> int:
        result = ray.data.read_parquet(folder).map_batches(
            Featuriser, fn_constructor_args=(maker, weights_file), batch_size=64, concurrency=2
        )
        return sum(len(batch["path"]) for batch in result.iter_batches(batch_size=None))

    contender.serve({f"ray-{maker}": (lambda m=maker: featurised(m)) for maker in makers})
    ray.shutdown()


if __name__ == "__main__":
    main(*sys.argv[1:])
