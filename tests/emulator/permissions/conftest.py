"""An account in this process: moto's tables, empty before and after."""

from collections.abc import Iterator

import pytest
from moto import mock_aws


@pytest.fixture
def account() -> Iterator[None]:
    """Clients without an endpoint of their own fill moto's tables, which permissions look at."""
    with mock_aws():
        yield
