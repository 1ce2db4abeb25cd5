"""What people see in a real terminal, of 80 and of 120 columns."""

import os
import re
import shutil
from collections.abc import Iterator

import pytest

from .screen import Screen

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="no tmux here")


@pytest.fixture(params=[80, 120])
def terminal(request, tmp_path) -> Iterator[Screen]:
    """A terminal with a state of its own."""
    screen = Screen(request.param, os.environ | {"ORCHARD_HOME": str(tmp_path), "ORCHARD_DATASET": str(tmp_path)})
    yield screen
    screen.close()


def test_doctor_keeps_its_columns(terminal):
    *rows, end = terminal.call("./inv doctor")
    findings = [row for row in rows if re.match(r".{15}(ok|warn|fail|unknown)\b", row)]
    assert [row[:14].strip() for row in findings] == [
        "Python", "Java", "Spark", "Terraform", "AWS provider", "disk", "photographs", "weights", "EMR release",
        "local AWS",
    ]  # fmt: skip
    for row in rows[:-1]:
        if row not in findings:
            assert row.startswith(" " * 23), f"what does not fit goes on in its own column: {row!r}"
    assert "photographs    fail    there are no" in "\n".join(rows)
    assert "something would stop ./inv up or ./inv run" in " ".join(rows)
    assert end == "END=1"


@pytest.mark.parametrize("terminal", [80], indirect=True)
def test_an_error_is_a_cause_and_a_remedy(terminal):
    screen = terminal.call("./inv logs --step features")
    assert screen[-3:] == ["error: nothing is up", "remedy: start with ./inv up", "END=2"]
    assert "no tunnel is open" in terminal.call("./inv connect --close")
