"""Tasks that may take long: what is said at their start, remembered and told at their end."""

import time
from copy import deepcopy
from types import SimpleNamespace

import pytest

import tasks
from orchard.aws import emr
from orchard.base import notices, usual_time
from orchard.base.errors import OrchardError
from orchard.commands import photographs
from orchard.commands.long import long, work_on
from orchard.machine import packages
from orchard.photographs import dataset


@pytest.fixture
def clock(monkeypatch):
    """Make time pass when a test says so, and keep what is told."""
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])

    def passes(seconds: float) -> None:
        now[0] += seconds

    return passes


@pytest.fixture
def told(monkeypatch):
    given: list[str] = []
    monkeypatch.setattr(notices, "give", given.append)
    return given


def test_a_time_in_which_packages_were_installed_is_no_guide(clock, told, tmp_path, monkeypatch):
    sets = iter([["main"], ["main", "jobs"]])
    monkeypatch.setattr(packages, "installed", lambda: next(sets))
    with long("up", "up local", notify=False, state=tmp_path):
        clock(125)
    assert usual_time.seconds("up local", tmp_path) is None


def test_the_second_time_it_is_said_how_long_the_first_took(clock, told, tmp_path, capsys):
    for seconds in (125, 130):
        with long("up", "up aws", notify=True, state=tmp_path):
            clock(seconds)
    assert capsys.readouterr().err == "./inv up usually takes about 2 min here.\n"
    assert told == ["./inv up is done, after 2 min 5 s.", "./inv up is done, after 2 min 10 s."]


def test_what_is_quick_is_neither_told_nor_remembered(clock, told, tmp_path):
    with long("up", "up aws", notify=True, state=tmp_path):
        clock(9.9)
    assert (told, usual_time.seconds("up aws", tmp_path)) == ([], None)


def test_nobody_is_told_who_did_not_ask(clock, told, tmp_path):
    with long("up", "up aws", notify=False, state=tmp_path):
        clock(60)
    assert (told, usual_time.seconds("up aws", tmp_path)) == ([], 60)


def test_what_tells_nothing_of_the_next_time_is_not_remembered(clock, told, tmp_path):
    with long("upload-dataset", None, notify=True, state=tmp_path):
        clock(60)
    assert told == ["./inv upload-dataset is done, after 1 min."]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("error", "ends"),
    [(ValueError, ["./inv up has failed, after 1 min."]), (KeyboardInterrupt, [])],
)
def test_a_failure_is_told_and_does_not_count(clock, told, tmp_path, error, ends):
    def fails() -> None:
        with long("up", "up aws", notify=True, state=tmp_path):
            clock(60)
            raise error

    with pytest.raises(error):
        fails()
    assert (told, usual_time.seconds("up aws", tmp_path)) == (ends, None)


def test_work_is_named_by_what_decides_how_long_it_takes(monkeypatch):
    answers = iter([["a cluster"], [], OrchardError("AWS refuses", "ask")])
    site = SimpleNamespace(target=None, cluster_name="orchard-default", settings=SimpleNamespace(target="somewhere"))

    def clusters(_: object, name: str) -> list[str]:
        assert name == "orchard-default"
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(emr.Emr, "__init__", lambda *_: None)
    monkeypatch.setattr(emr.Emr, "clusters", clusters)
    assert work_on(site, "run", "mini", 100) == "run somewhere with a cluster mini 100"
    assert work_on(site, "up") == "up somewhere without a cluster"
    assert work_on(site, "up") is None, "what AWS refuses is the task's to tell"


@pytest.mark.parametrize("name", ["up", "down", "cleanup", "run", "demo", "upload-dataset", "fetch-dataset"])
def test_every_long_task_can_be_told_to_notify(name):
    (context,) = (known for known in deepcopy(tasks.namespace).to_contexts() if known.name == name)
    assert "--notify" in context.flags


@pytest.mark.parametrize(
    ("words", "setting", "ends"),
    [
        ({"notify": True}, "", ["./inv fetch-dataset is done, after 1 min."]),
        ({}, "true", ["./inv fetch-dataset is done, after 1 min."]),
        ({}, "false", []),
        ({}, "", []),
    ],
)
def test_a_flag_or_the_setting_asks_for_it(clock, told, monkeypatch, words, setting, ends):
    monkeypatch.delenv("ORCHARD_NOTIFY", raising=False)
    if setting:
        monkeypatch.setenv("ORCHARD_NOTIFY", setting)
    monkeypatch.setattr(dataset, "get_published", lambda _: clock(60) or [])
    photographs.fetch_dataset.body(None, **words)
    assert told == ends
