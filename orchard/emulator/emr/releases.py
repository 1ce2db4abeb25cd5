"""What a release label stands for: the applications that it has, and the instance types that it runs on.

The labels of a region and the instance types of a label are moto's tables; the applications are in `releases.json`,
with their sources.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS
from moto.utilities.utils import load_resource

NOT_VERIFIED = "not verified"  # stands for a version that no source gives
DEFAULT = ("Hadoop",)  # what a cluster has that asks for no application


@cache
def _table() -> dict[str, Any]:
    return json.loads(Path(__file__).with_name("releases.json").read_text())


@cache
def labels(region: str) -> list[str]:
    """List the labels of a region, newest first within a series."""
    return load_resource(f"emr/resources/release-labels-{region}.json")


def number(label: str) -> tuple[int, ...]:
    """Give the release's number, to compare with: (7, 5, 0) of `emr-7.5.0` and (8, 0, 0) of `emr-spark-8.0.0`."""
    return tuple(int(part) for part in label.rpartition("-")[2].split(".") if part.isdigit())


def applications(label: str) -> dict[str, str] | None:
    """Give the version of each application of a release; None for a series whose applications are not recorded."""
    names = _table()["applications"].get(label.split(".")[0])
    if names is None:
        return None
    versions = _table()["versions"].get(label, {})
    return {name: versions.get(name, NOT_VERIFIED) for name in names}


@dataclass(frozen=True)
class Installed:
    """An application of a cluster, as DescribeCluster shows it."""

    name: str
    version: str


def installed(label: str | None, asked: list[str]) -> list[Installed]:
    """List the applications of a cluster: the names as asked, with their versions."""
    known = {name.lower(): version for name, version in (applications(label or "") or {}).items()}
    return [Installed(name, known.get(name.lower(), NOT_VERIFIED)) for name in asked or DEFAULT]


def unknown(label: str, asked: list[str]) -> str | None:
    """Find the first name that the release does not have; case does not matter (API Reference, RunJobFlow)."""
    known = applications(label)
    if known is None:
        return None
    names = {name.lower() for name in known}
    return next((name for name in asked if name.lower() not in names), None)


@cache
def instance_types(label: str, region: str) -> frozenset[str]:
    """Give the instance types that a release runs on, where the region offers them."""
    offered = {offering["InstanceType"] for offering in INSTANCE_TYPE_OFFERINGS["region"].get(region, [])}
    return frozenset(load_resource(f"emr/resources/instance-types-{label}.json")) & offered


@cache
def _details() -> dict[str, dict[str, Any]]:
    return load_resource("emr/resources/instance_types.json")


def supported(label: str, region: str) -> list[dict[str, Any]]:
    """Describe the instance types of a release as ListSupportedInstanceTypes does."""
    return [found for name, found in _details().items() if name in instance_types(label, region)]


def has(label: str, application: str) -> bool:
    """Tell whether a release has an application, as ListReleaseLabels' filter names it: `spark@3.5.2`, or `spark`."""
    name, _, version = application.lower().partition("@")
    known = {app.lower(): number for app, number in (applications(label) or {}).items()}
    return name in known and known[name].startswith(version)
