"""The tests' own tools tell right from wrong: tolerance, waiting, schedule."""

import numpy as np
import pytest

from tests import schedule, waiting
from tests.tolerance import COLUMNS, FEATURES, SCORES, assert_same_features, assert_same_scores, matched


@pytest.fixture(scope="module")
def rows() -> np.ndarray:
    return np.random.default_rng(1).uniform(0, 6, (5, COLUMNS))


def test_features_may_differ_as_much_as_is_promised_and_no_more(rows):
    assert_same_features(rows + 0.9 * FEATURES, rows)
    changed = rows.copy()
    changed[3, 7] += 1.1 * FEATURES
    with pytest.raises(AssertionError):
        assert_same_features(changed, rows)
    with pytest.raises(AssertionError):
        assert_same_features(rows[::-1], rows)


def test_small_features_must_point_the_same_way(rows):
    small = rows * 1e-5  # all within the absolute difference
    with pytest.raises(AssertionError):
        assert_same_features(small[::-1], small)


def test_scores_may_be_of_components_that_point_the_other_way(rows):
    scores = rows[:, :3] * 5
    assert_same_scores(scores * [1, -1, 1] + 0.9 * SCORES, scores)
    for wrong in (scores + 1.1 * SCORES, scores[:, ::-1], scores[::-1], scores * 1.001, np.abs(scores - 15)):
        with pytest.raises(AssertionError):
            assert_same_scores(wrong, scores)


def test_results_of_other_pictures_do_not_match():
    assert [part.tolist() for part in matched({"a": [1], "b": [2]}, {"b": [3], "a": [4]})] == [[[1], [2]], [[4], [3]]]
    with pytest.raises(AssertionError):
        matched({"a": [1]}, {"b": [1]})


def test_waiting_ends_with_the_last_answer(monkeypatch):
    answers = iter(range(9))
    assert waiting.until(lambda: next(answers), lambda answer: answer == 3) == 3
    monkeypatch.setattr(waiting, "PATIENCE", 0)
    with pytest.raises(AssertionError, match="still 5"):
        waiting.until(lambda: 5, lambda answer: answer > 5)


def test_what_takes_long_must_be_in_the_schedule(monkeypatch):
    assert schedule.mistakes({"tests/spark/test_jobs.py": {"spark"}, "tests/x/test_quick.py": {"drawn"}}) == []
    assert schedule.mistakes({"tests/x/test_quick.py": {"drawn", "spark"}}) == [
        "tests/x/test_quick.py uses the fixture spark and is not there"
    ]
    gone = schedule.Group("nothing", 1, ("test_gone.py",))
    monkeypatch.setattr(schedule, "_GROUPS", schedule._GROUPS | {"test_gone.py": gone})
    monkeypatch.setattr(schedule, "_ORDER", [*schedule._ORDER, "test_gone.py"])
    assert schedule.mistakes({}) == ["test_gone.py stands for 0 files"]


def test_the_longest_come_first_and_together():
    assert [group.seconds for group in schedule.SLOW] == sorted((g.seconds for g in schedule.SLOW), reverse=True)
    assert schedule.place("tests/e2e/test_session.py") < schedule.place("tests/spark/test_jobs.py")
    assert schedule.place("tests/spark/test_preprocessing.py") == schedule.place("tests/emulator/test_s3.py")
    assert schedule.unit("tests/e2e/test_session.py") == schedule.unit("tests/e2e/test_teardown.py")
    assert schedule.unit("tests/emulator/test_s3.py") == "tests/emulator/test_s3.py"


def test_the_cells_of_a_fault_go_together():
    file, other = "tests/faults/test_foundation_killed.py", "tests/faults/test_user.py"
    assert schedule.cell_place(file) < schedule.cell_place("tests/spark/faults/test_memory.py")
    assert schedule.cell_place("tests/spark/faults/test_memory.py") < schedule.cell_place(other)
    assert schedule.cell_unit(f"{file}::test_up[power-half]") == schedule.cell_unit(f"{file}::test_plan[power-begun]")
    assert schedule.cell_unit(f"{file}::test_up[power-half]") != schedule.cell_unit(f"{file}::test_up[SIGTERM-half]")
    assert schedule.cell_unit(f"{other}::test_disk[full-status]") == other
