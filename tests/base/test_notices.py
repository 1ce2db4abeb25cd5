"""The bell and the notice at the end of long work."""

import subprocess
import sys

import pytest

from orchard.base import notices

TEXT = "./inv up is done; $(touch x) `y` \"z\" 'w', after 8 min."


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A path of programs, to which a test adds; each writes its arguments down, a line each."""
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)

    def add(name: str, more: str = "exit 0") -> None:
        program = tmp_path / name
        program.write_text(f'#!/bin/sh\nfor word in "$@"; do echo "$word"; done > {tmp_path}/{name}.said\n{more}\n')
        program.chmod(0o755)

    return add


def test_a_notice_is_given_to_the_desktop_as_an_argument(desk, tmp_path):
    desk("notify-send")
    notices.give(TEXT)
    assert (tmp_path / "notify-send.said").read_text().splitlines()[-3:] == ["--", "Orchard", TEXT]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["notify-send", "notify-send.said"], "nothing was run"


def test_a_mac_is_told_by_a_script_that_reads_its_arguments(desk, tmp_path):
    desk("osascript")
    notices.give(TEXT)
    *script, title, text = (tmp_path / "osascript.said").read_text().splitlines()
    assert (title, text) == ("Orchard", TEXT)
    assert not any("up is done" in line for line in script)


@pytest.mark.parametrize("more", ["exit 1", "exec sleep 9"])
def test_a_program_that_fails_or_hangs_fails_nothing(desk, monkeypatch, tmp_path, more):
    monkeypatch.setattr(notices, "PATIENCE", 0.3)
    desk("notify-send", more.replace("sleep", "/bin/sleep"))
    notices.give(TEXT)


def test_a_program_that_cannot_be_started_fails_nothing(desk, tmp_path, monkeypatch):
    desk("notify-send")
    (tmp_path / "notify-send").write_text("#!/no/such/shell\n")
    started = []
    real = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda words, **more: (started.append(words[0]), real(words, **more)))
    notices.give(TEXT)
    assert started == [str(tmp_path / "notify-send")]


@pytest.mark.parametrize(("terminal", "rung"), [(True, "\a"), (False, "")])
def test_the_bell_rings_on_a_terminal_alone(desk, capsys, monkeypatch, terminal, rung):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: terminal)
    notices.give(TEXT)
    assert capsys.readouterr() == ("", rung)
