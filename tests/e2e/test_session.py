"""A session in a real terminal: run, detach, look, attach again, cancel."""

import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.waiting import until

from .screen import Screen

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="no tmux here")


@pytest.fixture
def screen(story) -> Iterator[Screen]:
    opened = Screen(100, story.environment)
    yield opened
    opened.close()


def test_a_session_in_a_terminal(story, screen):
    """As somebody does who has other things to do meanwhile."""
    story.told("run")
    cluster, emr = story.cluster()["Id"], story.target.client("emr")

    def is_running() -> bool:
        return bool(emr.list_steps(ClusterId=cluster, StepStates=["RUNNING"])["Steps"])

    shown = []
    screen.type("./inv run --run-name watched --mode full -k 3")
    screen.until("features: ")
    until(is_running)
    with frozen("features/watched"):
        screen.press("C-c")
        shown += screen.ended()
        assert shown[-1] == "END=130"
        screen.type("./inv status --watch")
        shown += screen.until("watched: features.*RUNNING")
        screen.press("C-c")
        screen.ended()
        assert is_running(), "it goes on, watched or not"
        screen.type("./inv run --follow --run-name watched")
        screen.until("features: ")
        screen.press("C-c")
        assert "stopped watching; the run watched goes on" in " ".join(screen.ended())
        late = story.inv("run", "--follow", "--run-name", "watched", "--deadline", "1s", code=1)
        assert "error: the run watched has not ended within 1 s; it goes on" in late
        assert "remedy: did you mean watched?" in story.inv("run", "--follow", "--run-name", "wachted", code=2)
        assert "remedy: there is --name default" in story.inv("run", "--name", "other", code=1)
        assert "error: the run watched is under way" in story.inv("run", "--run-name", "watched", code=2)
        shown += screen.call("./inv cancel --run-name watched")
    told = screen.call("./inv logs")  # at once: cancel has waited for the step's end
    assert any("Step watched: features" in row and "is CANCELLED" in row for row in told), told
    check_golden("session.txt", shown)


@contextmanager
def frozen(words: str):
    """Keep a step's driver from going on, so that it runs for as long as the test takes."""

    def find() -> list[int]:
        found = subprocess.run(["pgrep", "-f", f"java .*{words}"], capture_output=True, text=True, check=False)
        return [int(pid) for pid in found.stdout.split()]

    drivers = until(find)
    for pid in drivers:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in drivers:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGCONT)


def check_golden(name: str, rows: list[str]) -> None:
    """Compare a screen with the one that was looked at and kept; what differs from run to run is masked."""
    masks = (
        (r"\bes-\w+|\b[js]-[A-Z0-9]{8,}", "ID"),
        (r"(COMPLETED|RUNNING) {3,}\d.*", r"\1 ..."),  # how long, when, in which phase
        (r"\bup \d.*", "up ..."),
        (r"\d+", "#"),
        (r"─+", "─"),
        (r"  +", "  "),
    )
    # Rows that tell the time, and those of other runs.
    others = re.compile(r" UTC|whatever it does|more before|│ (?!watched: )\S+: (canary|features|pca)\b")
    masked = [row for row in rows if not others.search(row)]
    for pattern, instead in masks:
        masked = [re.sub(pattern, instead, row) for row in masked]
    file = Path(__file__).with_name("golden") / name
    if os.environ.get("ORCHARD_GOLDEN") == "write":
        file.parent.mkdir(exist_ok=True)
        file.write_text("\n".join(masked) + "\n")
    assert masked == file.read_text().splitlines()
