"""The parts of following a run that need no cluster."""

import pytest

from orchard.aws.emr import Emr, Step
from orchard.base import progress


class Steps:
    """An EMR whose step never ends."""

    poll_interval = 0.01

    def client(self, _service: str) -> "Steps":
        return self

    def list_steps(self, ClusterId: str, StepIds: list[str]) -> dict:
        return {"Steps": [{"Id": number, "Name": "r: features", "Status": {"State": "RUNNING"}} for number in StepIds]}


def test_following_ends_at_its_deadline():
    seen: list[list[Step]] = []
    with pytest.raises(TimeoutError):
        Emr(Steps()).follow("j-1", ["s-1"], seen.append, 0.1)
    assert 2 <= len(seen) <= 12


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
