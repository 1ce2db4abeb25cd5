"""The French pages say all that the English ones say, as far as that can be counted."""

import pytest

import tasks
from checks.documents import blocks, french, pairs
from checks.documents.pages import pages
from orchard.base.places import ROOT

ENGLISH = """# Fruit
Words, and `./inv up`.

## Apples
- one
- two

| a | b |
| --- | --- |
| `./inv cost` | |

```console
$ ./inv run   # it runs
$ aws s3 ls
It ran.
```

```python
pear = 1
```

<!-- made: prices -->
| made | table |
<!-- end -->
"""
FRENCH = """# Fruits
`./inv up`, et des mots.

## Pommes
- une
- deux

| a | b |
| --- | --- |
| `./inv cost` | |

```console
$ ./inv run   # il tourne
$ aws s3 ls
...
```

```python
pear = 1
```

<!-- made: prices-fr -->
| made | table | other |
<!-- end -->
"""


@pytest.mark.parametrize(("page", "its_french"), list(pairs.pages()), ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_and_its_french_have_the_same_shape(page, its_french):
    assert list(pairs.differences(page.read_text(), its_french.read_text())) == []


def test_every_page_is_in_french_or_said_to_be_in_english_only():
    known = {*pairs.FRENCH, *pairs.FRENCH.values(), *pairs.ENGLISH_ONLY}
    assert {str(page.relative_to(ROOT)) for page in pages()} == known


def test_the_french_readme_leads_to_every_page():
    text = (ROOT / "docs" / "fr" / "README.md").read_text()
    english = [name for name in pairs.ENGLISH_ONLY if f"](../{name.removeprefix('docs/')})" not in text]
    assert english == ["CHANGELOG.md"]
    assert "](../../CHANGELOG.md)" in text
    assert [name for name in pairs.FRENCH.values() if "README" not in name and f"]({name[8:]})" not in text] == []


@pytest.mark.parametrize("name", [*blocks.IN_FRENCH, "failures"])
def test_a_block_in_french_has_no_english_left(name):
    assert french.left(blocks.makers(tasks.namespace)[f"{name}-fr"]()) == []


def test_english_words_are_found_outside_of_code():
    assert french.left("| `./inv up to the end` | reste |\nwhat is left of it") == ["what is left of it"]


@pytest.mark.parametrize(
    ("english", "as_french_writes_it"),
    [
        ("67,692 photos, 0.26 USD", "67\N{NARROW NO-BREAK SPACE}692 photos, 0,26 USD"),
        ("| 3 x m5.2xlarge | 1.669 |", "| 3 x m5.2xlarge | 1,669 |"),
        ("`emr-7.5.0` 2026-09-01", "`emr-7.5.0` 2026-09-01"),
    ],
)
def test_numbers_in_french(english, as_french_writes_it):
    assert french.block(english) == as_french_writes_it


def test_texts_of_one_shape_do_not_differ():
    assert list(pairs.differences(ENGLISH, FRENCH)) == []


@pytest.mark.parametrize(
    ("there", "instead", "told"),
    [
        ("## Pommes\n", "", "other sections"),
        ("## Pommes", "### Pommes", "level"),
        ("- deux\n", "", "items"),
        ("| `./inv cost` | |\n", "", "tables"),
        ("`./inv cost`", "`./inv status`", "shown"),
        ("./inv run ", "./inv run --csv ", "shown"),
        ("```console", "```bash", "fences"),
        ("$ aws s3 ls\n", "", "fences"),
        ("pear = 1", "poire = 1", "fences"),
        ("<!-- made: prices-fr -->", "<!-- made: releases-fr -->", "blocks"),
    ],
)
def test_what_the_french_lacks_is_told(there, instead, told):
    assert FRENCH.count(there) == 1
    assert told in "\n".join(pairs.differences(ENGLISH, FRENCH.replace(there, instead)))


def test_a_section_more_in_english_is_told():
    assert "other sections" in next(pairs.differences(f"{ENGLISH}\n## Pears\n", FRENCH))
