"""What `up` needs on this machine before it makes anything."""

import pytest

from orchard.aws import target
from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.cluster import lifecycle
from orchard.cluster.site import Site
from orchard.emulator.credentials import Credentials
from orchard.emulator.record import LocalAws
from orchard.machine import packages


@pytest.fixture
def local(tmp_path, monkeypatch) -> Site:
    """A site of the local target, whose Terraform must not be asked for; no set can be installed."""

    def refuse(*names: str) -> None:
        if names:
            raise OrchardError(f"no network for {', '.join(names)}", "call again")

    monkeypatch.setattr(packages, "require", refuse)
    monkeypatch.setattr(Site, "root", lambda *_: pytest.fail("Terraform was begun"))
    Credentials.make().write(tmp_path)
    aws = LocalAws(instance="x", pid=1, port=1, home=tmp_path)
    return Site(Settings(target="local"), target._local("eu-west-3", aws))


def test_nothing_is_made_where_jobs_could_not_run(local):
    with pytest.raises(OrchardError, match="no network for jobs"):
        lifecycle.up(local, only=None, confirm=pytest.fail)


def test_clusters_of_aws_need_nothing_here(tmp_path, monkeypatch):
    monkeypatch.setattr(target, "STATE", tmp_path)
    assert target._aws("eu-west-3").packages == ()
