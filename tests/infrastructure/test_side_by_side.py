"""Two projects in a region, and one of them in a second region, all in one account: none touches what another has.

By the real foundation, the real provider and the local AWS. The rules by which objects expire are left out: the
provider waits a minute for them, and they have no name.
"""

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import pytest

from orchard.aws import tags, target
from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.places import ROOT
from orchard.emulator.process import LocalAws
from orchard.infrastructure import account, orphans, roots, state
from orchard.infrastructure.terraform import Terraform
from tests.emulator.conftest import Aws, emulator
from tests.support.fidelity import models

EMR = "for-use-with-amazon-emr-managed-policies"


class Stand(NamedTuple):
    """One project in one region."""

    settings: Settings
    target: Target
    root: Terraform

    def apply(self, *, destroy: bool = False) -> None:
        """Make its foundation, or remove it."""
        variables = roots.foundation_variables(self.settings, self.target, force_destroy=True)
        account.prepare("foundation", self.settings, self.target)
        self.root.init()
        self.root.apply(self.root.plan(variables, destroy=destroy))

    def changes(self) -> bool:
        """Whether Terraform would change anything now."""
        return self.root.plan(roots.foundation_variables(self.settings, self.target, force_destroy=True)).changed


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    yield from emulator(tmp_path_factory.mktemp("emulator") / "home")


@pytest.fixture(scope="module")
def stands(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Stand]:
    copy = tmp_path_factory.mktemp("copy") / "terraform"
    shutil.copytree(ROOT / "terraform", copy, ignore=shutil.ignore_patterns(".terraform", "*_override.tf.json"))
    (copy / "modules" / "bucket" / "lifecycle.tf").unlink()
    local = LocalAws(instance="x", pid=1, port=aws.port, home=aws.home)

    def stand(project: str, region: str) -> Stand:
        settings = Settings(project=project, region=region, monthly_budget=5, alarm_email="ops@example.eu")
        place = target._local(region, local, project)
        root = Terraform("foundation", place.state_dir, place.environment, directory=copy / "foundation")
        return Stand(settings, place, root)

    made = {
        "first": stand("orchard", "eu-west-3"),
        "second": stand("orchard-two", "eu-west-3"),
        "abroad": stand("orchard", "eu-central-1"),
    }
    with ThreadPoolExecutor(len(made)) as pool:
        list(pool.map(Stand.apply, made.values()))
    return made


def found(stand: Stand) -> set[str]:
    """What the search for leftovers finds of a stand."""
    return set(tags.tagged(stand.settings, stand.target))


def tagged_for_emr(stand: Stand) -> bool:
    """Whether EMR may act in the default VPC and all its subnets."""
    ec2 = stand.target.client("ec2")
    (vpc,) = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    subnets = ec2.describe_subnets(Filters=[{"Name": "vpc-id", "Values": [vpc["VpcId"]]}])["Subnets"]
    return all({"Key": EMR, "Value": "true"} in item.get("Tags", []) for item in (vpc, *subnets))


def test_all_stand_beside_one_another(stands):
    names = {name: found(stand) for name, stand in stands.items()}
    assert all(len(some) > 10 for some in names.values())
    assert sorted(names["first"] & names["second"]) == []
    assert sorted(names["first"] & names["abroad"]) == []
    for name, stand in stands.items():
        known = state.known(stand.settings, stand.target).words
        assert orphans.unknown(tags.by_tag(stand.target.client, stand.settings.project), [], [], known) == [], name


@models(
    "IAM's names, and those of budgets, are the whole account's, while the default VPC is everybody's in its region",
    source="IAM User Guide, 'IAM and AWS STS quotas'; AmazonEMRServicePolicy_v2, CreateInTaggedNetwork",
)
def test_one_that_goes_takes_nothing_from_the_others(stands):
    before = {name: found(stand) for name, stand in stands.items()}
    stands["second"].apply(destroy=True)
    assert found(stands["second"]) == set()
    assert {name: found(stands[name]) for name in ("first", "abroad")} == {n: before[n] for n in ("first", "abroad")}
    assert not stands["first"].changes()
    assert all(tagged_for_emr(stand) for stand in stands.values())
