"""Nobody becomes more than they are: what is refused to whom, decided with the policies that Terraform makes.

Each row of escalation.toml is decided on as the local AWS does it; and each condition of each policy is taken away
once, so that it is known that a row would have told.
"""

import copy
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from orchard.base.config import EU_REGIONS
from orchard.emulator.permissions.access import Access
from orchard.emulator.permissions.policies import policy, reference
from orchard.emulator.permissions.policies.statement import Kind
from orchard.emulator.permissions.requests import resources
from orchard.permissions import names, published
from tests.terraform import rights
from tests.terraform.rights import ACCOUNT, DEPLOYER, LEVELS, NAMES, OF_AWS, ROLES

TABLE = tomllib.loads(Path(__file__).with_name("escalation.toml").read_text())
GROUPS = {"roles": ROLES, "users": LEVELS, "others": ROLES + LEVELS, "everyone": (*ROLES, *LEVELS, DEPLOYER)}
PARTS = tuple(f"{DEPLOYER}/{part}" for part in published.PARTS)
OUTSIDE = ("eu-west-2", "eu-central-2", "us-east-1", "ap-southeast-2")
# A condition key stands for a tag under several names, as services have them.
TAGGED = ("aws:resourcetag/", "ec2:resourcetag/", "elasticmapreduce:resourcetag/", "iam:resourcetag/")
ASKED = ("aws:requesttag/", "elasticmapreduce:requesttag/")


class Case(NamedTuple):
    """One row for one principal, one action and one resource."""

    row: int
    who: str
    access: Access
    region: str
    verdict: str

    def decided(self, of: rights.Rights) -> str:
        verdict = of.decide(self.who, self.access, self.region)
        return "allowed" if verdict.allowed else "explicit" if "explicit deny" in verdict.reason else "implicit"


def cases() -> Iterator[Case]:
    for number, row in enumerate(TABLE["row"]):
        for who in [one for named in row["who"] for one in GROUPS.get(named, (named,))]:
            told = names.fill(row, NAMES | {"userid": f"AIDA{who}"})
            context = {key.lower(): (value,) for key, value in told.get("with", {}).items()}
            for key, value in told.get("tags", {}).items():
                context |= {f"{stem}{key.lower()}": (value,) for stem in TAGGED}
            for key, value in told.get("asks", {}).items():
                context |= {f"{stem}{key.lower()}": (value,) for stem in ASKED}
            context |= {"aws:tagkeys": tuple(told["asks"])} if "asks" in told else {}
            for action in told["actions"]:
                for resource in told["on"]:
                    asked = Access(action, resource, context)
                    yield Case(number, who, asked, row.get("region", "eu-west-3"), row["verdict"])


CASES = list(cases())


@pytest.fixture(scope="module")
def given(outcomes):
    foundation = outcomes["foundation"]
    assert foundation.passed, foundation.text
    return rights.of(foundation.states[0])


def test_everybody_is_there(given):
    assert set(given.attached) == {*GROUPS["everyone"], *PARTS}
    assert len(given.carried) == len(ROLES) + 3  # two buckets and a key
    assert all(OF_AWS in given.attached[who] or "eu-only" in given.attached[who] for who in GROUPS["others"])


@pytest.mark.parametrize("number", range(len(TABLE["row"])))
def test_row(given, number):
    own = [case for case in CASES if case.row == number]
    assert own
    decided = [(case, case.decided(given)) for case in own]
    assert [(case.who, case.access, told) for case, told in decided if told != case.verdict] == [], TABLE["row"][number]


def test_every_row_is_one_that_somebody_could_ask():
    """A resource that an action is never about would be refused without meaning anything."""
    for case in CASES:
        service = case.access.action.partition(":")[0]
        known = reference.action(case.access.action)
        assert known.name == case.access.action
        kinds = [one.name for one in known.resource_types]
        if case.access.resource == "*":
            assert not any(one.required for one in known.resource_types), case
        else:
            assert any(resources.fits(service, kind, case.access.resource) for kind in kinds), case


