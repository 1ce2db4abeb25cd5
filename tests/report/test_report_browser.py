"""The report in a real browser, without a window: quiet, cut off from any network, usable by mouse and by keyboard."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image
from report_runs import write

from orchard.base.errors import OrchardError
from orchard.base.places import ROOT
from orchard.report import browser, page, read

# A machine of one's own has a Chrome or Chromium, or names one by ORCHARD_BROWSER.
pytestmark = pytest.mark.skipif(browser.find() is None, reason="no Chrome or Chromium (set ORCHARD_BROWSER to one)")

NAME = "20261121T200000-full"
CLASSES = ["Apple Golden", "Apple Red", "Kiwi", "Lemon", "Pear 1", "Pear 2", "Plum", "Tomato 1", "Tomato 2"]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report of two runs over nine classes, with a photograph for each image."""
    home = tmp_path_factory.mktemp("report")
    results = home / "data" / "emr_output"
    sizes = dict.fromkeys(CLASSES, 20)
    write(results, NAME, sizes)
    write(results, "other", sizes, seed=3)
    for number, label in enumerate(CLASSES):
        (home / "photographs" / "Test" / label).mkdir(parents=True)
        for image in range(20):
            colour = (25 * number, 200 - 20 * number, 60)
            Image.new("RGB", (50, 50), colour).save(home / "photographs" / "Test" / label / f"{image}_100.jpg")
    run, other = read.load(NAME, results), read.load("other", results)
    return page.write(run, other, home / "photographs", home / "report.html")


@pytest.fixture(scope="module")
def opened(report) -> Iterator:
    """The open page, and what it has logged as an error or asked a network for."""
    wrong: list[str] = []
    with browser.launch() as chrome:
        context = chrome.new_context(viewport={"width": 1280, "height": 900}, offline=True)
        context.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
        context.on("weberror", lambda error: wrong.append(str(error.error)))
        context.on("request", lambda asked: wrong.append(asked.url) if asked.url.startswith(("http", "ws")) else None)
        yield browser.open_report(context, report), wrong


@pytest.fixture
def shown(opened) -> Iterator:
    """The page as it was when it was opened; what goes wrong on it fails the test."""
    page_, wrong = opened
    page_.set_viewport_size({"width": 1280, "height": 900})
    page_.locator("#flat").click()
    page_.locator("#axis-0").select_option("0")
    page_.locator("#search").fill("")
    if page_.get_by_text("Show all").count():
        page_.get_by_text("Show all").click()
    yield page_
    assert wrong == []


def points(shown) -> int:
    return shown.evaluate("document.getElementById('plot').data.reduce((sum, trace) => sum + trace.x.length, 0)")


def names(shown) -> list[str]:
    return shown.evaluate("document.getElementById('plot').data.map((trace) => trace.name)")


def test_all_is_drawn_without_an_error_or_a_request(shown):
    assert points(shown) == 180
    for chart in ("scree", "cumulative", "confusion", "overlay", "angles"):
        assert shown.locator(f"#{chart} svg.main-svg").count() > 0
    assert shown.locator("#preview").count() == 0


def test_photographs_stand_beside_what_is_said_of_them(shown):
    cards = shown.locator("#worth .pairs li")
    assert cards.count() >= 6
    assert cards.locator(".large").count() == 2 * cards.count()
    first = cards.first.locator(".large").first
    assert "data:image/webp" in first.evaluate("(piece) => getComputedStyle(piece).backgroundImage")
    label = first.get_attribute("aria-label")
    assert label in CLASSES
    assert cards.first.locator(".side b").first.inner_text() == label


def test_hover_shows_the_photograph_and_its_class(shown):
    box = shown.locator("#plot").bounding_box()
    label, x, y = shown.evaluate(
        """() => {
          const { data, _fullLayout: { xaxis, yaxis } } = document.getElementById("plot");
          const at = data.flatMap((trace) => Array.from(trace.x, (x, i) => [
            trace.name, xaxis.l2p(x) + xaxis._offset, yaxis.l2p(trace.y[i]) + yaxis._offset]));
          const room = (p) => Math.min(...at.filter((q) => q !== p).map((q) => Math.hypot(p[1] - q[1], p[2] - q[2])));
          return at.reduce((best, p) => (room(p) > room(best) ? p : best));
        }"""
    )  # the point that is farthest from all others, so that no other one is meant
    shown.mouse.move(box["x"] + x - 3, box["y"] + y)
    shown.mouse.move(box["x"] + x, box["y"] + y)
    card = shown.locator("#hover")
    card.wait_for(state="visible")
    assert card.locator("b").inner_text().startswith(label.removesuffix(" *"))
    assert re.search(r"Test/.*/\d+_100\.jpg", card.inner_text())
    assert "data:image/webp" in card.locator(".photo").evaluate("(piece) => getComputedStyle(piece).backgroundImage")


def test_the_search_narrows_the_list_and_the_map(shown):
    shown.locator("#search").fill("tomato")
    assert shown.locator("#list button").count() == 2
    assert "2 of 9 classes match" in shown.locator("#said").inner_text()
    assert names(shown) == ["others", "matches “tomato”"]
    assert shown.evaluate("document.getElementById('plot').data[1].x.length") == 40
    assert points(shown) == 180, "the others are pale, not gone"


