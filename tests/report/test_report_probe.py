"""The linear probe: what it learns from, what it is tested on, and what it says of that."""

import json

import numpy as np
import pytest
from report_runs import write

from orchard.base.errors import OrchardError
from orchard.report import probe, read, vectors

NAME = "20261121T200000-full"


def balls(apart: float, seed: int = 0) -> probe.Told:
    random = np.random.default_rng(seed)
    labels = np.repeat(["A", "B", "C"], [60, 30, 30])
    values = random.normal(size=(120, 8)) + apart * np.repeat(np.eye(8)[:3], [60, 30, 30], axis=0)
    return probe.Told(values.astype(np.float32), labels)


class TestJudge:
    def test_what_a_line_can_tell_apart_is_named_rightly(self):
        found = probe.judge(balls(50), balls(50, seed=1))
        assert (found.accuracy, found.high, found.hardest) == (1, 1, [])
        assert found.low == pytest.approx(0.969, abs=1e-3), "Wilson's interval of 120 of 120"
        assert (found.baseline, found.classes, found.learned, found.tested) == (0.5, 3, 120, 120)

    def test_where_there_is_nothing_to_tell_it_is_no_better_than_guessing(self):
        found = probe.judge(balls(0), balls(0, seed=1))
        assert found.accuracy == pytest.approx(found.baseline, abs=0.15)
        assert found.low < found.accuracy < found.high

    def test_the_hardest_classes_come_first_with_what_they_are_taken_for(self):
        learn, test = balls(50), balls(50, seed=1)
        labels = test.labels.copy()
        labels[:30] = "B"  # half of A are called B, wrongly
        ((label, share, instead),) = probe.judge(learn, probe.Told(test.values, labels)).hardest
        assert (label, share, instead) == ("B", 0.5, "A")


class TestHeldOut:
    def test_the_last_fifth_of_each_class_by_the_numbers_in_the_names(self):
        paths = [f"Test/{label}/{number}_100.jpg" for label in "AB" for number in range(12)]
        order = np.random.default_rng(0).permutation(24)
        mixed = [paths[at] for at in order]
        held = probe.held_out(mixed, np.array([path.split("/")[1] for path in mixed]))
        assert sorted(np.array(mixed)[held]) == sorted(f"Test/{x}/{n}_100.jpg" for x in "AB" for n in (9, 10, 11))

    def test_a_class_of_one_is_not_tested(self):
        assert not probe.held_out(["Test/A/1.jpg"], np.array(["A"])).any()


class TestOfARun:
    def test_a_fifth_of_the_run_is_tested(self, tmp_path):
        write(tmp_path, spread=0.1)
        found = probe.of(read.load(NAME, tmp_path))
        assert (found.space, found.columns, found.learned, found.tested) == ("features", 64, 96, 24)
        assert found.accuracy == 1
        assert found.elsewhere is None

    def test_without_features_it_takes_the_scores(self, tmp_path):
        write(tmp_path)
        (tmp_path / "features" / NAME / "part-0.zstd.parquet").unlink()
        found = probe.of(read.load(NAME, tmp_path))
        assert (found.space, found.columns) == ("components", 5)

    def test_a_run_of_the_other_split_is_tested_instead(self, tmp_path):
        write(tmp_path)
        write(tmp_path, "20261120T000000-full", split="Training", sizes=dict.fromkeys(["Apple Red", "Kiwi", "Fig"], 30))
        found = probe.of(read.load(NAME, tmp_path))
        assert found.elsewhere.name == "20261120T000000-full"
        assert (found.classes, found.learned, found.tested) == (2, 60, 60), "of the classes that both have"

    @pytest.mark.parametrize(("name", "value"), [("split", "Test"), ("exif_transpose", True), ("weights", "others")])
    def test_a_run_that_was_computed_otherwise_is_not(self, tmp_path, name, value):
        write(tmp_path)
        path = write(tmp_path, "other", split="Training") / "_manifest.json"
        manifest = json.loads(path.read_text())
        manifest["features"]["parameters"][name] = value
        path.write_text(json.dumps(manifest))
        assert probe.of(read.load(NAME, tmp_path)).elsewhere is None

    @pytest.mark.parametrize("sizes", [{"A": 200}, {"A": 9, "B": 9}])
    def test_where_it_could_not_say_anything_there_is_none(self, tmp_path, sizes):
        write(tmp_path, sizes=sizes)
        assert probe.of(read.load(NAME, tmp_path)) is None


class TestVectors:
    def test_they_are_in_the_order_asked_for(self, tmp_path):
        write(tmp_path)
        run = read.load(NAME, tmp_path)
        whole = vectors.of(run, run.paths)
        assert (vectors.of(run, [run.paths[7], run.paths[3]]) == whole[[7, 3]]).all()

    def test_features_of_other_images_are_refused(self, tmp_path):
        write(tmp_path)
        run = read.load(NAME, tmp_path)
        with pytest.raises(OrchardError, match="it lacks 1 images of the scores"):
            vectors.of(run, [run.paths[0], "Test/Kiwi/none.jpg"])

    def test_a_damaged_part_is_named(self, tmp_path):
        write(tmp_path)
        part = tmp_path / "features" / NAME / "part-0.zstd.parquet"
        part.write_bytes(b"PAR1 no table")
        with pytest.raises(OrchardError, match=r"part-0\.zstd\.parquet cannot be used"):
            vectors.of(read.load(NAME, tmp_path), [])
