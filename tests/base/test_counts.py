"""Numbers of things in words."""

import pytest

from orchard.base.counts import are, counted, images_a_second


@pytest.mark.parametrize(
    ("number", "word", "said"),
    [
        (1, "component", "1 component"),
        (0, "image", "0 images"),
        (2000, "image", "2,000 images"),
        (3, "class", "3 classes"),
        (1, "address", "1 address"),
    ],
)
def test_a_count_of_one_is_told_as_one(number, word, said):
    assert counted(number, word) == said


def test_the_verb_agrees():
    assert (are(1, "photograph"), are(2, "photograph")) == ("1 photograph is", "2 photographs are")


@pytest.mark.parametrize(
    ("number", "said"), [(1234.6, "1,235 images/s"), (9.96, "10 images/s"), (1.36, "1.4 images/s"), (1, "1 image/s")]
)
def test_a_speed_has_two_figures_that_count(number, said):
    assert images_a_second(number) == said
