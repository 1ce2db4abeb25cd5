"""Files that become the bodies of objects."""

from pathlib import Path

import pytest

from orchard.emulator.s3.bodies import Adopted, Body


@pytest.mark.parametrize("temporary", [False, True])
def test_nobody_else_reads_what_a_step_wrote_for_all(
    temporary: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = Body()
    monkeypatch.setattr(Body, "root", tmp_path, raising=False)
    body.path.parent.mkdir()
    written = tmp_path / "part-00000"
    written.write_bytes(b"a word\t1\n")
    written.chmod(0o644)  # as Hadoop does, whatever the umask

    assert body.write(Adopted(written, temporary=temporary)) == 9
    assert body.path.stat().st_mode & 0o777 == 0o600
    assert written.exists() is not temporary
