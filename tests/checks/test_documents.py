"""The documentation says what the code says."""

import re

import pytest

import tasks
from checks.documents import architecture, blocks, commands, matrix, pages
from checks.documents.commands import Command
from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.base.places import ROOT

MAKERS = blocks.makers(tasks.namespace)
MONEY = re.compile(r"(\d[\d,.]*\s?(EUR|USD|€|\$)|[€$]\s?\d)")


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_pages_made_blocks_are_as_the_code_makes_them(page):
    assert page.read_text() == pages.rendered(page.read_text(), MAKERS), "./inv check.docs --write"


def test_every_command_that_a_page_shows_exists_with_its_flags():
    assert len(commands.everything()) > 20
    assert [(call.page.name, call.line, why) for call, why in commands.faults(tasks.namespace)] == []


def test_every_link_leads_somewhere():
    assert list(pages.broken_links()) == []


@pytest.mark.parametrize("page", pages.pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_prices_stand_only_where_the_code_puts_them(page):
    assert MONEY.findall(pages.own_words(page.read_text())) == []


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("./inv up --target aws  # a comment", None),
        ("ORCHARD_REGION=eu-west-1 ./inv up run results down", None),
        ("./inv run --mode apples -k 0.95 --csv", None),
        ("./inv run --k 0.95", "No idea what '--k' is!"),
        ("./inv settings | grep region", None),
        ("./inv --help TASK", None),
        ("./inv uup", "No idea what 'uup' is!"),
        ("./inv up --colour red", "No idea what '--colour' is!"),
    ],
)
def test_a_command_is_parsed_as_invoke_does(line, fault):
    assert commands.fault(Command(ROOT, line), tasks.namespace) == fault


def test_a_changed_default_makes_a_page_stale(tmp_path):
    (tmp_path / "docs").mkdir()
    page = tmp_path / "README.md"
    page.write_text("Own words.\n<!-- made: settings -->\n| `core_count` | `3` |\n<!-- end -->\nMore.\n")
    ((found, text),) = pages.stale(MAKERS, tmp_path).items()
    assert found == page
    assert f"| `core_count` | `{Settings.model_fields['core_count'].default}` |" in text
    assert text.startswith("Own words.\n")
    assert text.endswith("<!-- end -->\nMore.\n")


def test_a_block_that_nothing_makes_is_named():
    with pytest.raises(OrchardError, match="nothing makes a block 'weather'"):
        pages.rendered("<!-- made: weather -->\n<!-- end -->", MAKERS)


def test_a_broken_link_is_found(tmp_path):
    (tmp_path / "docs").mkdir()
    (tmp_path / "README.md").write_text("# Top\n[a](#top) [b](docs/none.md) [c](#nowhere) [d](https://example.org)")
    assert [link.to for link in pages.broken_links(tmp_path)] == ["docs/none.md", "#nowhere"]


def test_every_setting_is_explained():
    rows = [line for line in blocks.settings().splitlines()[2:] if line.endswith("|  |")]
    assert rows == []


def test_the_matrix_adds_up():
    criteria = [
        {"studio": 5, "jupyterhub": 1, "prototype": 1, "team": 3},
        {"studio": 2, "jupyterhub": 4, "prototype": 3, "team": 1},
    ]
    assert matrix.totals(criteria, "prototype") == {"studio": 55, "jupyterhub": 65}  # 11 and 13 of 20
    assert matrix.totals(criteria, "team") == {"studio": 85, "jupyterhub": 35}  # 17 and 7 of 20


def test_every_promise_names_a_test_that_exists():
    text = (ROOT / "docs" / "security.md").read_text()
    named = re.findall(r"`((?:tests|terraform)/[\w/.]+)::(\w+)`", text)
    assert len(named) > 15
    missing = [f"{file}::{test}" for file, test in named
               if not re.search(rf'^(def {test}\(|run "{test}" )', (ROOT / file).read_text(), re.M)]  # fmt: skip
    assert missing == []
    written = re.sub(r"<!-- made: .*?<!-- end -->", "", text, flags=re.S)
    rows = [
        line for line in written.splitlines() if line.startswith("| ") and "proved by" not in line and "---" not in line
    ]
    assert [row for row in rows if "::" not in row] == []


def test_the_picture_is_of_this_repository():
    drawn = architecture.pipeline()
    assert all(
        words in drawn for words in ("step: features", "results-features --> step-pca", "data/packed/", "lifetime")
    )


def test_every_package_is_in_the_notice():
    notice = (ROOT / "NOTICE").read_text()
    files = [*(ROOT / "requirements").rglob("*.in"), ROOT / "spark" / "requirements.in"]
    names = [name for file in files for name in re.findall(r"^([a-z0-9-]+)(?:\[\w+\])?==", file.read_text(), re.M)]
    assert len(names) > 30
    assert [name for name in names if not re.search(rf"(?<![\w-]){name}(?![\w-])", notice)] == []
