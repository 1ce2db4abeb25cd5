"""What the report computes: against examples whose answer is known without it."""

import numpy as np
import pytest

from orchard.report import analysis


def balls(sizes: list[int], apart: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Balls of standard deviation 1 along an axis, and their names A, B, ..."""
    random = np.random.default_rng(seed)
    code = np.repeat(np.arange(len(sizes)), sizes)
    scores = random.normal(size=(len(code), 3)) + np.array([apart, 0, 0]) * code[:, np.newaxis]
    return scores, np.array(list("ABCDEFGH"))[code]


class TestSeparation:
    def test_far_classes_agree_in_full(self):
        found = analysis.separation(*balls([40, 40, 40], 100))
        assert found.overall == 1
        assert {entry.agreement for entry in found.classes} == {1.0}
        assert all(entry.mixed_with is None for entry in found.classes)
        assert {entry.nearest for entry in found.classes if entry.label in "AC"} == {"B"}

    def test_classes_on_one_spot_agree_by_chance(self):
        scores, labels = balls([400, 100], 0)
        found = analysis.separation(scores, labels)
        assert found.chance == pytest.approx((400 * 399 + 100 * 99) / (500 * 499))
        assert found.overall == pytest.approx(found.chance, abs=0.05)

    def test_it_agrees_with_a_plain_count(self):
        scores, labels = balls([20, 20, 20], 2)
        found = analysis.separation(scores, labels)
        apart = np.linalg.norm(scores[:, np.newaxis] - scores, axis=2)
        np.fill_diagonal(apart, np.inf)
        near = labels[np.argsort(apart, axis=1)[:, : found.neighbours]]
        plain = (near == labels[:, np.newaxis]).mean(1)
        assert found.neighbours == 10
        assert found.overall == pytest.approx(plain.mean())
        for entry in found.classes:
            assert entry.agreement == pytest.approx(plain[labels == entry.label].mean())
            others = near[labels == entry.label]
            name, share = entry.mixed_with
            assert share == pytest.approx((others == name).mean())
            assert share == max((others == other).mean() for other in set("ABC") - {entry.label})

    def test_the_best_come_first(self):
        found = analysis.separation(*balls([30, 30, 30], 2))
        shares = [entry.agreement for entry in found.classes]
        assert shares == sorted(shares, reverse=True)
        assert found.classes[-1].label == "B", "the one between two others"

    def test_small_classes_have_fewer_neighbours_to_ask_for(self):
        assert analysis.separation(*balls([4, 4], 50)).neighbours == 3

    def test_a_class_that_cannot_agree_in_full_is_named_and_left_out(self):
        found = analysis.separation(*balls([40, 40, 6], 50))
        assert found.left_out == ["C"]
        assert {entry.label for entry in found.classes} == {"A", "B"}

    @pytest.mark.parametrize("sizes", [[50], [1, 1, 1, 1]])
    def test_where_it_says_nothing_there_is_none(self, sizes):
        assert analysis.separation(*balls(sizes, 5)) is None

    def test_identical_images_are_not_their_own_neighbours(self):
        scores = np.zeros((30, 2))
        labels = np.array(["A"] * 15 + ["B"] * 15)
        found = analysis.separation(scores, labels)
        assert found.asked == 30
        assert 0 <= found.overall <= 1

    def test_a_sample_of_many_images_gives_nearly_the_same(self):
        scores, labels = balls([500, 500, 500], 2)
        whole, part = analysis.separation(scores, labels), analysis.separation(scores, labels, queries=600)
        assert part.asked == 600
        assert part.overall == pytest.approx(whole.overall, abs=0.03)


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
