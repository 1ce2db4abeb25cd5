"""The page: one file, complete, small, honest, safe."""

import base64
import gzip
import json
import re
import subprocess
import sys
from functools import partial
from itertools import combinations
from typing import ClassVar

import numpy as np
import pytest
from PIL import Image
from report_runs import COST, record, write

from orchard.base import local_records
from orchard.base.errors import OrchardError, UsageError
from orchard.report import figures, neighbourhoods, page, points, read, thumbnails
from tests.support.cells import cell
from tests.support.french import english
from tests.support.hostile import HOSTILE, STEERS

NAME = "20261121T200000-full"


def data_of(html: str) -> dict:
    packed = re.search(r'id="data">([^<]+)<', html).group(1)
    return json.loads(gzip.decompress(base64.b64decode(packed)))


@pytest.fixture
def photographs(tmp_path):
    """Pictures for the first 20 images of each class of the usual run."""
    root = tmp_path / "photographs"
    for label in ("Apple Red", "Apple Golden", "Kiwi", "Lemon"):
        (root / "Test" / label).mkdir(parents=True)
        for number in range(20):
            Image.new("RGB", (100, 80), (number * 10, 90, 30)).save(root / "Test" / label / f"{number}_100.jpg")
    return root


def test_the_full_set_fits_in_five_megabytes(tmp_path, monkeypatch):
    monkeypatch.setattr(  # a page is no larger for more
        neighbourhoods, "look", partial(neighbourhoods.look, queries=1_000)
    )
    sizes = {f"Fruit {number % 40} {number}": 516 + (number < 96) for number in range(131)}
    assert sum(sizes.values()) == 67_692
    write(tmp_path, sizes=sizes, k=50)
    run = read.load(NAME, tmp_path)
    sheet_at_its_largest = page.SHEET * 4 // 3
    html = page.render(run)
    assert len(html.encode()) + sheet_at_its_largest < page.LARGEST
    assert "of the 67,692 images are shown" in html
    assert re.search(r"1,0\d\d photographs, a sample of every class, were asked .* among all 67,692", html)
    data = data_of(html)
    assert len(data["paths"]) == len(data["class_of"]) == pytest.approx(points.SHOWN, rel=0.03)
    assert {data["class_of"].count(number) for number in range(131)} <= {38, 37, 39}


def test_the_numbers_are_on_the_page(tmp_path):
    write(tmp_path, record=record(emulated=True, cost=COST), rejected=[("Test/Kiwi/x.jpg", "not an image")])
    html = page.render(read.load(NAME, tmp_path))
    for text in (
        "120 photographs of 4 classes became 64 features each",
        "247 images/s",
        "1 rejected of 121 read",
        "2 ignored: hidden",
        "not an image",
        "Test/Kiwi/x.jpg",
        "the same time on AWS would cost 0.077 USD",
        "j-ABC",
        "4 min 48 s",
        "k = 10",
        "All 120 images are shown.",
    ):
        assert text in html, text
    assert "Compared with" not in html


def test_of_each_reason_some_of_the_rejected_are_named(tmp_path):
    write(tmp_path, rejected=[(f"Test/Kiwi/{number}.jpg", "truncated") for number in range(7)])
    html = page.render(read.load(NAME, tmp_path))
    assert 'Test/Kiwi/4.jpg …</small></th><td class="n">7</td>' in html
    assert "Test/Kiwi/5.jpg" not in html


def test_scores_come_back_from_their_packing(tmp_path):
    write(tmp_path, k=12)
    run = read.load(NAME, tmp_path)
    data = data_of(page.render(run))
    steps = np.frombuffer(base64.b64decode(data["scores"]), "<u2").reshape(len(data["paths"]), data["axes"])
    assert data["axes"] == 10
    assert np.array(data["low"]) + steps * np.array(data["step"]) == pytest.approx(run.scores[:, :10], abs=1e-3)
    assert [data["classes"][kind]["name"] for kind in data["class_of"]] == run.labels.tolist()


