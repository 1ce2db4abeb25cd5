"""The cluster's notebooks, executed in the kernel that EMR uses, against a Livy whose sessions really run."""

import json
import re

import nbformat
import pyarrow.parquet as pq
import pytest
import requests
from nbclient import NotebookClient

from orchard.cluster.access import connect
from orchard.notebooks import rendering
from tests.tolerance import assert_same_features, matched
from tests.waiting import until

from .books import complaints, execute, output
from .conftest import IMAGES

FLAVOURS = {"studio": rendering.STUDIO, "hub": rendering.HUB}


@pytest.fixture(scope="module")
def books():
    return {}


@pytest.fixture(params=list(FLAVOURS))
def executed(request, books, rendered, kernels, site):
    """An executed notebook, each flavour once."""
    flavour = request.param
    if flavour not in books:
        path = rendered.folder / FLAVOURS[flavour]
        run = json.loads(path.read_text())["metadata"]["orchard"]["values"]["run"]
        books[flavour] = execute(path, rendered.folder, **{run: f"by-{flavour}"})
    return flavour, books[flavour]


def features(store, run, tmp_path) -> dict[str, list[float]]:
    found = {}
    for key, _ in store.keys(f"data/features/{run}/part-"):
        path = tmp_path / key.rsplit("/", 1)[-1]
        store.s3.download_file(store.name, key, str(path))
        for row in pq.read_table(path).to_pylist():
            found[row["path"]] = row["features"]
    return found


def test_a_notebook_runs_from_top_to_bottom(executed):
    flavour, book = executed
    assert complaints(book) == []
    assert all(cell.execution_count for cell in book.cells if cell.cell_type == "code")
    assert "tensorflow   2.16" in output(book, "environment")
    assert f"{IMAGES} images of 17 classes" in output(book, "images")
    for picture in ("look", "variance"):
        cell = next(c for c in book.cells if c.id == picture)
        assert [part for part in cell.outputs if "image/png" in part.get("data", {})], picture
    if flavour == "studio":
        assert "pyspark" in output(book, "studio-packages")


def test_its_features_are_those_of_the_step(executed, stepped, site, tmp_path):
    flavour, _ = executed
    store = site.bucket()
    for kind in ("features", "pca"):
        mine = store.read_json(f"data/{kind}/by-{flavour}/_manifest.json")
        theirs = store.read_json(f"data/{kind}/{stepped}/_manifest.json")
        assert mine["counts"] == theirs["counts"], kind
        assert mine["code"] == theirs["code"]
    assert theirs["features"]["counts"] == {"read": IMAGES, "featurised": IMAGES, "rejected": 0}
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    mine, theirs = features(store, f"by-{flavour}", tmp_path / "a"), features(store, stepped, tmp_path / "b")
    assert_same_features(*matched(mine, theirs))


def test_it_saves_in_the_layout_of_the_steps(executed, stepped, site):
    flavour, _ = executed

    def layout(run: str) -> set[str]:
        keys = [key for kind in ("features", "pca") for key, _ in site.bucket().keys(f"data/{kind}/{run}/")]
        return {key.replace(run, "RUN").split("part-")[0] for key in keys}

    assert layout(f"by-{flavour}") == layout(stepped)


def sessions(site) -> list[dict]:
    """What Livy has, asked as the kernel asks it."""
    answer = requests.get(f"{connect.livy(site)}/sessions", auth=site.target.livy_login, timeout=60)
    return answer.json()["sessions"]


def test_its_session_ends_with_its_kernel(executed, site):
    # sparkmagic deletes it while the kernel shuts down
    until(lambda: sessions(site) == [])


def test_a_session_that_timed_out_is_made_again_by_its_first_cell(rendered, kernels, site, aws):
    book = nbformat.read(rendered.folder / rendering.HUB, as_version=4)
    cells = {cell.id: cell for cell in book.cells}
    assert "Session '0' not found" in cells["session-why"].source, "the notebook says what to do"
    again = nbformat.v4.new_code_cell("import fruits\nfruits.__name__")
    book.cells = [cells["session"], again]
    client = NotebookClient(book, timeout=600)
    with client.setup_kernel():
        for number, cell in enumerate(book.cells):
            client.execute_cell(cell, number)
        assert output(book, again.id).count("fruits") == 1
        clock, login = f"{aws.endpoint}/_orchard/clock", aws.credentials.login
        requests.post(clock, params={"advance": 3 * 3600}, auth=login, timeout=60).raise_for_status()
        until(lambda: sessions(site) == [])
        client.execute_cell(again, 1)
        assert re.search(r"404.*Session '\d' not found", complaints(book)[0]), complaints(book)
        for number, cell in enumerate(book.cells):
            client.execute_cell(cell, number)
        assert complaints(book) == []
        assert output(book, again.id).count("fruits") == 1
