"""Names that are not there, and what to say then."""

import pytest

from orchard.base import nearest


@pytest.mark.parametrize(
    ("name", "known", "remedy"),
    [
        ("defualt", ["default", "big"], "did you mean default?"),
        ("DEFAULT", ["default", "big"], "did you mean default?"),
        ("step-1", ["step-2", "step-3", "other"], "did you mean step-3 or step-2?"),
        ("zzz", ["default", "big"], "choose default, big"),
        ("zzz", ["default"], "there is default"),
        ("zzz", [], "there are none yet"),
        ("0", [f"run-{n}" for n in range(10)], f"choose {', '.join(f'run-{n}' for n in range(8))}, and 2 more"),
    ],
)
def test_names_near_it_are_suggested(name, known, remedy):
    assert nearest.suggest(name, iter(known)) == remedy
