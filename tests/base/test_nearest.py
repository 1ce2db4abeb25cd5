"""Names that are not there, and what to say then."""

import pytest

from orchard.base import nearest


@pytest.mark.parametrize(
    ("name", "known", "remedy"),
    [
        ("defualt", ["default", "big"], "did you mean default?"),
        ("DEFAULT", ["default", "big"], "did you mean default?"),
        ("step-1", ["step-2", "step-3", "other"], "did you mean step-3 or step-2?"),
        ("stauts", ["status", "up", "results"], "did you mean status?"),
        ("fetch", ["fetch-dataset", "results"], "did you mean fetch-dataset?"),
        ("weather", ["eur_rate", "mode"], "choose eur_rate, mode"),
        ("zzz", ["default", "big"], "choose default, big"),
        ("zzz", ["default"], "there is default"),
        ("zzz", [], "there are none yet"),
        ("0", [f"run-{n}" for n in range(10)], f"choose {', '.join(f'run-{n}' for n in range(8))}, and 2 more"),
    ],
)
def test_names_near_it_are_suggested(name, known, remedy):
    assert nearest.suggest(name, iter(known)) == remedy


def test_of_runs_the_latest_is_named_and_not_all():
    runs = [f"20261{n}T100000-mini" for n in (203, 101, 130)]
    assert nearest.suggest_run("zzz", runs) == "the latest is 20261203T100000-mini"
    assert nearest.suggest_run("20261101T100000-mimi", runs).startswith("did you mean 20261101T100000-mini")
    assert nearest.suggest_run("zzz", []) == "there are none yet: ./inv run"


def test_a_flag_is_said_with_the_name():
    assert nearest.suggest("hud", ["hub"], flag="--name") == "did you mean --name hub?"
    assert nearest.suggest("x", ["hub"], flag="--name") == "there is --name hub"
