"""What Orchard says in French: each message has its translation, and is recognised by its words."""

import re
from datetime import datetime

import pytest

from checks import catalogue, forgotten, messages
from orchard.base import language, numerals, progress
from orchard.base.places import ROOT
from orchard.report import spoken

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


def test_no_text_of_the_product_is_forgotten(tmp_path):
    assert forgotten.forgotten() == [], "mark what is told (language.marked), or list it in checks/untold.txt"
    (tmp_path / "new.py").write_text('"""A file."""\n\ndef told():\n    return [f"{1} pears ripen slowly"]\n')
    assert forgotten.forgotten(tmp_path) == ["new.py: {} pears ripen slowly"]


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
        ("did you mean --mode? (./inv --help run)", "vouliez-vous dire --mode ? (./inv --help run)"),
        ("somebody's own words (and more)", "somebody's own words (and more)"),
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
        *("{0} is said", "a line"),
        *("a cause", "a remedy {0}", "a remedy"),
        "did you mean it?",
    }


@pytest.mark.parametrize(
    ("english", "french"),
    [
        ("3 images", "3 images"),
        ("about 1 min 30 s left", "encore ~1 min 30 s"),
        ("31,200/67,692 images", "31\u202f200/67\u202f692 images"),
        ("about 1.5 s left", "encore ~1,5 s"),
        ("up 2 d 3 h", "allumé depuis 2 j 3 h"),
        ("passed at Nov 09 13:57: a node was lost", "réussi le 9 nov. à 13:57 : a node was lost"),
        ("error: nothing is up", "erreur : rien n'est allumé"),
        ("12.5%", "12,5\u202f%"),
        ("a class that is called network", "a class that is called network"),
        ("network", "réseau"),
        ("the port network cannot be used", "le port network ne peut pas servir"),
        ("Terraform 1.10 or later was not found (1.9), and PyPI's could not be installed", None),
    ],
)
def test_what_is_shown_has_numbers_and_dates_as_french_has_them(monkeypatch, english, french):
    assert language.tr(english) == english
    monkeypatch.setenv("ORCHARD_LANG", "fr")
    assert language.tr(english) == french or (french is None and "1.10" in language.tr(english))


def test_every_month_has_its_french_name():
    dates = [f"{datetime(2026, month, 1):%d %B}" for month in range(1, 13)]
    short = [f"{datetime(2026, month, 1):%b %d}" for month in range(1, 13)]
    assert len({numerals.written(text, "fr") for text in dates} - set(dates)) == 12
    assert len({numerals.written(text, "fr") for text in short} - set(short)) == 12


def test_progress_is_told_in_french(monkeypatch, capsys):
    monkeypatch.setenv("ORCHARD_LANG", "fr")
    running = {"job": "pca", "phase": "counting", "done": 1200, "total": 7860, "images_per_second": 840.0}
    with progress.Display("uploading") as display:
        progress.show_job(
            display,
            running | {"remark": "a task has not ended within 3 min on ip-1: it was stopped, and is done again"},
        )
    assert capsys.readouterr().err.splitlines() == [
        "une tâche ne s'est pas terminée en 3 min sur ip-1 : elle a été arrêtée, et est refaite",
        "pca : comptage 1\u202f200/7\u202f860 images, 840 images/s, encore ~7,9 s",
    ]


def test_pages_keep_their_expressions_in_another_language():
    said = {"Each of {0} has {1}": "{1} pour chacun des {0}", "Colours": "Couleurs", "{0} of {1}": "{1} : {0}"}
    page = '<p>Each of {{ a }}\n  has {{ b > 1 }} {% if c %}<b aria-label="Colours">x</b>{% endif %}</p>'
    assert spoken.template_in(page, lambda text: said.get(text, text)) == (
        '<p>{{ b > 1 }} pour chacun des {{ a }} {% if c %}<b aria-label="Couleurs">x</b>{% endif %}</p>'
    )
    assert spoken.script_in("say(tr`${a} of ${b(1)}`, `kept`)", said.__getitem__) == "say(`${b(1)} : ${a}`, `kept`)"


def test_pages_in_english_are_as_they_are_written():
    for page in (ROOT / "orchard" / "report" / "page").glob("*.j2"):
        source = page.read_text()
        assert spoken.template_in(source, str).split() == source.split()
