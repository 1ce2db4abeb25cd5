"""The matrix: a test for each cell, and a stand on which Orchard's own commands are broken off."""

from collections.abc import Iterator

import pytest

from tests.faults.stand import Stand


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take turns between the tests of a file that says so: what one of them makes again, the next takes away."""
    mine = {item: _number(item) for item in items if getattr(getattr(item, "module", None), "TAKES_TURNS", False)}
    places = [number for number, item in enumerate(items) if item in mine]
    turns = sorted(mine, key=lambda item: (item.path.name, mine[item]))
    for place, item in zip(places, turns, strict=True):
        items[place] = item


def _number(item: pytest.Item) -> int:
    """Return which of its test's cells it is."""
    given = getattr(item, "callspec", None)
    return given.indices.get("case", 0) if given else 0


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """An account of its own for a module's cells, which go from one state of it to the next."""
    made = Stand(tmp_path_factory.mktemp("stand"))
    yield made
    made.close()
