"""The matrix: a test for each cell, and a stand on which Orchard's own commands are broken off."""

from collections import Counter
from collections.abc import Iterator

import pytest

from orchard.emulator.process import directory
from tests import schedule
from tests.emulator.conftest import QUICK, launch
from tests.faults.account import HOSTILE, Account
from tests.faults.stand import Stand
from tests.waiting import PATIENCE


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Take turns between the tests of a file that says so, fault by fault: each begins where the one before ended."""
    mine = [item for item in items if getattr(getattr(item, "module", None), "TAKES_TURNS", False)]
    places = [number for number, item in enumerate(items) if item in mine]
    seen: Counter[tuple[str, str]] = Counter()
    turn = {}
    for item in mine:
        scope, test = schedule.cell_unit(item.nodeid), item.nodeid.partition("[")[0]
        turn[item] = (scope, seen[scope, test])
        seen[scope, test] += 1
    for place, item in zip(places, sorted(mine, key=turn.__getitem__), strict=True):
        items[place] = item


@pytest.fixture(scope="module")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    """An account of its own for a module's cells, which go from one state of it to the next."""
    made = Stand(tmp_path_factory.mktemp("stand"))
    yield made
    made.close()


@pytest.fixture(scope="session")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    """An account for all cells that need none of Terraform's work, behind a proxy that fails what it is told to."""
    root = tmp_path_factory.mktemp("account") / HOSTILE
    home = directory(root) / "test"
    home.parent.mkdir(parents=True)
    process, port = launch(home, *QUICK)
    made = Account(root, process.pid, port)
    yield made
    made.faulty.close()
    process.terminate()
    process.wait(PATIENCE)


@pytest.fixture
def calm(account: Account) -> Iterator[Account]:
    """The account, with nothing failing before and after the test."""
    account.faulty.clear()
    yield account
    account.faulty.clear()
