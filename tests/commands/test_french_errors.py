"""What a French user sees of wrong input."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("words", "environment", "cause", "remedy"),
    [
        (
            ["extend", "soon"],
            {"LANG": "fr_FR.UTF-8"},
            "erreur : 'soon' n'est pas une durée",
            "remède : écrivez-la comme 2h, 90m ou 1h30m",
        ),
        (
            ["uup"],
            {"ORCHARD_LANG": "fr"},
            "erreur : aucune tâche ne s'appelle uup",
            "remède : vouliez-vous dire ",
        ),
    ],
)
def test_errors_are_told_in_french(tmp_path, words, environment, cause, remedy):
    spoken = ("ORCHARD_LANG", "LC_ALL", "LC_MESSAGES", "LANG")
    kept = {name: value for name, value in os.environ.items() if name not in spoken}
    done = subprocess.run(
        [ROOT / "inv", *words],
        env=kept | {"ORCHARD_HOME": str(tmp_path)} | environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    first, second = done.stderr.splitlines()
    assert first == cause
    assert second.startswith(remedy)