def test_two_runs_side_by_side(tmp_path):
    write(tmp_path)
    write(tmp_path, "other", k=3, seed=5)
    html = page.render(read.load(NAME, tmp_path), read.load("other", tmp_path))
    assert "Compared with run other" in html
    assert set(data_of(html)["charts"]) == {"scree", "cumulative", "confusion", "overlay", "angles"}
    row = re.search(r'<tr class="differs"><th scope="row">Components kept</th><td>(\d+)</td><td>(\d+)</td>', html)
    assert row.groups() == ("5", "3")
    assert '<tr><th scope="row">Images featurised' in html, "the same in both, so not marked"


def test_a_run_without_a_model_is_compared_as_far_as_it_goes(tmp_path):
    write(tmp_path)
    next((write(tmp_path, "other") / "model" / "data").glob("*.parquet")).unlink()
    html = page.render(read.load(NAME, tmp_path), read.load("other", tmp_path))
    assert "subspaces are not compared" in html
    assert "angles" not in data_of(html)["charts"]


@pytest.mark.parametrize("k", [1, 2])
def test_few_components_will_do(tmp_path, k):
    write(tmp_path, k=k)
    assert data_of(page.render(read.load(NAME, tmp_path)))["axes"] == k


def test_one_image_a_class_has_no_agreement(tmp_path):
    write(tmp_path, sizes={"A": 1, "B": 1, "C": 1, "D": 1})
    html = page.render(read.load(NAME, tmp_path))
    assert "Not computed: k-nearest-neighbour agreement" in html


@cell("markup", area="data", at="`report`", quick=True,
      fault="classes, photographs and reasons have markup, quotes, ends of scripts, turned directions, templates",
      holds="the page shows them as text, and runs nothing of them")  # fmt: skip
def test_names_from_the_data_set_cannot_become_markup(tmp_path):
    bad = "<img src=x onerror=alert(1)>"
    classes = (
        "<i>Kiwi",
        "Lemon & lime",
        "</script><script>alert(2)</script>",
        '" onclick="alert(3)',
        "{{ 7 * 191 }}",
    )
    odd = [HOSTILE[name] for name in ("rtl", "colour", "separator", "quotes", "long")]
    write(tmp_path, sizes=dict.fromkeys([*classes, *odd], 12), rejected=[("Test/Kiwi/x.jpg", bad), (bad, "empty file")])
    html = page.render(read.load(NAME, tmp_path))
    assert bad not in html
    assert "<i>Kiwi" not in html
    assert "&lt;i&gt;Kiwi" in html
    assert "<script>alert" not in html
    assert '" onclick="alert' not in html
    assert str(7 * 191) not in re.sub(r"<script.*?</script>|<style.*?</style>|base64,\S+", "", html, flags=re.S)
    assert "Kiwi\\u202egpj.exe" in html
    assert not set(html) & set(STEERS)
    html.encode()


@cell("pictures", area="data", at="`report`", quick=True,
      fault="a run's table names photographs outside the data set (`../`, `/`)",
      holds="no other picture of this machine gets into the page")  # fmt: skip
def test_no_other_picture_gets_into_the_page(tmp_path):
    inside, secret = tmp_path / "set" / "Test" / "Kiwi" / "1.png", tmp_path / "secret.png"
    inside.parent.mkdir(parents=True)
    for path in (inside, secret):
        Image.new("RGB", (8, 8), "red").save(path)
    named = ["Test/Kiwi/1.png", "../secret.png", str(secret), "Test/../../secret.png"]
    assert thumbnails.sheet(tmp_path / "set", named, 1_000_000).cells == [0, -1, -1, -1]


def test_the_page_forbids_itself_the_network(tmp_path):
    write(tmp_path)
    html = page.render(read.load(NAME, tmp_path))
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html).group(1)
    assert "default-src 'none'" in policy
    assert "http" not in policy
    text = re.sub(r'<script type="text/plain".*?</script>', "", html, flags=re.S)
    assert not re.findall(r"(?:src|href)=[\"'](?!#)", text)