def test_classes_are_chosen_by_keyboard(shown):
    shown.locator("#search").focus()
    shown.keyboard.type("kiwi")
    shown.keyboard.press("Enter")
    shown.keyboard.press("Escape")
    shown.locator("#list button[data-name='Plum']").focus()
    shown.keyboard.press("Space")
    assert names(shown) == ["others", "Kiwi", "Plum"]
    assert shown.evaluate("document.activeElement.dataset.name") == "Plum", "the focus stays"
    assert shown.locator("#list button[aria-pressed=true]").all_inner_texts()[0].startswith("Kiwi")
    assert "20 images" in shown.locator("#detail").inner_text()
    assert shown.locator("#detail .photo").count() == 5


def test_no_more_classes_at_a_time_than_there_are_colours(shown):
    for name in CLASSES[:8]:
        shown.locator(f"#list button[data-name='{name}']").click()
    assert names(shown) == ["others", *CLASSES[1:8]]
    assert "7 at a time: Apple Golden was let go" in shown.locator("#said").inner_text()


def test_other_axes_and_three_dimensions(shown):
    shown.locator("#axis-0").select_option("3")
    assert "component 4" in shown.evaluate("document.getElementById('plot').layout.xaxis.title.text")
    shown.locator("#deep").click()
    shown.wait_for_selector("#plot .gl-container canvas")
    assert set(shown.evaluate("document.getElementById('plot').data.map((trace) => trace.type)")) == {"scatter3d"}
    assert points(shown) == 180
    shown.locator("#flat").click()
    assert "scatter3d" not in shown.evaluate("document.getElementById('plot').data.map((trace) => trace.type)")


@pytest.mark.parametrize(("width", "theme"), [(360, "light"), (360, "dark"), (768, "light"), (1280, "dark")])
def test_nothing_is_wider_than_the_window(shown, width, theme):
    shown.emulate_media(color_scheme=theme)
    shown.set_viewport_size({"width": width, "height": 800})
    shown.wait_for_function("document.documentElement.scrollWidth <= innerWidth")
    small = shown.evaluate(
        """() => [...document.querySelectorAll("main *")]
          .filter((node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim()))
          .filter((node) => !node.closest("svg") && parseFloat(getComputedStyle(node).fontSize) < 12)
          .map((node) => node.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_the_theme_follows_the_system_until_it_is_chosen(shown):
    ground = "getComputedStyle(document.body).backgroundColor"
    shown.emulate_media(color_scheme="light")
    light = shown.evaluate(ground)
    shown.emulate_media(color_scheme="dark")
    dark = shown.evaluate(ground)
    assert light != dark
    shown.locator("#theme").click()
    assert shown.evaluate(ground) == light
    ink = shown.evaluate("document.getElementById('scree').layout.font.color")
    assert ink == shown.evaluate("getComputedStyle(document.body).color"), "the charts follow"


def test_every_control_has_a_name_and_every_heading_its_place(shown):
    nameless = shown.evaluate(
        """() => [...document.querySelectorAll("button, select, input")]
          .filter((node) => !node.textContent.trim() && !node.labels?.length && !node.ariaLabel)
          .map((node) => node.outerHTML.slice(0, 80))"""
    )
    assert nameless == []
    levels = [int(tag[1]) for tag in shown.evaluate("[...document.querySelectorAll('h1,h2,h3')].map((h) => h.tagName)")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_without_webgl_the_flat_map_is_there(opened, report):
    plain = opened[0].context.new_page()
    plain.add_init_script(
        """const real = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
          return kind.includes("webgl") ? null : real.call(this, kind, ...rest);
        };"""
    )
    browser.show_report(plain, report)
    assert points(plain) == 180
    assert set(plain.evaluate("document.getElementById('plot').data.map((trace) => trace.type)")) == {"scatter"}
    assert plain.locator("#deep").is_disabled()
    plain.close()


def test_the_command_writes_pictures_of_all_figures(report):
    home = report.parent
    line = [
        sys.executable,
        "-m",
        "invoke",
        "--search-root",
        str(ROOT),
        "report",
        "--run-name",
        NAME,
        "--compare",
        "other",
        "--png",
    ]
    where = {"ORCHARD_HOME": str(home), "ORCHARD_DATASET": str(home / "photographs")}
    done = subprocess.run(line, env=os.environ | where, capture_output=True, text=True, check=True)
    page_file, *pictures = [Path(name) for name in done.stdout.splitlines()]
    assert page_file == home / "data" / "emr_output" / "reports" / f"{NAME}.html"
    charts = ["scree", "cumulative", "classes", "confusion", "overlay", "angles"]
    assert [path.stem for path in pictures] == ["map", *charts, "map-3d"]
    for path in pictures:
        picture = Image.open(path)
        assert min(picture.size) > 300
        assert len(picture.convert("RGB").getcolors(1 << 24)) > 20, f"{path.name} is blank"


def test_without_a_browser_the_remedy_is_said(monkeypatch, tmp_path):
    monkeypatch.setenv("ORCHARD_BROWSER", str(tmp_path / "chrome"))
    with pytest.raises(OrchardError) as error:
        browser.find()
    assert "ORCHARD_BROWSER" in error.value.cause
