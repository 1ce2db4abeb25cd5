"""Photographs and classes named by somebody who means harm, from the folder to the bucket."""

import io
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from orchard.photographs import upload
from tests.support.cells import cell
from tests.support.hostile import HOSTILE, STEERS

NAMES = [name for name in HOSTILE.values() if len(name) < 200 and "/" not in name]
FORMULAS = ["=cmd|'-C calc'!A0", "+1", "-rf", "@SUM(1)", "..jpg", "...", "~", "%2e%2e", "CON", "a" * 200]


@pytest.fixture
def data(tmp_path: Path) -> dict[str, bytes]:
    found = {}
    for name in [*NAMES, *FORMULAS]:
        for path in (f"Test/Kiwi/{name}.jpg", f"Test/{name}/1.jpg"):
            file = tmp_path / "set" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(os.fsencode(path))
            found[path] = os.fsencode(path)
    return found


@cell("single", area="data", case=False, quick=True, at="`upload-dataset`",
      fault="photographs and classes with quotes, line breaks, formulas, escape sequences, bytes that are not UTF-8",
      holds="each is in the bucket under its name, or named as left out; the terminal obeys none")  # fmt: skip
@cell("packed", area="data", case=True, quick=True, at="`upload-dataset`, packed",
      fault="photographs and classes with quotes, line breaks, formulas, escape sequences, bytes that are not UTF-8",
      holds="each is in the bucket under its name, or named as left out; the terminal obeys none")  # fmt: skip
def test_each_is_sent_or_named(s3, store, data, tmp_path, case, capsys) -> None:
    upload.run(tmp_path / "set", store, packed=case)
    sent = {}
    for key, body in s3.content().items():
        if key.endswith(".parquet"):
            sent |= {row["path"]: row["content"] for row in pq.read_table(io.BytesIO(body)).to_pylist()}
        elif not key.endswith("manifest.json"):
            sent[key.removeprefix("data/raw/")] = body
    hidden = {path for path in data if "/." in path}
    others = {path for path in data if "\udcff" in path}
    assert sent == {path: body for path, body in data.items() if path not in hidden | others}
    said = "".join(capsys.readouterr())
    assert "its name is not UTF-8" in said
    assert "\\xff\\xfe" in said
    assert not set(said) & set(STEERS) - {"\r"}
