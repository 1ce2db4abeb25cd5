"""A local AWS for the tests of any project: `pytest_plugins = ["orchard.emulator.pytest_plugin"]`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.config import Config

from orchard.emulator import exports, process, session
from orchard.emulator.credentials import Credentials
from orchard.emulator.record import LocalAws


@dataclass(frozen=True)
class Local:
    """A local AWS that runs.

    Attributes:
        running: its process and its files.
        region: that its clients name.
    """

    running: LocalAws
    region: str = "eu-west-3"

    @property
    def endpoint(self) -> str:
        """The URL that stands for every AWS endpoint."""
        return self.running.endpoint

    @property
    def credentials(self) -> Credentials:
        """The only access key that it takes."""
        return self.running.credentials

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment for the process of another client, which then acts here."""
        return exports.environment(exports.variables(self.endpoint, self.running.home, self.region))

    def client(self, service: str, **kwargs: Any) -> Any:
        """Make a boto3 client, whatever profile and variables the user has; `kwargs` as for boto3."""
        given = {"region_name": self.region, "endpoint_url": self.endpoint, "config": Config(proxies={})}
        return session.isolated(self.credentials).client(service, **given | kwargs)


@pytest.fixture(scope="session")
def local_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """Serve an AWS on this machine, empty at first, one for all tests of a process."""
    root = tmp_path_factory.mktemp("local-aws")
    yield Local(process.start(root))
    process.stop(root)
