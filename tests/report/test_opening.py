"""Whether a page is opened in the user's browser, and whether anybody is asked."""

import sys
import webbrowser

import pytest

from orchard.report import opening


@pytest.fixture
def opened(monkeypatch):
    """What a browser has been given, at a terminal whose user answers what the test says."""
    given: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda uri: given.append(uri) or True)
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    return given


@pytest.mark.parametrize(("answer", "times"), [("y", 1), ("YES", 1), ("", 0), ("n", 0)])
def test_it_is_opened_when_the_user_says_so(opened, monkeypatch, tmp_path, answer, times):
    monkeypatch.setattr("builtins.input", lambda _: answer)
    opening.offer(tmp_path / "a page.html")
    assert opened == [(tmp_path / "a page.html").as_uri()] * times


def test_ctrl_d_is_a_no(opened, monkeypatch, tmp_path):
    def end(_: str) -> str:
        raise EOFError

    monkeypatch.setattr("builtins.input", end)
    opening.offer(tmp_path / "page.html")
    assert opened == []


def test_where_there_is_no_terminal_nobody_is_asked(opened, monkeypatch, tmp_path):
    monkeypatch.setattr(sys.stdin, "isatty", lambda: False, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: pytest.fail("somebody was asked"))
    opening.offer(tmp_path / "page.html")
    assert opened == []


def test_without_a_browser_it_says_so(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(webbrowser, "open", lambda _: False)
    opening.show(tmp_path / "page.html")
    assert "no browser" in capsys.readouterr().err
