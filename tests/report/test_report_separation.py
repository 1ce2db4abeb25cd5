"""Neighbours in PCA space and what is said of them: against examples whose answer is known without it."""

import numpy as np
import pytest

from orchard.report import alike, neighbourhoods, separation


def balls(sizes: list[int], apart: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Balls of standard deviation 1 along an axis, and their names A, B, ..."""
    random = np.random.default_rng(seed)
    code = np.repeat(np.arange(len(sizes)), sizes)
    scores = random.normal(size=(len(code), 3)) + np.array([apart, 0, 0]) * code[:, np.newaxis]
    return scores, np.array(list("ABCDEFGH"))[code]


def separated(scores: np.ndarray, labels: np.ndarray, queries: int = 20_000) -> separation.Separation:
    return separation.compute(scores, labels, neighbourhoods.look(scores, labels, queries))


class TestSeparation:
    def test_far_classes_agree_in_full(self):
        found = separated(*balls([40, 40, 40], 100))
        assert found.overall == 1
        assert {entry.agreement for entry in found.classes} == {1.0}
        assert all(entry.mixed_with is None for entry in found.classes)
        assert {entry.nearest for entry in found.classes if entry.label in "AC"} == {"B"}

    def test_classes_on_one_spot_agree_by_chance(self):
        scores, labels = balls([400, 100], 0)
        found = separated(scores, labels)
        assert found.chance == pytest.approx((400 * 399 + 100 * 99) / (500 * 499))
        assert found.overall == pytest.approx(found.chance, abs=0.05)

    def test_it_agrees_with_a_plain_count(self):
        scores, labels = balls([20, 20, 20], 2)
        found = separated(scores, labels)
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
        found = separated(*balls([30, 30, 30], 2))
        shares = [entry.agreement for entry in found.classes]
        assert shares == sorted(shares, reverse=True)
        assert found.classes[-1].label == "B", "the one between two others"

    def test_small_classes_have_fewer_neighbours_to_ask_for(self):
        assert separated(*balls([4, 4], 50)).neighbours == 3

    def test_a_class_that_cannot_agree_in_full_is_named_and_left_out(self):
        found = separated(*balls([40, 40, 6], 50))
        assert found.left_out == ["C"]
        assert {entry.label for entry in found.classes} == {"A", "B"}

    @pytest.mark.parametrize("sizes", [[50], [1, 1, 1, 1]])
    def test_where_it_says_nothing_there_is_none(self, sizes):
        assert neighbourhoods.look(*balls(sizes, 5)) is None

    def test_identical_images_are_not_their_own_neighbours(self):
        scores = np.zeros((30, 2))
        labels = np.array(["A"] * 15 + ["B"] * 15)
        found = separated(scores, labels)
        assert found.asked == 30
        assert 0 <= found.overall <= 1

    def test_a_sample_of_many_images_gives_nearly_the_same(self):
        scores, labels = balls([500, 500, 500], 2)
        whole, part = separated(scores, labels), separated(scores, labels, queries=600)
        assert part.asked == 600
        assert part.overall == pytest.approx(whole.overall, abs=0.03)

    def test_the_confusion_is_the_agreement_and_what_it_lacks(self):
        found = separated(*balls([20, 20, 20], 2))
        assert found.names == ["A", "B", "C"]
        assert found.confusion.sum(1) == pytest.approx(np.ones(3))
        for entry in found.classes:
            assert found.confusion[found.names.index(entry.label), found.names.index(entry.label)] == entry.agreement


class TestPairs:
    # A: 0, 1, 5 and one at 100, among B: 100.5, 101.5, 103.5, 107.
    PLACES = np.array([0, 1, 5, 100, 100.5, 101.5, 103.5, 107.0])[:, np.newaxis]
    CODE = np.array([0, 0, 0, 0, 1, 1, 1, 1])

    @pytest.fixture
    def found(self):
        return neighbourhoods.look(self.PLACES, np.array(["A", "B"])[self.CODE])

    def test_the_closest_of_each_class_and_of_two_classes(self, found):
        assert found.near.shape == (8, 3)
        near = alike.closest(found, self.CODE, 5, same=True)
        assert [({pair.one, pair.other}, pair.distance) for pair in near] == [({0, 1}, 1), ({4, 5}, 1)]
        (across,) = alike.closest(found, self.CODE, 5, same=False)
        assert ({across.one, across.other}, across.distance) == ({3, 4}, 0.5)

    def test_no_more_than_asked_for(self, found):
        assert len(alike.closest(found, self.CODE, 1, same=True)) == 1

    def test_the_one_among_the_others_is_misplaced(self, found):
        assert alike.misplaced(found, self.CODE, 5) == [(3, 4, 1.0)]
        assert alike.count_misplaced(found, self.CODE) == 1

    def test_classes_far_apart_have_none(self):
        scores, labels = balls([20, 20], 100)
        found, code = neighbourhoods.look(scores, labels), np.repeat([0, 1], 20)
        assert alike.closest(found, code, 5, same=False) == []
        assert alike.misplaced(found, code, 5) == []
