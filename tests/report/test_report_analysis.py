"""What the report computes: against examples whose answer is known without it."""

import numpy as np
import pytest

from orchard.report import analysis


class TestSample:
    def test_each_class_gives_the_same_share(self):
        labels = np.repeat(["A", "B", "C"], [1000, 500, 100])
        chosen = labels[analysis.sample(labels, 160)]
        assert {name: int((chosen == name).sum()) for name in "ABC"} == {"A": 100, "B": 50, "C": 10}

    def test_small_classes_keep_some(self):
        labels = np.repeat(["A", "B", "C"], [10_000, 8, 2])
        chosen = labels[analysis.sample(labels, 100)]
        assert ((chosen == "B").sum(), (chosen == "C").sum()) == (analysis.LEAST, 2)

    def test_it_is_the_same_each_time_and_without_repeats(self):
        labels = np.repeat(["A", "B"], 500)
        one, two = analysis.sample(labels, 100), analysis.sample(labels, 100)
        assert (one == two).all()
        assert len(set(one)) == len(one) == 100

    def test_few_images_are_all_taken(self):
        assert (analysis.sample(np.array(["A"] * 7), 10) == np.arange(7)).all()


class TestAngles:
    def test_of_one_subspace_in_another_base_they_are_nothing(self):
        base = np.linalg.qr(np.random.default_rng(0).normal(size=(20, 4)))[0]
        turn = np.linalg.qr(np.random.default_rng(1).normal(size=(4, 4)))[0]
        assert analysis.principal_angles(base, base @ turn) == pytest.approx(np.zeros(4), abs=1e-5)

    def test_a_known_turn(self):
        one = np.eye(4)[:, :2]
        other = np.array([[1, 0, 0, 0], [0, np.cos(np.pi / 6), np.sin(np.pi / 6), 0]]).T
        assert analysis.principal_angles(one, other) == pytest.approx([0, 30], abs=1e-6)


def test_components_for():
    spectrum = np.array([0.5, 0.3, 0.15, 0.05])
    assert [analysis.components_for(spectrum, share) for share in (0.5, 0.8, 0.81, 1)] == [1, 2, 3, 4]
    assert analysis.components_for(spectrum[:2], 0.9) is None


class TestFamilies:
    def test_few_classes_stand_for_themselves(self):
        assert analysis.families(["Kiwi", "Apple Red", "Kiwi"], 7) == {"Kiwi": "Kiwi", "Apple Red": "Apple Red"}

    def test_many_are_grouped_by_first_word_and_the_largest_win(self):
        labels = ["Apple Red", "Apple Golden"] * 5 + ["Pear 1", "Pear 2"] * 3 + ["Kiwi"] * 4 + ["Lemon"]
        assert analysis.families(labels, 2) == {
            "Apple Red": "Apple", "Apple Golden": "Apple", "Pear 1": "Pear", "Pear 2": "Pear", "Kiwi": "", "Lemon": "",
        }  # fmt: skip
