"""results.ipynb, executed on a run of the steps."""

import re
import shutil

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbconvert import HTMLExporter

from orchard.notebooks import rendering

from .books import complaints, execute, output


@pytest.fixture(scope="module")
def rendered_results(rendered):
    return rendered.folder / rendering.RESULTS


@pytest.fixture
def explorer(kernels, photographs, monkeypatch):
    monkeypatch.setenv("ORCHARD_DATASET", str(photographs))


@pytest.fixture
def executed(explorer, stepped, rendered_results):
    return execute(rendered_results, rendered_results.parent)


def figures(book) -> dict[str, dict]:
    """The Plotly figures by cell."""
    mime = "application/vnd.plotly.v1+json"
    return {cell.id: part.data[mime] for cell in book.cells for part in cell.get("outputs", []) if mime in part.data}


def test_it_shows_the_run(executed, stepped):
    assert complaints(executed) == []
    shown = figures(executed)
    assert set(shown) == {"scree", "cumulative", "two", "three", "centroids"}
    for name, figure in shown.items():
        axes = figure["layout"].get("scene", figure["layout"])
        for axis in ("xaxis", "yaxis"):
            assert axes[axis]["title"]["text"], f"{name}: {axis}"
    assert len(figures(executed)["three"]["data"]) > 2
    html = HTMLExporter().from_notebook_node(executed)[0]
    assert not re.search(r"\{\{\w+\}\}", html)
    tables = re.sub(r"<[^>]+>", " ", html)
    for words in ("images/s", "mini (a sample)", "Cost", "emulated, cost nothing"):
        assert words in tables, words
    assert html.count("data:image/webp") == 8, "photographs of an image and its seven nearest"
    assert "distance 0.0" in html


def test_without_a_run_it_says_what_to_do(explorer, rendered_results, tmp_path, monkeypatch):
    monkeypatch.setenv("ORCHARD_HOME", str(tmp_path))
    with pytest.raises(CellExecutionError) as failed:
        execute(rendered_results, tmp_path)
    said = str(failed.value)
    assert "error: there is no complete run on this machine" in said
    assert "remedy: ./inv results fetches one; ./inv run makes one" in said
    assert "Traceback" not in said


def test_a_run_that_still_goes_on_is_told_from_a_complete_one(explorer, stepped, home, rendered_results, tmp_path):
    going = home / "data" / "emr_output" / "features" / "29991231T000000-mini"
    going.mkdir(parents=True)
    book = nbformat.read(rendered_results, as_version=4)
    path = tmp_path / "results.ipynb"
    nbformat.write(book, path)
    try:
        with pytest.raises(CellExecutionError, match=r"the run 29991231T000000-mini is not complete on this machine"):
            execute(path, tmp_path, **{'RUN = ""': 'RUN = "29991231T000000-mini"'})
    finally:
        shutil.rmtree(going)
    assert output(book, "run") == ""
