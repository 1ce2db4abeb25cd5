"""PyArrow's own S3 client (the AWS SDK for C++), and Parquet through it."""

import pyarrow
import pyarrow.dataset
import pyarrow.parquet
from attempts import BUCKET, ENDPOINT, NAMES, REGION, attempt
from pyarrow.fs import FileSelector, FileType, S3FileSystem

files = S3FileSystem(endpoint_override=ENDPOINT, region=REGION)


@attempt("writes, lists and reads")
def _() -> None:
    for name in NAMES:
        with files.open_output_stream(f"{BUCKET}/in/{name}") as stream:
            stream.write(name.encode())
    found = files.get_file_info(FileSelector(f"{BUCKET}/in", recursive=True))
    assert sorted(f.path for f in found if f.type == FileType.File) == sorted(f"{BUCKET}/in/{n}" for n in NAMES)
    with files.open_input_file(f"{BUCKET}/in/{NAMES[2]}") as stream:
        assert stream.read().decode() == NAMES[2]


@attempt("Parquet in partitions with special names")
def _() -> None:
    kinds = ["pear", "a b", "50%", "é/x", "q?z"]
    table = pyarrow.table({"kind": kinds, "n": list(range(len(kinds)))})
    pyarrow.dataset.write_dataset(
        table, f"{BUCKET}/table", filesystem=files, format="parquet", partitioning=["kind"], partitioning_flavor="hive"
    )
    back = pyarrow.dataset.dataset(f"{BUCKET}/table", filesystem=files, partitioning="hive").to_table()
    assert back.sort_by("n").column("kind").to_pylist() == kinds


@attempt("a file in parts, and a piece of it")
def _() -> None:
    with files.open_output_stream(f"{BUCKET}/large") as stream:
        stream.write(bytes(range(256)) * 49152)  # 12 MiB
    with files.open_input_file(f"{BUCKET}/large") as stream:
        assert stream.read_at(10, 9_000_000) == bytes((9_000_000 + i) % 256 for i in range(10))


@attempt("copies, moves, deletes")
def _() -> None:
    files.copy_file(f"{BUCKET}/in/{NAMES[0]}", f"{BUCKET}/copy")
    files.move(f"{BUCKET}/copy", f"{BUCKET}/moved")
    files.delete_file(f"{BUCKET}/moved")
    files.delete_dir(f"{BUCKET}/in")
    assert files.get_file_info(f"{BUCKET}/in/{NAMES[0]}").type == FileType.NotFound


@attempt("a file that is not there", refusal="FileNotFoundError")
def _() -> None:
    files.open_input_file(f"{BUCKET}/nothing")
