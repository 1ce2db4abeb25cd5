"""The status on a screen: a golden for each width, from a fixed model. ORCHARD_GOLDEN=write makes them anew."""

import io
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import jsonschema
import pytest
from rich.console import Console

from orchard.base.places import ROOT
from orchard.cluster.status import watching
from orchard.cluster.status.model import (
    Budget,
    Canary,
    Cluster,
    Elsewhere,
    Ended,
    HardLimit,
    Idle,
    Missing,
    Nodes,
    Orphan,
    Progress,
    Status,
    Step,
    Studio,
)
from orchard.cluster.status.view import lines, render
from orchard.cost.money import Money
from tests.support.french import english

GOLDEN = Path(__file__).parent / "golden"
SCHEMA = ROOT / "orchard" / "cluster" / "status" / "status.schema.json"
NOW = datetime(2026, 11, 22, 14, 5, 9, tzinfo=UTC)
DOLLARS = Money("USD", 1.0, "")


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


def step(run: str, job: str, state: str, started: float | None, ended: float | None, **more) -> Step:
    return Step(
        id=f"s-{job.upper()}",
        name=f"{run}: {job}",
        run=run,
        job=job,
        state=state,
        created=ago(hours=1),
        started=None if started is None else ago(minutes=started),
        ended=None if ended is None else ago(minutes=ended),
        progress=more.get("progress"),
    )


FULL, MINI = "20261122T135900-full", "20261122T130000-mini"
WORKING = Cluster(
    id="j-1ABCDEFGHIJKL",
    name="orchard-default",
    short_name="default",
    state="RUNNING",
    reason="Running step",
    created=ago(hours=1, minutes=12),
    ready=ago(hours=1, minutes=3),
    uptime_seconds=4320,
    release_label="emr-7.13.0",
    notebook="studio",
    nodes=[
        Nodes(role="MASTER", instance_type="m5.xlarge", count=1, market="ON_DEMAND"),
        Nodes(role="CORE", instance_type="m5.xlarge", count=2, market="ON_DEMAND"),
        Nodes(role="TASK", instance_type="m5.xlarge", count=4, market="SPOT"),
    ],
    steps=[
        step(FULL, "pca", "PENDING", None, None),
        step(
            FULL,
            "features",
            "RUNNING",
            5,
            None,
            progress=Progress(phase="features", done=31_200, total=67_692, images_per_second=412.3, seconds_left=88.5),
        ),
        step(MINI, "pca", "COMPLETED", 40, 39),
        step(MINI, "features", "COMPLETED", 43, 40),
        step("20261122T125000-mini", "features", "FAILED", 50, 49),
    ],
    usd_per_hour=1.9849,
    usd_so_far=2.1034,
    idle=Idle(timeout_seconds=3600, since=None, strikes_at=None, source="tag"),
    hard_limit=HardLimit(strikes_at=ago(hours=-6, minutes=-48), enabled=True),
    canary=Canary(
        passed=True,
        ended=ago(minutes=8),
        found="2 executors, 7 packages, features within 2e-05",
        remedy="",
        warnings=["spark.executor.memory is 4g, not 6256m"],
    ),
)
WAITING = WORKING.model_copy(
    update={
        "id": "j-2ABCDEFGHIJKL",
        "name": "orchard-notebooks",
        "short_name": "notebooks",
        "state": "WAITING",
        "notebook": "jupyterhub",
        "nodes": WORKING.nodes[:2],
        "steps": [],
        "usd_per_hour": 0.8531,
        "usd_so_far": 0.0412,
        "idle": Idle(timeout_seconds=3600, since=ago(minutes=50), strikes_at=ago(minutes=-10), source="tag"),
        "hard_limit": HardLimit(strikes_at=ago(hours=-30), enabled=True),
        "canary": Canary(
            passed=False,
            ended=ago(days=2),
            found="Spark has 1 executor after 60 s, and these nodes have room for 2",
            remedy="see that all nodes are there",
            warnings=[],
        ),
    }
)
STARTING = WORKING.model_copy(
    update={
        "id": "j-3ABCDEFGHIJKL",
        "name": "orchard-big",
        "short_name": "big",
        "state": "BOOTSTRAPPING",
        "reason": "Running bootstrap actions",
        "created": ago(minutes=4),
        "ready": None,
        "uptime_seconds": 240,
        "release_label": None,
        "notebook": None,
        "nodes": [],
        "steps": [],
        "usd_per_hour": None,
        "usd_so_far": None,
        "idle": None,
        "hard_limit": HardLimit(strikes_at=ago(hours=-8), enabled=True),
        "canary": None,
    }
)
STATUS = Status(
    taken=NOW,
    project="orchard",
    region="eu-west-3",
    emulated=False,
    prices_of="2026-09-01",
    budget=Budget(usd_limit=50, usd_spent=12.3),
    studios=[
        Studio(
            id="es-0123456789ABCDEFGHIJKLMNO",
            name="orchard",
            url="https://es-0123456789abcdefghijklmno.emrstudio-prod.eu-west-3.amazonaws.com",
        )
    ],
    clusters=[WORKING, WAITING, STARTING],
    ended=[
        Ended(
            id="j-0ABCDEFGHIJKL",
            name="orchard-default",
            state="TERMINATED",
            reason="Auto-terminated after 3600 seconds of idle time",
            created=ago(days=1, hours=3),
            ended=ago(days=1),
        )
    ],
    orphans=[
        Orphan(what="cluster j-9ABCDEFGHIJKL (orchard-lost)", remedy="aws emr terminate-clusters --cluster-ids j-9")
    ],
    elsewhere=[Elsewhere(region="eu-west-1", name="default", target="", look="ORCHARD_REGION=eu-west-1 ./inv status")],
    missing=[
        Missing(what="tagged resources", why="these credentials may not do GetResources: not authorized to perform it")
    ],
)
ALONE = STATUS.model_copy(
    update={
        "emulated": True,
        "budget": None,
        "clusters": [WORKING],
        "ended": [],
        "orphans": [],
        "elsewhere": [],
        "missing": [],
    }
)
UNGUARDED = WAITING.model_copy(update={"idle": None, "hard_limit": HardLimit(strikes_at=NOW, enabled=False)})
NOTHING = STATUS.model_copy(update={"clusters": [], "orphans": [], "elsewhere": [], "missing": []})


