"""An account to look into."""

import pytest
from moto import mock_aws

from orchard.aws import tags, target
from orchard.base.config import Settings
from orchard.doctor.finding import Setup


@pytest.fixture
def aws(tmp_path, monkeypatch):
    """An account of moto's, in this process."""
    monkeypatch.setattr(target, "STATE", tmp_path)
    monkeypatch.setattr(tags, "_studios", lambda *_: iter(()))  # moto alone has no Studios
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL"):
        monkeypatch.delenv(name, raising=False)

    def setup(**settings) -> Setup:
        chosen = Settings(target="aws", **settings)
        return Setup(chosen, target.connect(chosen))

    with mock_aws():
        yield setup
