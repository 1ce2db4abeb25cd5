"""s3fs, through which pandas and Dask read S3."""

import s3fs
from attempts import BUCKET, NAMES, attempt

files = s3fs.S3FileSystem(use_listings_cache=False)


@attempt("writes, lists, finds and reads")
def _() -> None:
    for name in NAMES:
        files.pipe(f"{BUCKET}/in/{name}", name.encode())
    assert sorted(files.find(f"{BUCKET}/in")) == sorted(f"{BUCKET}/in/{name}" for name in NAMES)
    assert files.cat(f"{BUCKET}/in/{NAMES[2]}").decode() == NAMES[2]
    assert sorted(files.glob(f"{BUCKET}/in/*.txt")) == sorted(f"{BUCKET}/in/{n}" for n in NAMES if "/" not in n)


@attempt("a file in parts, and a piece of it")
def _() -> None:
    with files.open(f"{BUCKET}/large", "wb", block_size=5 << 20) as file:
        file.write(bytes(range(256)) * 49152)  # 12 MiB
    with files.open(f"{BUCKET}/large", "rb", block_size=1 << 20) as file:
        file.seek(9_000_000)
        assert file.read(10) == bytes((9_000_000 + i) % 256 for i in range(10))


@attempt("copies and removes a folder, moves a file")
def _() -> None:
    files.copy(f"{BUCKET}/in", f"{BUCKET}/copy", recursive=True)
    assert len(files.find(f"{BUCKET}/copy")) == len(NAMES)
    files.mv(f"{BUCKET}/copy/{NAMES[2]}", f"{BUCKET}/moved")
    assert files.cat(f"{BUCKET}/moved").decode() == NAMES[2]
    files.rm(f"{BUCKET}/copy", recursive=True)
    assert not files.exists(f"{BUCKET}/copy")


@attempt("a file that is not there", refusal="FileNotFoundError")
def _() -> None:
    files.cat(f"{BUCKET}/nothing")