def drawn(status: Status, width: int, money: Money = DOLLARS) -> str:
    console = Console(width=width, file=io.StringIO(), force_terminal=False)
    console.print(render(status, money))
    return "".join(f"{line.rstrip()}\n" for line in console.file.getvalue().splitlines())


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize(("name", "status"), [("all", STATUS), ("emulated", ALONE), ("nothing", NOTHING)])
def test_the_view_is_the_golden_one(name, status, width):
    text, golden = drawn(status, width), GOLDEN / f"status-{name}-{width}.txt"
    if os.environ.get("ORCHARD_GOLDEN") == "write":
        golden.write_text(text)
    assert text == golden.read_text()
    assert max(map(len, text.splitlines())) <= width


LONG = "20261122T135900-all-orchards-of-november-once-more"
LONGEST = WORKING.model_copy(
    update={
        "name": "orchards-of-normandie1-" + "notebooks" * 2 + "always",
        "short_name": "notebooks" * 2 + "always",
        "state": "BOOTSTRAPPING",
        "nodes": [node.model_copy(update={"instance_type": f"r{n}.12xlarge"}) for n, node in enumerate(WORKING.nodes)],
        "steps": [
            step(LONG, "pca", "CANCEL_PENDING", None, None),
            step(LONG, "features", "RUNNING", 2000, None, progress=WORKING.steps[1].progress),
            step("20261122T135900-november", "features", "INTERRUPTED", 3000, 1930),
            step("20261122T135900-cut-off-by-its-gaps", "pca", "CANCEL_PENDING", 3000, 1930),
        ],
    }
)


@pytest.mark.parametrize(
    "status",
    [STATUS, ALONE, STATUS.model_copy(update={"clusters": [LONGEST], "project": "orchards-of-normandie1"})],
    ids=["usual", "emulated", "long names"],
)
def test_80_columns_cut_no_word_that_a_wide_terminal_shows(status):
    narrow, wide = drawn(status, 80), drawn(status, 400)
    assert "…" not in narrow
    assert words(narrow) == words(wide)


def words(text: str) -> list[str]:
    return sorted(word for word in text.split() if word.strip("─│╭╮╰╯"))


def test_a_command_to_copy_stays_in_one_line():
    assert f"./inv extend 2h --name {LONGEST.short_name} " in drawn(
        STATUS.model_copy(update={"clusters": [LONGEST]}), 80
    )


