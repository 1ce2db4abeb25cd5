"""The parts of following a run that need no cluster."""

from types import SimpleNamespace

import pytest

from orchard.aws import emr
from orchard.aws.emr import Emr, Step
from orchard.base import progress
from orchard.runs import pipeline


class Steps:
    """An EMR whose step never ends."""

    poll_interval = 10.0

    def client(self, _service: str) -> "Steps":
        return self

    def list_steps(self, ClusterId: str, StepIds: list[str]) -> dict:
        return {"Steps": [{"Id": number, "Name": "r: features", "Status": {"State": "RUNNING"}} for number in StepIds]}


@pytest.fixture
def clock(monkeypatch) -> SimpleNamespace:
    """A time that passes only while somebody sleeps."""
    made = SimpleNamespace(now=0.0)
    sleep = lambda seconds: setattr(made, "now", made.now + seconds)  # noqa: E731
    monkeypatch.setattr(emr, "time", SimpleNamespace(monotonic=lambda: made.now, sleep=sleep))
    return made


def test_following_ends_at_its_deadline(clock):
    seen: list[list[Step]] = []
    with pytest.raises(TimeoutError):
        Emr(Steps()).follow("j-1", ["s-1"], seen.append, 25)
    assert len(seen) == 4  # at 0, 10, 20 and 25 s
    assert clock.now == 25


def test_many_steps_are_asked_for_ten_at_a_time(clock, monkeypatch):
    asked: list[list[str]] = []
    monkeypatch.setattr(Steps, "list_steps", lambda _, ClusterId, StepIds: asked.append(StepIds) or {"Steps": []})
    names = [f"s-{number}" for number in range(25)]
    assert Emr(Steps()).follow("j-1", names, lambda _: None, 1) == []
    assert asked == [names[:10], names[10:20], names[20:]]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({}, ("starting", "", "", "")),
        ({"job": "features", "phase": "listing", "done": 0, "total": 0}, ("features: listing", "", "", "")),
        (
            {"job": "features", "phase": "features", "done": 500, "total": 2000, "images_per_second": 10.0},
            ("features", "500/2,000 images", "10 images/s", "about 2 min 30 s left"),
        ),
        (
            {"job": "pca", "phase": "scores", "done": 9, "total": 8, "images_per_second": 3.0},
            ("pca: scores", "9/8 images", "3 images/s", "about 0 s left"),
        ),
    ],
)
def test_what_a_job_says_is_told_in_words(state, words):
    description, *parts = words
    assert progress.describe(state) == description
    assert progress.counted(state) == parts[0]
    assert progress.in_words(state) == ", ".join(part for part in parts if part)


def test_a_job_s_own_remedy_names_the_run():
    said = {"phase": "failed", "cause": "c", "remedy": "./inv run --run-name NAME --max-error-rate 0.03"}
    store = SimpleNamespace(read_json=lambda key: said)
    step = Step("s-1", "pears: features", "FAILED", "")
    nothing = SimpleNamespace(cluster=lambda number: SimpleNamespace(state="WAITING"))
    failure = pipeline._failure(store, "pears", step, nothing, "j-1")
    assert failure.remedy == "./inv run --run-name pears --max-error-rate 0.03"