class TestThumbnails:
    def test_missing_photographs_leave_holes_and_are_counted(self, tmp_path, photographs):
        write(tmp_path)
        html = page.render(read.load(NAME, tmp_path), dataset=photographs)
        data = data_of(html)
        assert data["cells"].count(-1) == 40
        assert sorted(cell for cell in data["cells"] if cell >= 0) == list(range(80))
        assert "40 of the 120 photographs are missing here." in html

    def test_each_piece_is_its_photograph(self, photographs):
        paths = [f"Test/Kiwi/{number}_100.jpg" for number in range(7)]
        sheet = thumbnails.sheet(photographs, paths, 100_000)
        (photographs / "sheet.webp").write_bytes(sheet.image)
        picture = Image.open(photographs / "sheet.webp").convert("RGB")
        for number, one in enumerate(sheet.cells):
            at = (one % sheet.columns * sheet.size + 24, one // sheet.columns * sheet.size + 24)
            assert picture.getpixel(at) == pytest.approx((number * 10, 90, 30), abs=12)

    def test_the_quality_gives_way_to_the_size(self, photographs):
        noise = np.random.default_rng(0).integers(0, 255, (48, 48, 3), dtype=np.uint8)
        Image.fromarray(noise).save(photographs / "Test" / "noise.png")
        best = len(thumbnails.sheet(photographs, ["Test/noise.png"], 100_000).image)
        assert len(thumbnails.sheet(photographs, ["Test/noise.png"], best - 1).image) < best
        assert thumbnails.sheet(photographs, ["Test/noise.png"], 10) is None

    def test_unreadable_ones_are_passed_over(self, photographs):
        (photographs / "Test" / "bad.jpg").write_bytes(b"\xff\xd8 no picture")
        assert thumbnails.sheet(photographs, ["Test/bad.jpg", "Test/Kiwi/1_100.jpg"], 100_000).cells == [-1, 0]
        assert thumbnails.sheet(photographs, ["Test/bad.jpg"], 100_000) is None

    def test_the_root_must_have_most_of_them(self, tmp_path, photographs):
        paths = [f"Test/Kiwi/{number}_100.jpg" for number in range(20)]
        assert thumbnails.find_root(paths, photographs, str(tmp_path)) == photographs
        assert thumbnails.find_root(paths, tmp_path, photographs.as_uri()) == photographs
        assert thumbnails.find_root([f"Training/{path}" for path in paths], photographs, "") is None

    def test_they_are_found_in_a_layout_of_their_own(self, tmp_path):
        (tmp_path / "val" / "Apple" / "Red 1").mkdir(parents=True)
        Image.new("RGB", (9, 9)).save(tmp_path / "val" / "Apple" / "Red 1" / "1.png")
        root = thumbnails.find_root(["Test/Apple Red 1/1.png"], tmp_path, "s3://bucket/data/packed")
        assert thumbnails.sheet(root, ["Test/Apple Red 1/1.png", "Test/Apple Red 1/2.png"], 10_000).cells == [0, -1]

    def test_what_was_uploaded_is_looked_at_unless_another_is_named(self, tmp_path, photographs, monkeypatch):
        paths = [f"Test/Kiwi/{number}_100.jpg" for number in range(20)]
        monkeypatch.setattr(local_records, "datasets", lambda: [tmp_path / "gone", photographs])
        assert thumbnails.find_root(paths, None, "s3://bucket/data/packed") == photographs
        assert thumbnails.find_root(paths, tmp_path / "nowhere", "s3://bucket/data/packed") is None

    def test_without_photographs_the_page_says_so(self, tmp_path):
        write(tmp_path)
        html = page.render(read.load(NAME, tmp_path), dataset=tmp_path / "nowhere")
        assert "Without pictures: the photographs are not on this machine" in html
        assert data_of(html)["sheet"] is None


class TestColours:
    # Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB; and normal sight.
    SIGHTS: ClassVar = {
        "normal": np.eye(3),
        "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
        "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
        "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
    }

    @staticmethod
    def linear(colour: str) -> np.ndarray:
        value = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
        return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)

    @classmethod
    def contrast(cls, one: str, other: str) -> float:
        low, high = sorted(float(cls.linear(colour) @ [0.2126, 0.7152, 0.0722]) for colour in (one, other))
        return (high + 0.05) / (low + 0.05)

    @classmethod
    def lab(cls, colour: str, sight: str) -> np.ndarray:
        seen = np.clip(np.asarray(cls.SIGHTS[sight]) @ cls.linear(colour), 0, 1)
        to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
        f = to_xyz @ seen / [0.9505, 1, 1.089]
        x, y, z = np.where(f > 0.008856, np.cbrt(f), 7.787 * f + 16 / 116)
        return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_points_stand_out_from_the_background(self, theme):
        for colour in figures.PALETTE[theme]:
            assert self.contrast(colour, self.inks(theme)["card"]) >= 3, colour

    @pytest.mark.parametrize("sight", SIGHTS)
    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_they_can_be_told_apart(self, theme, sight):
        for one, other in combinations(figures.PALETTE[theme], 2):
            assert np.linalg.norm(self.lab(one, sight) - self.lab(other, sight)) >= 15, (one, other)

    def test_each_has_a_shape_of_its_own(self):
        assert len(set(figures.SYMBOLS)) == len(figures.SYMBOLS) == len(figures.PALETTE["light"])

    @staticmethod
    def inks(theme: str) -> dict[str, str]:
        """The colours of the page by what they are for."""
        style = (page.HERE / "page" / "theme.css").read_text()
        pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", style)
        return {name: light if theme == "light" else dark for name, light, dark in pairs}

    @pytest.mark.parametrize("theme", ["light", "dark"])
    def test_text_is_legible(self, theme):
        inks = self.inks(theme)
        for ink, ground in [
            *((ink, ground) for ink in ("ink", "soft", "accent", "warn") for ground in ("page", "card", "tint")),
            ("on-accent", "accent"),
        ]:
            assert self.contrast(inks[ink], inks[ground]) >= 4.5, (ink, ground)