def test_a_cluster_without_guards_is_told_of():
    shown = drawn(STATUS.model_copy(update={"clusters": [UNGUARDED]}), 80)
    assert "not when idle: no idle time-out is known" in shown
    assert "the schedule of its hard limit is switched off" in shown


def test_a_cluster_past_its_hard_limit_is_shouted_about():
    late = WAITING.hard_limit.model_copy(update={"strikes_at": ago(minutes=12), "overdue": True})
    overdue = STATUS.model_copy(update={"clusters": [WAITING.model_copy(update={"hard_limit": late})]})
    shout = "IT SHOULD HAVE ENDED AT 2026-11-22 13:53 UTC, AND LIVES"
    shown = drawn(overdue, 120)
    assert shout in shown
    assert "./inv down --name notebooks" in shown
    assert lines(overdue)[0].startswith(f"orchard-notebooks WAITING; {shout}")


def test_nothing_here_is_not_nothing_anywhere():
    shown = drawn(STATUS.model_copy(update={"clusters": []}), 80)
    assert "No cluster is running in eu-west-3." in shown
    assert "nothing costs" not in shown
    assert "ORCHARD_REGION=eu-west-1 ./inv status" in shown


def test_amounts_follow_the_currency():
    assert "1.89 EUR so far, 1.79 EUR per hour" in drawn(STATUS, 120, Money("EUR", 0.9, ""))


def test_plain_lines_tell_what_goes_on():
    assert lines(ALONE) == [
        f"orchard-default RUNNING; {FULL}: features RUNNING (features 31,200/67,692 images); {FULL}: pca PENDING"
    ]
    assert lines(NOTHING) == ["no cluster is running"]


def test_watching_without_a_terminal_prints_changes_and_ends_with_the_last_cluster(capsys):
    looks = iter([ALONE, ALONE, NOTHING])
    watching.watch(lambda: next(looks), DOLLARS, 0, Console(force_terminal=False, file=io.StringIO()))
    printed = capsys.readouterr().out.splitlines()
    assert [line.split(" ", 1)[-1] for line in printed] == [
        lines(ALONE)[0],
        "no cluster is running",
        "has ended: Auto-terminated after 3600 seconds of idle time",
    ]


def test_watching_on_a_terminal_leaves_the_last_look_on_it():
    looks = iter([ALONE, NOTHING])
    console = Console(force_terminal=True, file=io.StringIO(), width=80)
    watching.watch(lambda: next(looks), DOLLARS, 0, console)
    shown = console.file.getvalue()
    assert "31,200/67,692 images" in shown
    assert "No cluster is running" in shown.rsplit("\x1b[?1049l", 1)[-1], "after the other screen is left"


def test_the_schema_in_the_repository_is_the_models():
    fields = Status.model_json_schema(mode="serialization")
    schema = json.dumps({"$schema": "https://json-schema.org/draft/2020-12/schema", **fields}, indent=2) + "\n"
    if os.environ.get("ORCHARD_GOLDEN") == "write":
        SCHEMA.write_text(schema)
    assert SCHEMA.read_text() == schema


@pytest.mark.parametrize("status", [STATUS, ALONE, NOTHING])
def test_the_data_is_what_the_schema_says(status):
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text()))
    data = json.loads(status.model_dump_json())
    validator.validate(data)
    del data["clusters"]
    assert not validator.is_valid(data)


def test_all_is_told_in_french_but_what_aws_says(monkeypatch):
    monkeypatch.setenv("ORCHARD_LANG", "fr")
    aws = (STARTING.reason, NOTHING.ended[0].reason, WAITING.canary.remedy, "not authorized to perform it")
    late = WAITING.hard_limit.model_copy(update={"overdue": True})
    every = [*STATUS.clusters, UNGUARDED, WAITING.model_copy(update={"hard_limit": late})]
    for status in (STATUS.model_copy(update={"clusters": every}), NOTHING):
        shown = drawn(status, 400) + "\n".join(lines(status))
        for words in aws:
            shown = shown.replace(words, "")
        assert english(shown) == []
    assert "31\u202f200/67\u202f692 images, 412 images/s" in drawn(STATUS, 80)
    assert "le 23 nov. à 20:05 quoi qu'il fasse" in drawn(STATUS, 80)
    assert "…" not in drawn(STATUS, 80)
