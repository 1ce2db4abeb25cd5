"""What this machine's states tell of other regions."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchard.aws import target
from orchard.infrastructure import other_regions
from orchard.infrastructure.other_regions import Elsewhere

MANAGED = {"version": 4, "resources": [{"mode": "managed"}]}
EMPTY = {"version": 4, "resources": [{"mode": "data"}]}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return tmp_path / "aws" / "orchard"


def write(folder: Path, file: str, content: object) -> None:
    path = folder / "terraform" / file
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))


def found(project: Path) -> list[Elsewhere]:
    return other_regions.clusters("orchard", SimpleNamespace(state_dir=project / "eu-west-3" / "terraform"), [])


def test_clusters_of_other_regions_are_found_by_their_states(project):
    write(project / "eu-west-3", "cluster.tfstate", MANAGED)  # of this region: EMR is asked
    write(project / "eu-west-1", "cluster.tfstate", MANAGED)
    write(project / "eu-west-1", "foundation.tfstate", MANAGED)
    write(project / "eu-west-1", "cluster.workspaces/hub/cluster.tfstate", MANAGED)
    write(project / "eu-north-1", "cluster.tfstate", EMPTY)  # taken down
    assert found(project) == [Elsewhere("eu-west-1", "default"), Elsewhere("eu-west-1", "hub")]


def test_a_state_that_cannot_be_read_tells_nothing(project):
    write(project / "eu-central-1", "cluster.tfstate", [])
    write(project / "eu-south-1", "cluster.tfstate", {"version": 3, "resources": []})
    write(project / "eu-west-1", "cluster.tfstate", MANAGED)
    assert found(project) == [Elsewhere("eu-west-1", "default")]


def test_another_projects_clusters_are_not_ours(project):
    write(project.parent / "other" / "eu-west-1", "cluster.tfstate", MANAGED)
    assert found(project) == []


def test_what_costs_is_told_of_by_whoever_looks_at_another_target(project, tmp_path):
    write(project / "eu-west-1", "cluster.tfstate", MANAGED)
    charging = target.charging_states("orchard", tmp_path)
    assert charging == [project / "eu-west-1" / "terraform"]
    local = SimpleNamespace(state_dir=tmp_path / "local-aws" / "life" / "orchard" / "eu-west-1" / "terraform")
    for here in (local, None):
        (told,) = other_regions.clusters("orchard", here, charging)
        assert told == Elsewhere("eu-west-1", "default", "aws")
        assert told.look == "ORCHARD_REGION=eu-west-1 ./inv status --target aws"
        assert "may run and cost there" in told.warning
    own = SimpleNamespace(state_dir=project / "eu-west-1" / "terraform")
    assert other_regions.clusters("orchard", own, charging) == []
