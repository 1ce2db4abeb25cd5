"""What the page says of the features' worth, and of the run's speed."""

import re

import pytest
from report_runs import write

from orchard.report import facts, page, probe, read

NAME = "20261121T200000-full"


class TestWorth:
    def test_the_probe_its_limits_and_the_mix_ups_are_on_the_page(self, tmp_path):
        write(tmp_path, spread=4)
        html = re.sub(r"\s+", " ", page.render(read.load(NAME, tmp_path)))
        found = probe.of(read.load(NAME, tmp_path))
        assert f"<b>{found.accuracy:.1%}</b> <span>named rightly by a linear probe" in html
        assert "the 4 classes from the 64 features of 96 photographs, and named 24 others that were held out" in html
        assert f"95% confidence: {found.low:.1%} to {found.high:.1%}" in html
        assert "What it does not say" in html
        for title in (
            "The largest mix-ups",
            "Most alike, of two classes",
            "Most wrongly placed",
            "Most alike, of one class",
        ):
            assert title in html
        assert "no picture" not in html, "the photographs are not on this machine, which is said once"
        assert "neighbours are" in html

    def test_the_other_split_is_named(self, tmp_path):
        write(tmp_path)
        write(tmp_path, "other", split="Training")
        html = re.sub(r"\s+", " ", page.render(read.load(NAME, tmp_path)))
        assert "named 120 others of the other split, Training (run other)" in html

    def test_without_enough_to_test_on_it_says_so(self, tmp_path):
        write(tmp_path, sizes={"A": 9, "B": 9})
        assert "No linear probe: it needs two classes, and at least 20 photographs" in page.render(
            read.load(NAME, tmp_path)
        )


@pytest.mark.parametrize(
    ("warm", "value", "note"),
    [
        (None, "247 images/s", "2 cores; both jobs 4 min 48 s"),
        (
            {"after": 7.2, "images_per_second": 310.4},
            "310 images/s",
            "once warm; 2 cores; of the features' 4 min 37 s, 7.2 s were start; both jobs 4 min 48 s",
        ),
    ],
)
def test_the_start_is_told_apart_from_what_lasts(tmp_path, warm, value, note):
    write(tmp_path)
    run = read.load(NAME, tmp_path)
    run.features |= {"warm": warm} if warm else {}
    assert facts.pace(run) == ("Speed", value, note)
