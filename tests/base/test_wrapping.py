"""Lines that are broken between words."""

import io

from orchard.base import console
from orchard.base.wrapping import width_of, wrapped


def test_a_line_that_fits_stays():
    assert wrapped("nothing is up", 13) == "nothing is up"


def test_words_are_kept_whole_and_the_margin_too():
    assert wrapped("  Warning: support has ended", 18) == "  Warning: support\n  has ended"


def test_a_command_is_not_cut_so_that_it_can_be_pasted():
    line = "remedy: ./inv up, then ./inv run --run-name NAME goes on there"
    assert wrapped(line, 40) == "remedy: ./inv up, then\n./inv run --run-name NAME goes on there"


def test_a_command_longer_than_the_terminal_is_cut_between_its_words():
    assert wrapped("./inv run --run-name NAME", 12) == "./inv run\n--run-name\nNAME"


def test_a_sign_that_french_sets_off_does_not_begin_a_line():
    assert wrapped("sur AWS, cela coûterait : 3", 24) == "sur AWS, cela\ncoûterait : 3"


def test_a_long_path_is_one_word():
    assert wrapped("results s3://bucket/a/path", 10) == "results\ns3://bucket/a/path"


def test_columns_are_left_alone():
    assert wrapped("features  s3://bucket/a/path", 10) == "features  s3://bucket/a/path"


def test_nothing_is_broken_where_there_is_no_terminal(tmp_path):
    with (tmp_path / "file").open("w") as file:
        assert width_of(file) == width_of(io.StringIO()) == 0
    assert wrapped("a " * 200, 0) == "a " * 200


def test_a_question_is_broken_between_words_too(monkeypatch):
    asked = []
    monkeypatch.setattr(console, "width_of", lambda stream: 20)
    monkeypatch.setattr("builtins.input", lambda question: asked.append(question) or " yes ")
    monkeypatch.setenv("ORCHARD_LANG", "en")
    assert console.ask("This deletes it all. Go on? ") == "yes"
    assert asked == ["This deletes it all.\nGo on? "]
