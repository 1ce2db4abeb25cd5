"""`--json`: what answers a question for people answers it for programs, in one document on standard output."""

import json
from copy import deepcopy
from pathlib import Path
from types import SimpleNamespace

import pytest
from invoke import Exit
from report_runs import COST, record

import tasks
from orchard.base import config
from orchard.commands import cluster, cost, photographs
from orchard.infrastructure import orphans
from orchard.runs import results, run_record
from orchard.runs.run_record_model import RunRecord

ASKED = (
    "status",
    "doctor",
    "permissions",
    "cost",
    "orphans",
    "settings",
    "download-results",
    "logs",
    "similar",
    "upload-dataset",
)
RUN = "20261121T200000-full"


@pytest.mark.parametrize("name", ASKED)
def test_every_task_that_answers_a_question_has_it(name: str) -> None:
    (context,) = (known for known in deepcopy(tasks.namespace).to_contexts() if known.name == name)
    assert "--json" in context.flags


def test_settings(capsys: pytest.CaptureFixture) -> None:
    cluster.settings.body(None, json=True)
    assert json.loads(capsys.readouterr().out) == config.load().model_dump(mode="json")


def test_an_estimate(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr(cost, "find_site", lambda *_: None)
    cost.cost.body(None, images="67692", mode="full", json=True)
    told = json.loads(capsys.readouterr().out)
    assert (told["photographs"], told["counted"], told["emulated"], told["currency"]) == (67_692, True, True, "USD")
    assert told["nodes"] == [{"instance_type": "m5.xlarge", "count": 3, "market": "ON_DEMAND"}]
    for amounts in (told["per_hour"], told["run"], told["run_and_start"]):
        assert amounts["total"] == pytest.approx(
            sum(value for name, value in amounts.items() if name != "total"), abs=1e-5
        )
    assert told["run"]["ec2"] < told["run_and_start"]["ec2"]
    assert told["forgotten"]["a week"]["idle"] < told["at_most"] < told["forgotten"]["a week"]["unguarded"]
    assert told["seconds"]["total"] == pytest.approx(told["seconds"]["cluster_start"] + told["seconds"]["run"])


def test_what_a_run_has_cost(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    kept = RunRecord.model_validate(record(emulated=True, cost=COST))
    store = SimpleNamespace(directories=lambda _: [RUN])
    monkeypatch.setattr(cost, "open_site", lambda *_: SimpleNamespace(bucket=lambda: store, target=None))
    monkeypatch.setattr(run_record, "complete", lambda *_: kept)
    cost.cost.body(None, run=True, json=True)
    assert RunRecord.model_validate_json(capsys.readouterr().out) == kept


@pytest.mark.parametrize(("found", "code"), [([], 0), (["cluster j-9 (orchard-lost)"], 1)])
def test_orphans(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, found: list[str], code: int) -> None:
    monkeypatch.setattr(cluster, "find_site", lambda *_: SimpleNamespace(settings=None, target=None))
    monkeypatch.setattr(orphans, "find", lambda *_: found)
    with pytest.raises(Exit) as ended:
        cluster.orphans.body(None, json=True)
    assert ended.value.code == code
    told = json.loads(capsys.readouterr().out)
    assert told == [{"what": item, "remedy": "./inv down --name lost"} for item in found]


def test_nothing_up_is_no_orphans(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr(cluster, "find_site", lambda *_: None)
    cluster.orphans.body(None, json=True)
    assert json.loads(capsys.readouterr().out) == []


def test_results(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture) -> None:
    monkeypatch.setattr(photographs, "open_site", lambda *_: SimpleNamespace(bucket=lambda: None, target=None))
    monkeypatch.setattr(run_record, "complete", lambda *_: None)
    monkeypatch.setattr(results, "download", lambda *_, **__: {"pca": Path("/x/pca")})
    photographs.download_results.body(None, run_name=RUN, json=True)
    assert json.loads(capsys.readouterr().out) == {"run": RUN, "folders": {"pca": "/x/pca"}}
