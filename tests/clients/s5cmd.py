"""s5cmd, which transfers many objects at once."""

from attempts import BUCKET, ENDPOINT, NAMES, PLACE, attempt, call, contents, folder


def s5cmd(*words: object) -> str:
    return call("s5cmd", "--endpoint-url", ENDPOINT, *words)


TREE = folder(*NAMES)


@attempt("cp there and back")
def _() -> None:
    s5cmd("cp", f"{TREE}/", f"s3://{BUCKET}/copied/")
    s5cmd("cp", f"s3://{BUCKET}/copied/*", f"{PLACE}/back/")
    assert contents(PLACE / "back") == contents(TREE)


@attempt("sync, and again with nothing to do")
def _() -> None:
    s5cmd("sync", f"{TREE}/", f"s3://{BUCKET}/synced/")
    assert s5cmd("sync", f"{TREE}/", f"s3://{BUCKET}/synced/") == ""


@attempt("cp in parts, mv, cat, ls, du")
def _() -> None:
    (PLACE / "large").write_bytes(bytes(12 << 20))
    s5cmd("cp", "--part-size", 5, PLACE / "large", f"s3://{BUCKET}/large")
    s5cmd("mv", f"s3://{BUCKET}/large", f"s3://{BUCKET}/moved")
    assert s5cmd("du", f"s3://{BUCKET}/moved").split()[0] == str(12 << 20)
    assert s5cmd("cat", f"s3://{BUCKET}/synced/{NAMES[0]}") == NAMES[0]


@attempt("rm of many at once")
def _() -> None:
    s5cmd("rm", f"s3://{BUCKET}/synced/*")
    assert "synced/" not in s5cmd("ls", f"s3://{BUCKET}/*")


@attempt("cat of what is not there", refusal="not found")
def _() -> None:
    s5cmd("cat", f"s3://{BUCKET}/nothing")
