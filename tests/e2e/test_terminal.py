"""What people see in a real terminal, of 80 and of 120 columns."""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="no tmux here")


@pytest.fixture(params=[80, 120])
def terminal(request, tmp_path) -> Iterator:
    """Return what types a line and reads the screen when the prompt is back."""
    name, width = f"orchard-{uuid4().hex[:8]}", request.param
    tmux = ["tmux", "-L", name, "-f", os.devnull]
    environment = os.environ | {"ORCHARD_HOME": str(tmp_path), "ORCHARD_DATASET": str(tmp_path), "PS1": "> "}
    line = [*tmux, "new-session", "-d", "-x", str(width), "-y", "50", "bash --norc --noprofile"]
    subprocess.run(line, check=True, env=environment, cwd=ROOT)

    def type_in(words: str) -> list[str]:
        subprocess.run([*tmux, "send-keys", f"clear; {words}; echo END=$?", "Enter"], check=True)
        deadline = time.monotonic() + 60
        while True:
            screen = subprocess.run([*tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True).stdout
            if re.search(r"^END=\d+$", screen, re.M):
                return [row.rstrip() for row in screen.splitlines() if row.strip()]
            assert time.monotonic() < deadline, screen
            time.sleep(0.2)

    type_in.width = width
    yield type_in
    subprocess.run([*tmux, "kill-server"], check=False)


def test_doctor_keeps_its_columns(terminal):
    screen = terminal("./inv doctor")
    rows = screen[: next(n for n, row in enumerate(screen) if row.startswith("END="))]
    findings = [row for row in rows if re.match(r".{15}(ok|warn|fail|unknown)\b", row)]
    assert [row[:14].strip() for row in findings] == [
        "Python", "Java", "Terraform", "AWS provider", "disk", "photographs", "weights", "EMR release", "local AWS",
    ]  # fmt: skip
    for row in rows[:-1]:
        if row not in findings:
            assert row.startswith(" " * 23), f"what does not fit goes on in its own column: {row!r}"
    assert "photographs    fail    none in" in "\n".join(rows)
    assert "something would stop ./inv up or ./inv run" in " ".join(rows)
    assert "END=1" in screen


@pytest.mark.parametrize("terminal", [80], indirect=True)
def test_an_error_is_a_cause_and_a_remedy(terminal):
    screen = terminal("./inv logs features")
    assert screen[-4:-1] == ["error: nothing is up", "remedy: start with ./inv up", "END=2"]
    assert "no tunnel is open" in terminal("./inv connect --close")
