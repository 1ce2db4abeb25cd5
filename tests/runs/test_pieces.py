"""The small parts of the control plane: packaging, run names, data sets, drawing, progress."""

import zipfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image

from orchard.aws import layout
from orchard.base import config, progress
from orchard.base.errors import UsageError
from orchard.photographs import dataset, drawing
from orchard.runs import job_code, run_names


def settings(**flags) -> config.Settings:
    return config.load(**flags)


class TestPackage:
    def test_the_same_code_gives_the_same_bytes(self, tmp_path):
        one, two = job_code.build(tmp_path / "a"), job_code.build(tmp_path / "b")
        assert one.code_hash == two.code_hash
        assert one.file("fruits.zip").read_bytes() == two.file("fruits.zip").read_bytes()

    def test_it_holds_the_package_and_the_entry_points(self, tmp_path):
        built = job_code.build(tmp_path)
        names = zipfile.ZipFile(built.file("fruits.zip")).namelist()
        assert "fruits/featurizer.py" in names
        others = {name for name in names if not name.endswith(".py")}
        assert others == {f"fruits/known/{name}" for name in ("photograph.jpg", "features.npy", "LICENSE")}
        assert {path.name for path in built.files} == {"fruits.zip", *(f"{job}.py" for job in layout.STEPS)}

    def test_other_code_gives_another_name(self, tmp_path, monkeypatch):
        copy = tmp_path / "spark"
        (copy / "fruits").mkdir(parents=True)
        (copy / "fruits" / "a.py").write_text("1")
        for job in layout.STEPS:
            (copy / f"{job}.py").touch()
        monkeypatch.setattr(job_code, "SPARK", copy)
        before = job_code.build(tmp_path).code_hash
        (copy / "fruits" / "a.py").write_text("2")
        assert job_code.build(tmp_path).code_hash != before

    def test_the_data_plane_stands_alone(self):
        for path in job_code.SPARK.rglob("*.py"):
            words = [
                line.split()[1].split(".")[0]
                for line in path.read_text().splitlines()
                if line.startswith(("import ", "from "))
            ]
            assert not {"orchard", "boto3", "invoke", "python_terraform"} & set(words), path

    def test_the_control_plane_imports_no_spark_and_no_tensorflow(self):
        emulator = job_code.ROOT / "orchard" / "emulator"
        apart = {emulator / "livy" / "shell.py", emulator / "steps" / "training.py"}  # programs of the cluster's Python
        for path in sorted(set((job_code.ROOT / "orchard").rglob("*.py")) - apart):
            words = [
                line.split()[1].split(".")[0]
                for line in path.read_text().splitlines()
                if line.lstrip().startswith(("import ", "from "))
            ]
            assert not {"pyspark", "tensorflow", "fruits"} & set(words), path


class TestRuns:
    def test_names_sort_by_time_and_say_the_mode(self):
        assert run_names.new_name("mini").endswith("-mini")
        assert run_names.new_name("mini")[:8].isdigit()
        assert run_names.checked(run_names.new_name("full"))

    @pytest.mark.parametrize("name", ["", "../up", "a b", "-x", "a/b", "x" * 101])
    def test_names_that_would_not_do(self, name):
        with pytest.raises(UsageError, match="cannot be used"):
            run_names.checked(name)


class TestDataset:
    def test_a_named_place_without_photographs(self, tmp_path):
        with pytest.raises(UsageError, match=f"no photographs in {tmp_path}"):
            dataset.find_or_draw(settings(dataset=tmp_path))

    def test_a_named_place(self, drawn):
        assert dataset.find_or_draw(settings(dataset=drawn)) == (drawn.resolve(), 0)

    def test_pictures_are_drawn_where_there_is_nothing(self, tmp_path, monkeypatch):
        monkeypatch.setattr(dataset, "RAW", tmp_path / "raw")
        monkeypatch.setattr(dataset, "DRAWN", tmp_path / "drawn")
        place, count = dataset.find_or_draw(settings())
        assert place == tmp_path / "drawn"
        assert count == len(list(place.rglob("*.jpg"))) == 540

    def test_the_split_that_is_there(self, tmp_path):
        (tmp_path / "Test" / "Kiwi").mkdir(parents=True)
        (tmp_path / "Test" / "Kiwi" / "1.jpg").touch()
        assert dataset.split_of(tmp_path, "Training") == "Test"
        assert dataset.split_of(tmp_path, "Test") == "Test"


class TestPictures:
    def test_they_are_small_jpegs_and_always_the_same(self, drawn, tmp_path):
        drawing.draw(tmp_path, per_class=2)
        path = "Training/Kiwi/1_100.jpg"
        assert (tmp_path / path).read_bytes() == (drawn / path).read_bytes()
        assert Image.open(tmp_path / path).size == (100, 100)

    def test_classes_differ_more_than_pictures_of_one(self, drawn):
        def mean(path: Path) -> np.ndarray:
            return np.asarray(Image.open(path), dtype=float).mean((0, 1))

        kiwi, other_kiwi = (mean(drawn / "Training" / "Kiwi" / f"{i}_100.jpg") for i in (0, 1))
        plum = mean(drawn / "Training" / "Plum" / "0_100.jpg")
        assert np.abs(kiwi - plum).sum() > 3 * np.abs(kiwi - other_kiwi).sum()

    def test_they_lie_on_a_light_table(self, drawn):
        for path in drawn.rglob("0_100.jpg"):
            assert (np.asarray(Image.open(path))[[0, -1], [0, -1]] > 200).all(), path


STATE = {"job": "features", "phase": "features", "done": 50, "total": 100, "images_per_second": 25.0}

SILENT = {"job": "features", "phase": "starting"}


class TestProgress:
    def test_plain_lines_where_there_is_no_terminal(self, capsys):
        with progress.Display("") as display:
            for state in ({}, STATE, STATE | {"done": 60}, {}, {"job": "features", "phase": "complete"}):
                progress.show_job(display, state)  # the same phase comes too soon for another line
        lines = capsys.readouterr().err.splitlines()
        assert lines == ["starting", "features 50/100 images, 25 images/s, about 2 s left", "features: complete"]

    def test_a_line_that_says_nothing_new_says_for_how_long(self, capsys, monkeypatch):
        now = SimpleNamespace(time=0.0)
        monkeypatch.setattr(progress, "time", SimpleNamespace(monotonic=lambda: now.time))
        with progress.Display("") as display:
            for now.time, state in ((0, SILENT), (2, SILENT), (4, SILENT), (5, SILENT), (33, STATE), (44, STATE)):
                progress.show_job(display, state)
        assert capsys.readouterr().err.splitlines() == [
            "features: starting",
            "features: starting, for 4 s now",
            "features 50/100 images, 25 images/s, about 2 s left",
            "features 50/100 images, 25 images/s, about 2 s left, for 11 s now",
        ]

    def test_what_a_job_remarks_is_told_once(self, capsys):
        with progress.Display("") as display:
            for state in (STATE, STATE | {"remark": "a task hangs"}, STATE | {"remark": "a task hangs"}):
                progress.show_job(display, state)
        assert capsys.readouterr().err.splitlines()[1:] == ["a task hangs"]

    def test_a_bar_on_a_terminal(self, monkeypatch, capsys):
        monkeypatch.setenv("FORCE_COLOR", "1")
        monkeypatch.setenv("TERM", "xterm")
        with progress.Display("") as display:
            progress.show_job(display, STATE)
        shown = capsys.readouterr().err
        assert "50/100" in shown
        assert "25 images/s" in shown
