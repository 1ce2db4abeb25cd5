"""The matrix: a test for each cell, and a stand on which Orchard's own commands are broken off."""

from collections.abc import Iterator

import pytest

from tests.faults.stand import Stand


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """An account of its own for a module's cells, which go from one state of it to the next."""
    made = Stand(tmp_path_factory.mktemp("stand"))
    yield made
    made.close()