def test_every_condition_is_noticed(given):
    """Without it, something would be decided otherwise."""
    taken, missed = 0, set()
    for what, cases_about, less in without_one(given):
        taken += 1
        if all(case.decided(less) == case.decided(given) for case in cases_about):
            missed.add(what)
    assert taken >= 40
    assert missed == set(TABLE.get("unnoticed", {}))


def without_one(of: rights.Rights) -> Iterator[tuple[str, list[Case], rights.Rights]]:
    """Take away each condition key of each statement in turn; AWS's own policy is not ours to change.

    Yields what was taken, the cases that the statement may be about, and what is left.
    """
    for name, document in of.documents.items():
        kind = (
            Kind.TRUST if name.startswith("trust") else Kind.RESOURCE if name in of.carried.values() else Kind.IDENTITY
        )
        holders = {who for who, attached in of.attached.items() if name in attached}
        for place, statement in enumerate(policy.parse(document, name, kind).statements if name != OF_AWS else []):
            about = [
                case
                for case in CASES
                if (case.who in holders or kind is not Kind.IDENTITY) and statement.is_about(case.access.action)
            ]
            for operator, keys in document["Statement"][place].get("Condition", {}).items():
                for key in keys:
                    less = copy.deepcopy(document)
                    del less["Statement"][place]["Condition"][operator][key]
                    documents = {**of.documents, name: less}
                    yield f"{statement.name} {operator} {key}", about, of._replace(documents=documents)


# The EU -------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", [*ROLES, *LEVELS, DEPLOYER, *PARTS])
def test_nobody_acts_outside_the_eu(given, who):
    """Whatever one's policies allow, but for the services that are the same everywhere."""
    elsewhere = {one.partition(":")[0] for one in published.GLOBAL}
    tried = [one for one in given.allowed_actions(who) if one.partition(":")[0] not in elsewhere]
    assert tried
    for action in tried:
        for region in OUTSIDE:
            verdict = given.decide(who, Access(action, "*"), region)
            assert "with an explicit deny" in verdict.reason, (action, region, verdict)


def test_terraform_spares_no_service_that_the_deployers_policies_do_not(given):
    (lock,) = given.documents["eu-only"]["Statement"]
    assert set(lock["NotAction"]) <= set(published.GLOBAL)
    assert lock["Condition"] == {"StringNotEquals": {"aws:RequestedRegion": list(EU_REGIONS)}}


# Whole services ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", [*ROLES, *LEVELS, DEPLOYER])
def test_nobody_may_do_everything(given, who):
    for name in given.attached[who]:
        for statement in policy.parse(given.documents[name], name).statements:
            if statement.allows:
                assert not [one for one in statement.actions if one == "*" or one.endswith(":*")], statement.name


# All that others than the deployer may change in these services, on whatever and under whatever condition.
CHANGES = {
    "iam": {"iam:PassRole", "iam:CreateServiceLinkedRole"},
    "sts": set(),
    "s3": {"s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload"},
    "kms": {
        *("kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey", "kms:GenerateDataKeyWithoutPlaintext"),
        *("kms:ReEncryptFrom", "kms:ReEncryptTo", "kms:CreateGrant"),
    },
}


@pytest.mark.parametrize("service", list(CHANGES))
def test_who_is_not_the_deployer_uses_things_and_does_not_change_them(given, service):
    allowed = {one for who in GROUPS["others"] for one in given.allowed_actions(who)}
    changing = {
        one for one in allowed if one.startswith(f"{service}:") and reference.action(one).level not in ("List", "Read")
    }
    assert changing == CHANGES[service]


def test_no_role_trusts_another_account(given):
    for name in given.carried.values():
        for statement in given.documents[name]["Statement"]:
            if statement["Effect"] == "Allow":
                whom = statement["Principal"]
                assert set(whom) == {"Service"} or whom == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, name
