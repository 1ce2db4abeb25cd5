"""Two plain processes: with ONNX Runtime and with our engine, decoding included, and our engine bare as the bound."""

import sys
from collections.abc import Callable
from multiprocessing import get_context

import contender
import engines
import pyarrow.parquet as pq

CHUNK = 64  # files sent to a process at a time
PROCESSES = 2
_networks: dict[str, engines.Network] = {}
_decoded: list = []


def prepare(weights_file: str, makers: list[str]) -> None:
    """Build the networks in a process of the pool."""
    for name in makers:
        _networks[name] = getattr(engines, name)(weights_file)


def featurise(task: tuple[str, list[bytes]]):
    """Featurise files; the features go back, as they do in Spark."""
    name, contents = task
    return engines.featurise(_networks[name], contents)


def bare(task: tuple[str, int, list[bytes]]) -> int:
    """Run a network over as many decoded images as are wanted; they are decoded once."""
    name, wanted, contents = task
    if not _decoded:
        _decoded.extend(engines.pixels(content) for content in contents)
    for start in range(0, wanted, CHUNK):
        _networks[name](_decoded[: min(CHUNK, wanted - start)])
    return wanted


def main(folder: str, weights_file: str, *makers: str) -> None:
    """Serve."""
    with get_context("spawn").Pool(PROCESSES, prepare, (weights_file, makers)) as pool:

        def files() -> list[bytes]:
            return pq.read_table(folder, columns=["content"]).column("content").to_pylist()

        def decoding(name: str) -> Callable[[], int]:
            def run() -> int:
                contents = files()
                chunks = [(name, contents[start : start + CHUNK]) for start in range(0, len(contents), CHUNK)]
                return sum(len(features) for features in pool.imap_unordered(featurise, chunks))

            return run

        def without(name: str) -> Callable[[], int]:
            def run() -> int:
                count = pq.read_table(folder, columns=[]).num_rows
                half = count // 2
                tasks = [(name, half, sample), (name, count - half, sample)]
                return sum(pool.imap_unordered(bare, tasks))

            return run

        sample = files()[:CHUNK]
        passes = {f"pool-{name}": decoding(name) for name in makers} | {
            f"bare-{name}": without(name) for name in makers
        }
        contender.serve(passes)


if __name__ == "__main__":
    main(*sys.argv[1:])
