"""`./inv similar`: a photograph's nearest ones in a run, by the features that the run itself computes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from report_runs import write

from fruits.known import FEATURES
from orchard.base import config
from orchard.base.errors import OrchardError, UsageError
from orchard.base.places import ROOT
from orchard.commands import runs
from orchard.report import read, similar, similar_page, vectors
from orchard.runs import run_names
from tests.tolerance import assert_same_features

NAME = "20261121T200000-full"
KNOWN = ROOT / "spark" / "fruits" / "known"
PHOTOGRAPH = KNOWN / "photograph.jpg"


@pytest.fixture
def run(tmp_path) -> read.Run:
    write(tmp_path)
    return read.load(NAME, tmp_path)


@pytest.fixture
def settings(weights_file) -> config.Settings:
    return config.load().model_copy(update={"weights": weights_file})


def test_its_features_are_those_that_keras_computes(run, settings):
    assert_same_features(similar.featurise(PHOTOGRAPH, run, settings), np.load(KNOWN / FEATURES))


class TestNearest:
    def test_a_photograph_of_the_run_finds_itself_and_its_class(self, run):
        at = run.paths.index("Test/Kiwi/7_100.jpg")
        (features,) = vectors.of(run, [run.paths[at]])
        found = similar.nearest(run, features, 5)
        assert found[0].path == "Test/Kiwi/7_100.jpg"
        assert found[0].similarity == pytest.approx(1)
        assert similar.verdict(found) == "all 5 nearest are Kiwi"

    def test_it_agrees_with_a_plain_count(self, run):
        features = np.random.default_rng(0).normal(size=64).astype(np.float32)
        whole = vectors.of(run, run.paths)
        cosines = whole @ features / np.linalg.norm(whole, axis=1) / np.linalg.norm(features)
        best = np.argsort(-cosines)[:4]
        found = similar.nearest(run, features, 4)
        assert [match.path for match in found] == [run.paths[at] for at in best]
        assert [match.similarity for match in found] == pytest.approx(cosines[best], abs=1e-6)

    def test_the_verdict_counts(self):
        found = [similar.Match(f"{n}.jpg", label, 0.9) for n, label in enumerate(["Kiwi", "Lemon", "Kiwi"])]
        assert similar.verdict(found) == "2 of the 3 nearest are Kiwi"
        assert similar.verdict(found[:1]) == "the nearest is Kiwi"

    def test_a_run_of_other_features_is_refused(self, run):
        with pytest.raises(UsageError, match="64 features a photograph, and this one 1280"):
            similar.nearest(run, np.zeros(1280, np.float32), 5)


class TestErrors:
    def refused(self, photograph: Path, run: read.Run, settings: config.Settings) -> OrchardError:
        with pytest.raises(OrchardError) as error:
            similar.featurise(photograph, run, settings)
        assert "\n" not in error.value.cause + error.value.remedy
        return error.value

    def test_a_file_that_is_not_there(self, run, settings, tmp_path):
        assert self.refused(tmp_path / "none.jpg", run, settings).cause.endswith("none.jpg is not there")
        assert self.refused(tmp_path, run, settings).cause.endswith("is a directory")

    def test_a_file_that_is_no_photograph(self, run, settings, tmp_path):
        (tmp_path / "page.jpg").write_text("<html>")
        error = self.refused(tmp_path / "page.jpg", run, settings)
        assert (error.exit_code, error.cause.endswith("not a JPEG or PNG image")) == (2, True)
        assert "convert" in error.remedy

    def test_features_that_were_not_fetched(self, run, settings):
        (run.results / "features" / NAME / "part-0.zstd.parquet").unlink()
        error = self.refused(PHOTOGRAPH, run, settings)
        assert f"the features of the run {NAME} are not on this machine" in error.cause
        assert f"./inv results --run-name {NAME}" in error.remedy

    def test_a_run_by_other_weights(self, tmp_path, settings):
        path = write(tmp_path) / "_manifest.json"
        path.write_text(path.read_text().replace("c009b1f1262c", "0123456789ab"))
        assert "other weights (0123456789ab)" in self.refused(PHOTOGRAPH, read.load(NAME, tmp_path), settings).cause


class TestPage:
    MATCHES = (similar.Match("Test/Kiwi/<i>.jpg", "Kiwi", 0.93), similar.Match("Test/Kiwi/2_100.jpg", "Kiwi", 0.9))

    def test_it_has_the_pictures_and_no_need_of_a_network(self, run, tmp_path):
        (tmp_path / "set" / "Test" / "Kiwi").mkdir(parents=True)
        Image.new("RGB", (50, 50), "green").save(tmp_path / "set" / self.MATCHES[1].path)
        matches = [self.MATCHES[1]]
        text = similar_page.write(run, PHOTOGRAPH, matches, tmp_path / "set", tmp_path / "a.html").read_text()
        assert text.count("data:image/webp;base64,") == 2
        assert "The nearest is Kiwi." in text
        assert not re.findall(r"(?:src|href)=[\"'](?!data:image/webp)", text)

    def test_names_cannot_become_markup(self, run, tmp_path):
        text = similar_page.write(run, PHOTOGRAPH, list(self.MATCHES), None, tmp_path / "a.html").read_text()
        assert "<i>" not in text
        assert "&lt;i&gt;.jpg" in text
        assert "are not on this machine" in text

    def test_its_name_is_the_runs_and_the_photographs(self, run):
        assert similar_page.path_for(run, Path("/x/Ma poire (1).jpg")).name == f"{NAME}-similar-Ma-poire-1-.html"


@pytest.mark.parametrize("as_json", [False, True])
def test_the_command_tells_the_nearest_and_writes_the_page(run, monkeypatch, capsys, as_json):
    monkeypatch.setattr(run_names, "RESULTS", run.results)
    (features,) = vectors.of(run, ["Test/Kiwi/7_100.jpg"])
    monkeypatch.setattr(similar, "featurise", lambda *_: features)
    runs.similar.body(None, str(PHOTOGRAPH), count="3", json=as_json)
    said = capsys.readouterr().out
    page = run.results / "reports" / f"{NAME}-similar-photograph.html"
    assert "All 3 nearest are Kiwi." in page.read_text()
    if as_json:
        told = json.loads(said)
        assert (told["run"], told["verdict"], told["page"]) == (NAME, "all 3 nearest are Kiwi", str(page))
        assert told["nearest"][0]["path"] == "Test/Kiwi/7_100.jpg"
    else:
        assert said.splitlines()[-2:] == ["all 3 nearest are Kiwi", str(page)]
        assert "Test/Kiwi/7_100.jpg" in said


def test_the_command_says_what_is_wrong_in_two_lines(tmp_path):
    def said(*words: str) -> list[str]:
        line = [sys.executable, "-m", "invoke", "--search-root", str(ROOT), "similar", *words]
        env = {"ORCHARD_HOME": str(tmp_path), "PATH": os.environ["PATH"]}
        done = subprocess.run(line, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        return done.stderr.splitlines()

    assert said("pear.jpg") == [
        "error: there is no complete run on this machine",
        "remedy: ./inv results fetches one; ./inv run makes one",
    ]
    assert said("pear.jpg", "--count", "none")[0] == "error: --count is 'none'"
