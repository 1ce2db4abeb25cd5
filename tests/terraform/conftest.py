import pytest

from checks import terraform_tests


@pytest.fixture(scope="session")
def outcomes():
    """Every module and root, checked once for all tests that look at the result."""
    return {outcome.name: outcome for outcome in terraform_tests.check()}
