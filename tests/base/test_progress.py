"""A bar on a terminal of a usual width."""

import io

import pytest
from rich.console import Console

from orchard.base import progress


@pytest.mark.parametrize("width", [60, 80, 120])
def test_a_long_word_is_cut_and_what_goes_on_is_not(monkeypatch, width):
    screen = io.StringIO()
    console = Console(file=screen, width=width, force_terminal=True, color_system=None)
    monkeypatch.setattr(progress, "screen", lambda **_: console)
    with progress.Display("foundation: apply") as display:
        display.show("foundation: apply", f"50 of 67 done; module.{'long.' * 30}", 50, 67)
    assert " foundation: apply ━" in screen.getvalue()
    assert "50 of 67 done; " in screen.getvalue()


def test_what_fits_is_whole():
    assert progress.fitted("50/100 images", 13) == "50/100 images"
    assert progress.fitted("50/100 images", 12) == "50/100 imag…"


def test_where_there_is_no_terminal_signs_come_often_at_first(monkeypatch, capsys):
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    display = progress.Display("features", bar=False)
    for second in range(121):
        clock[0] = float(second)
        display.show("features", f"{second} images")
    seconds = [int(line.split()[1]) for line in capsys.readouterr().err.splitlines()]
    assert seconds[:3] == [3, 6, 9]
    assert seconds[-1] - seconds[-2] == 10
