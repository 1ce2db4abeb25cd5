"""The pages are made ready for the site. `./inv check.site` builds it, and looks at every link and heading."""

from pathlib import Path, PurePosixPath

import pytest

from checks.documents.pages import pages
from checks.site.hooks import _anchor
from checks.site.stage import place, stage
from orchard.base.places import ROOT

README = """# Top
[guide](docs/guide.md#first) [picture](docs/a.png) [roots](terraform) [`code`](settings.toml) [out](https://example.org)

`[not](a.link)`
<!-- made: nothing -->
```mermaid
a --> b[(c)]
```
"""
STAGED = """# Top
[guide](guide.md#first) [picture](a.png) [roots](source/terraform/index.md) [`code`](source/settings.toml.md) \
[out](https://example.org)

`[not](a.link)`

```mermaid
a --> b[(c)]
```

<script src="mermaid.js"></script>
"""


@pytest.mark.parametrize(
    ("name", "placed"),
    [
        ("README.md", "index.md"),
        ("docs/guide.md", "guide.md"),
        ("docs/fr/README.md", "fr/index.md"),
        ("docs/report.png", "report.png"),
        ("docs/comparison.toml", "source/docs/comparison.toml.md"),
        ("terraform/README.md", "source/terraform/index.md"),
        ("NOTICE", "source/NOTICE.md"),
    ],
)
def test_every_file_has_a_place(name, placed):
    assert place(Path(name)) == PurePosixPath(placed)


def test_links_lead_to_where_their_files_are_placed(tmp_path):
    root, to = tmp_path / "root", tmp_path / "to"
    for name, text in (
        ("README.md", README),
        ("docs/guide.md", "# First\n[up](../README.md)\n"),
        ("docs/a.png", "a picture"),
        ("docs/fr/README.md", "# Oui ?\n`a ; b` ; « oui »\n"),
        ("terraform/README.md", "# Roots\n[modules](modules)\n"),
        ("terraform/modules/README.md", "# Modules\n"),
        ("settings.toml", "a = 1"),
    ):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    stage(to, root)
    assert (to / "index.md").read_text() == STAGED
    assert (to / "guide.md").read_text() == "# First\n[up](index.md)\n"
    assert (to / "fr/index.md").read_text().replace("\N{NO-BREAK SPACE}", "~") == "# Oui~?\n`a ; b`~; «~oui~»\n"
    assert (to / "source/settings.toml.md").read_text() == "# settings.toml\n\n````toml\na = 1\n````\n"
    assert (to / "source/terraform/modules/index.md").exists()


def test_every_page_is_in_the_menu():
    menu = (ROOT / "checks" / "site" / "mkdocs.yml").read_text().split("\nnav:\n")[1]
    listed = {line.rpartition(": ")[2] for line in menu.splitlines() if line.endswith(".md")}
    assert listed == {str(place(page.relative_to(ROOT))) for page in pages()}


def test_headings_have_the_anchors_that_github_gives_them():
    assert _anchor("Avant\N{NO-BREAK SPACE}: les régions", "-") == "avant--les-régions"
    assert _anchor("What stays after `down`, à la fin?", "-") == "what-stays-after-down-à-la-fin"