class TestFile:
    def test_it_is_written_where_asked(self, tmp_path):
        write(tmp_path)
        run = read.load(NAME, tmp_path)
        path = page.write(run, None, None, page.path_for(run, str(tmp_path / "new" / "a.html")))
        assert path.read_text().startswith("<!doctype html>")
        assert [entry.name for entry in path.parent.iterdir()] == ["a.html"]

    def test_another_kind_of_file_is_refused(self, tmp_path):
        write(tmp_path)
        with pytest.raises(UsageError):
            page.path_for(read.load(NAME, tmp_path), str(tmp_path))

    def test_a_place_that_cannot_be_written(self, tmp_path):
        write(tmp_path)
        (tmp_path / "file").write_text("")
        with pytest.raises(OrchardError, match="cannot be written"):
            page.write(read.load(NAME, tmp_path), None, None, tmp_path / "file" / "a.html")


def test_the_command_fails_in_two_lines(tmp_path):
    line = [sys.executable, "-m", "invoke", "--search-root", str(page.HERE.parent.parent), "report"]
    done = subprocess.run(
        line, env={"ORCHARD_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "error: there is no complete run on this machine",
        "remedy: ./inv results fetches one; ./inv run makes one",
    ]


def test_a_run_is_not_compared_with_itself(tmp_path):
    write(tmp_path / "data" / "emr_output")
    line = [sys.executable, "-m", "invoke", "--search-root", str(page.HERE.parent.parent), "report", "--compare", NAME]
    done = subprocess.run(
        line, env={"ORCHARD_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "compared with itself" in done.stderr


def test_the_page_is_told_in_french(tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHARD_LANG", "fr")
    parts = {"emulated": True, "cost": COST}
    write(tmp_path, record=record(**parts), rejected=[("Test/Kiwi/x.jpg", "empty file")])
    write(tmp_path, "other", seed=3)
    html = page.render(read.load(NAME, tmp_path), read.load("other", tmp_path))
    assert '<html lang="fr">' in html
    charts = data_of(html)["charts"].values()
    titles = [chart["layout"][axis]["title"]["text"] for chart in charts for axis in ("xaxis", "yaxis")]
    told = re.sub(r"<style>.*?</style>|<script.*?</script>", "", html, flags=re.S)
    assert english(told + "\n".join(titles)) == []
    assert "120 photos de 4 classes ont donné chacune 64 caractéristiques" in told
    assert "0,077\u202fUSD" in told or "0,077 USD" in told
    scripts = re.findall(r'<script type="module">(.*?)</script>', html, re.S)
    assert "`composante ${axis + 1} (${percent(data.explained[axis])} de la variance)`" in scripts[0]
    assert "tr`" not in scripts[0]
