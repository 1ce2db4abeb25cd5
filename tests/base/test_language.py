"""Errors and remedies in French: each has its translation, and is recognised by its words."""

import re

import pytest

from checks import catalogue, messages
from orchard.base import language

FRENCH = language.catalogue("fr")


def filled(template: str) -> str:
    return re.sub(r"\{(\w+)\}", r"<\1>", template)


@pytest.fixture
def toml(monkeypatch, tmp_path):
    """No language is chosen, but by what the test says."""
    for name in ("ORCHARD_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(language, "SETTINGS", tmp_path / "orchard.toml")
    return tmp_path / "orchard.toml"


def test_every_message_is_in_the_catalogue_and_no_other():
    assert sorted(messages.messages() - set(FRENCH)) == []
    assert catalogue.FILE.read_text() == catalogue.rendered(), "./inv check.docs --write"


def test_braces_are_the_same_in_both_languages():
    different = [english for english, french in FRENCH.items() if braces(english) != braces(french)]
    assert different == []


def braces(text: str) -> set[str]:
    return set(re.findall(r"\{\w+\}", text))


def test_every_message_is_recognised_by_its_words():
    wrong = {
        english: language.translated(filled(english), "fr")
        for english, french in FRENCH.items()
        if language.translated(filled(english), "fr") != filled(french)
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("the port 9443 cannot be used", "le port 9443 ne peut pas servir"),
        ("the canary did not pass: there are none yet", "le canari n'a pas réussi : il n'y en a pas encore"),
        ("call again; somebody's own words", "relancez la commande ; somebody's own words"),
        ("somebody's own words; and more", "somebody's own words; and more"),
        ("did you mean (a+)?", "vouliez-vous dire (a+) ?"),
        ("the canary did not pass: a nut was loose", "le canari n'a pas réussi : a nut was loose"),
        (
            "allow more: ./inv run --run-name pears --max-error-rate 0.02, which goes on where this stopped; or first "
            "mend or remove these images (_errors/ lists them), and call ./inv upload-dataset --delete",
            "admettez-en plus : ./inv run --run-name pears --max-error-rate 0.02, qui reprend où celui-ci s'est arrêté "
            "; ou d'abord réparez ou retirez ces images (_errors/ en donne la liste), et appelez ./inv upload-dataset "
            "--delete",
        ),
        ("what nobody says, then ./inv run --run-name a.b", "what nobody says, then ./inv run --run-name a.b"),
    ],
)
def test_what_is_filled_in_is_translated_and_what_is_unknown_stays(english, french):
    assert language.translated(english, "fr") == french


@pytest.mark.parametrize(
    ("environment", "setting", "chosen"),
    [
        ({}, "", "en"),
        ({"LANG": "fr_FR.UTF-8"}, "", "fr"),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C.UTF-8"}, "", "en"),
        ({"LANG": "fr_FR.UTF-8"}, 'lang = "auto"', "fr"),
        ({"LANG": "fr_FR.UTF-8"}, 'lang = "en"', "en"),
        ({}, 'lang = "fr"', "fr"),
        ({"ORCHARD_LANG": "en"}, 'lang = "fr"', "en"),
        ({"ORCHARD_LANG": "xx"}, "", "en"),
        ({"LANG": "fr"}, "this is = no TOML", "fr"),
    ],
)
def test_the_language_is_chosen(toml, monkeypatch, environment, setting, chosen):
    toml.write_text(setting)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert language.chosen() == chosen


def test_lines_are_told_in_the_language_that_is_chosen(toml, monkeypatch):
    lines = ("error: nothing is up", "remedy: start with ./inv up", "a line of a log")
    assert language.told(*lines) == lines
    monkeypatch.setenv("ORCHARD_LANG", "fr")
    assert language.told(*lines) == (
        "erreur : rien n'est allumé",
        "remède : commencez par ./inv up",
        "a line of a log",
    )


def test_messages_are_found_wherever_they_arise(tmp_path):
    (tmp_path / "a.py").write_text(
        'WHY = f"why {a} so"\n'
        "def f():\n"
        '    more = f" and {n} more"\n'
        '    raise OrchardError("one cause" if x else f"two {b.c} causes{more}", WHY)\n'
        "    raise UsageError(f\"no {'' if x else 'complete '}run\", \"--a-flag\")\n"
        '    say(f"error: {x} is said", "a line")\n'
        '    return Failure("an id", "a cause", "a" + (f" remedy {y}" if x else " remedy"))\n'
    )
    (tmp_path / "nearest.py").write_text('def f():\n    return "did you mean it?", g("not that")\n')
    tables = messages.messages(tmp_path / "none")
    assert messages.messages(tmp_path) - tables == {
        *("one cause", "two {0} causes{1}", " and {0} more", "why {0} so"),
        *("no run", "no complete run"),
        "{0} is said",
        *("a cause", "a remedy {0}", "a remedy"),
        "did you mean it?",
    }
