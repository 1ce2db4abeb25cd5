"""Filling in the notebooks: what is the same, what differs, and whose changes are kept."""

import json
import re
from pathlib import Path

import nbformat
import pytest

from fruits import job
from orchard.base.errors import OrchardError
from orchard.notebooks import rendering
from tests.support.cells import cell

SOURCES = [rendering.STUDIO, rendering.HUB, rendering.RESULTS]
VALUES = {
    "bucket": "one-bucket",
    "region": "eu-west-3",
    "input": "data/packed",
    "run": "20261121T120000-notebook",
    "shown": "",
    "code": "0123456789abcdef",
    "python": "/opt/orchard/python/bin/python3.11",
    "mode": "mini",
    "split": "Training",
    "max_images": "100",
    "k": "0.95",
    "max_error_rate": "0.01",
}


IN_GIT = ["cluster.ipynb", "results.ipynb"]


def source(name: str) -> nbformat.NotebookNode:
    return nbformat.read(rendering.SOURCES / name, as_version=4)


def cells(book: nbformat.NotebookNode) -> str:
    return "\n".join(cell.source for cell in book.cells)


@pytest.mark.parametrize("name", SOURCES)
def test_nothing_is_left_to_fill_in(name):
    book = rendering.render(name, VALUES)
    nbformat.validate(book)
    assert not re.search(r"\{\{|\}\}", cells(book))


@pytest.mark.parametrize("name", SOURCES)
def test_two_buckets_and_regions_differ_in_those_values_only(name):
    one = cells(rendering.render(name, VALUES))
    other = cells(rendering.render(name, VALUES | {"bucket": "the-other", "region": "eu-north-1"}))
    assert one.replace("one-bucket", "the-other").replace("eu-west-3", "eu-north-1") == other
    if name != rendering.RESULTS:
        assert one != other


def test_the_cells_are_code_that_runs():
    code = {cell.id: cell.source for cell in rendering.render(rendering.STUDIO, VALUES).cells}
    assert 'BUCKET, JOBS = "s3://one-bucket", "s3://one-bucket/jobs/0123456789abcdef"' in code["parameters"]
    assert 'MODE, SPLIT, MAX_IMAGES, K = "mini", "Training", 100, 0.95' in code["parameters"]
    assert 'INPUT = f"{BUCKET}/data/packed"' in code["parameters"]
    told = json.loads(code["session"].partition("\n")[2])
    assert told["pyFiles"] == ["s3://one-bucket/jobs/0123456789abcdef/fruits.zip"]


@pytest.mark.parametrize("name", [rendering.STUDIO, rendering.HUB])
def test_a_session_has_the_settings_of_the_jobs(name):
    (session,) = [cell for cell in rendering.render(name, VALUES).cells if cell.id == "session"]
    told = json.loads(session.source.partition("\n")[2])
    assert told["driverMemory"] == "2g", "which the primary node of every instance type has beside a run's driver"
    conf = told["conf"]
    pythons = {key: conf.pop(key) for key in ("spark.pyspark.python", "spark.yarn.appMasterEnv.PYSPARK_PYTHON")}
    assert set(pythons.values()) == {VALUES["python"]}
    assert conf == job.SETTINGS


def test_the_two_flavours_are_one_notebook():
    studio, hub = rendering.render(rendering.STUDIO, VALUES), rendering.render(rendering.HUB, VALUES)

    def common(book: nbformat.NotebookNode) -> list[tuple[str, str]]:
        return [(c.id, c.source) for c in book.cells if not c.id.startswith(("studio-", "hub-"))]

    assert common(studio) == common(hub)
    own = [cell.id for book in (studio, hub) for cell in book.cells if cell.id.startswith(("studio-", "hub-"))]
    assert len(own) == 7


@pytest.mark.parametrize("name", SOURCES)
def test_notebooks_are_short_and_say_why(name):
    book = rendering.render(name, VALUES)
    assert sum(cell.cell_type == "code" for cell in book.cells) <= 12
    for one, before in zip(book.cells[1:], book.cells, strict=False):
        if one.cell_type == "code" and one.id != "cumulative":
            assert before.cell_type == "markdown", f"{one.id} has no why"
            assert before.source.count(".") + before.source.count(":") >= 2, before.id


@pytest.mark.parametrize("name", IN_GIT)
def test_git_has_marks_and_no_outputs(name):
    assert rendering.MARK.search(cells(source(name)))
    for one in source(name).cells:
        if one.cell_type == "code":
            assert not one.outputs
            assert one.execution_count is None


@cell("notebook", area="data", at="`studio`, `connect`: notebooks are filled in", quick=True,
      fault="a cluster's own settings, or a run's name, hold quotes, line breaks, code",
      holds="refused: no value becomes code of a notebook")  # fmt: skip
def test_no_value_becomes_code() -> None:
    for name, value in (
        ("python", '/usr/bin/python"; import os; os.system("touch owned"); "'),
        ("bucket", 'x"\nimport os\n"'),
        ("run", "a\\"),
        ("k", "__import__('os').system('touch owned')"),
        ("input", "data/{__import__('os')}"),
    ):
        with pytest.raises(OrchardError, match="cannot be written into a notebook"):
            rendering.render(rendering.STUDIO, VALUES | {name: value})


def test_an_unknown_mark_is_named(tmp_path, monkeypatch):
    book = source(rendering.RESULTS)
    book.cells[0].source = "{{buket}}"
    nbformat.write(book, tmp_path / "results.ipynb")
    monkeypatch.setattr(rendering, "SOURCES", tmp_path)
    with pytest.raises(OrchardError, match=r"a mark \{\{buket\}\}"):
        rendering.render("results.ipynb", VALUES)


def choose(text: str | None, values: dict[str, str] = VALUES, **how: bool) -> tuple[str, str | None]:
    return rendering.choose(rendering.STUDIO, values, text, **{"force": False, "named": False, **how})


@pytest.fixture
def written() -> str:
    what, text = choose(None)
    assert what == "written"
    assert text is not None
    return text


def changed(text: str) -> str:
    book = nbformat.reads(text, as_version=4)
    book.cells[-1].source += "\nprint('mine')"
    return nbformat.writes(book)


def test_a_second_time_changes_nothing_and_keeps_the_name_of_the_run(written):
    later = VALUES | {"run": "20261122T080000-notebook"}
    assert choose(written, later) == ("unchanged", None)
    what, text = choose(written, later, named=True)
    assert what == "written"
    assert "20261122T080000-notebook" in str(text)


def test_outputs_are_no_changes(written):
    book = nbformat.reads(written, as_version=4)
    code = next(cell for cell in book.cells if cell.cell_type == "code")
    code.outputs = [nbformat.v4.new_output("stream", text="said")]
    assert choose(nbformat.writes(book)) == ("unchanged", None)
    assert choose(nbformat.writes(book), VALUES | {"code": "f" * 16})[0] == "written"


@pytest.mark.parametrize(
    "theirs", ["changed", "", "not a notebook", "[]", '{"cells": [], "nbformat": 4, "metadata": {}}']
)
def test_what_somebody_has_changed_is_kept_unless_forced(written, theirs):
    mine = changed(written) if theirs == "changed" else theirs or "{}"
    assert choose(mine, VALUES | {"code": "f" * 16}) == ("kept", None)
    what, text = choose(mine, force=True)
    assert what == "written"
    assert "mine" not in str(text)


def test_the_pre_commit_hook_strips_outputs_and_keeps_the_ids():
    hooks = (Path(rendering.ROOT) / ".pre-commit-config.yaml").read_text()
    assert "nbstripout --keep-id" in hooks
