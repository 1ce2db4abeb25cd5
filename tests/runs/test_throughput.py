"""How fast a run was, in a line: its start told apart from what lasts."""

import pytest

from orchard.runs import summary, throughput
from tests.support.french import english

FEATURES = {
    "counts": {"featurised": 100, "rejected": 0},
    "timings": {"listing": 1.0, "features": 8.0},
    "images_per_second": 12.5,
    "cores": 2,
    "resumed": 0,
}
WARM = {"warm": {"after": 7.2, "images_per_second": 210.4}}


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (WARM, "9 s, of which 7.2 s to start; 210 images/s once warm"),
        (WARM | {"resumed": 40}, "9 s; 210 images/s once warm"),
        ({}, "9 s: 12 images/s"),
    ],
)
def test_it_says_what_can_be_told(more, said):
    assert throughput.say(FEATURES | more) == said


MANIFEST = {
    "run": "r1",
    "counts": {"components": 1},
    "features": FEATURES | WARM,
    "explained_variance": [0.5],
    "explained_variance_sum": 0.5,
    "components_for": {"0.8": 3},
    "timings": {"scores": 14.0},
}


def test_the_summary_of_a_run(capsys):
    summary.show(MANIFEST, {"features": "s3://b/features"})
    assert (
        "100 images featurised in 9 s, of which 7.2 s to start; 210 images/s once warm, on 2 cores; PCA 14 s\n"
        in capsys.readouterr().out
    )


def test_the_summary_is_told_in_french(capsys, monkeypatch):
    monkeypatch.setenv("ORCHARD_LANG", "fr")
    summary.show(MANIFEST, {"features": "s3://b/features"})
    told = capsys.readouterr().out
    assert english(told) == []
    assert (
        "100 images traitées en 9 s, dont 7,2 s de démarrage ; 210 images/s une fois lancé, sur 2 cœurs ; ACP 14 s"
        in told
    )
    assert "1 composante explique 50,0\u202f% de la variance ; 80\u202f% par 3" in told
