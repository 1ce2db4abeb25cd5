"""The published policies: whole, known to IAM, as narrow as they can be, and short enough."""

import json
import re

import pytest

from orchard.aws import layout
from orchard.base.config import EU_REGIONS, Settings
from orchard.base.places import ROOT
from orchard.permissions import names, published
from tests.support import authorization_reference

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:eu-west-3:{ACCOUNT}:key/one"
ALL = {"state_bucket": "states", "disk_key": KEY, "studio_users": {"ann": "basic"}}
LONGEST = {"project": "p" * 22, "bucket": "b" * 51, "region": "eu-central-1", "state_bucket": "s" * 51}

ALLOWED = [
    (name, statement)
    for name in published.PARTS
    for statement in published.part(name, Settings(**ALL), ACCOUNT).statements
    if statement.body["Effect"] == "Allow"
]
each = pytest.mark.parametrize(
    "statement", [statement for _, statement in ALLOWED], ids=[f"{name}-{s.body['Sid']}" for name, s in ALLOWED]
)


@each
def test_the_reference_knows_every_action_with_its_resources_and_conditions(statement):
    assert authorization_reference.faults(statement.body) == []


def test_the_reference_finds_what_is_wrong():
    def faults(action, resource, key):
        body = {"Action": [action], "Resource": [resource], "Condition": {"StringEquals": {key: "x"}}}
        return authorization_reference.faults(body)

    vpc = f"arn:aws:ec2:eu-west-3:{ACCOUNT}:vpc/*"
    assert faults("ec2:CreateVpc", vpc, "aws:RequestTag/Project") == []
    assert faults("ec2:CreateVpcs", vpc, "aws:TagKeys") == [
        "there is no action ec2:CreateVpcs",
        f"no action is about {vpc}",
    ]
    assert "ec2:CreateVpc is not about ['*']" in faults("ec2:CreateVpc", "*", "aws:RequestTag/Project")
    assert faults("ec2:CreateVpc", vpc, "kms:ViaService") == ["ec2:CreateVpc has no kms:ViaService"]


@each
def test_a_wide_resource_has_a_reason_or_a_condition(statement):
    wide = [one for one in statement.body["Resource"] if "*" in one]
    assert not wide or statement.why or "Condition" in statement.body
    assert "*" not in wide or statement.why


@each
def test_no_action_is_wide(statement):
    assert not [action for action in statement.body["Action"] if "*" in action]


@pytest.mark.parametrize("given", [{}, ALL, LONGEST | {"studio_users": {"ann": "basic"}}], ids=["least", "all", "long"])
def test_iam_takes_every_document(given):
    rendered = published.documents(Settings(**given), ACCOUNT)
    assert list(rendered) == list(published.PARTS)
    documents = [document for several in rendered.values() for document in several]
    assert max(published.size(document) for document in documents) <= published.MOST_CHARACTERS == 6144
    assert len(documents) <= 10  # managed policies that a user may have (IAM User Guide, "IAM and AWS STS quotas")
    for document in documents:
        sids = [statement["Sid"] for statement in document["Statement"]]
        assert len(sids) == len(set(sids))
        assert all(re.fullmatch(r"[A-Za-z0-9]+", sid) for sid in sids)


def test_statements_come_out_whole_and_in_order():
    whole = published.part("foundation", Settings(**ALL), ACCOUNT)
    split = published.split(whole)
    assert len(split) > 1
    assert [body for document in split for body in document["Statement"]] == [s.body for s in whole.statements]


def test_names_are_filled_in():
    key = KEY.replace("eu-west-3", "eu-north-1")
    text = json.dumps(
        published.documents(Settings(project="pears", region="eu-north-1", **ALL | {"disk_key": key}), ACCOUNT)
    )
    assert not re.search(r"(?<!\$)\{[a-z_]+\}", text)
    assert "orchard" not in text.replace("/orchard/pears/", "")  # where `up` keeps states, whatever the project
    assert "eu-west-3" not in text.replace(json.dumps(list(EU_REGIONS)), "")
    assert f"arn:aws:s3:::pears-{ACCOUNT}-eu-north-1/" in text
    assert f"arn:aws:iam::{ACCOUNT}:role/pears-eu-north-1-emr-node" in text
    assert "arn:aws:s3:::mine/" in json.dumps(published.documents(Settings(bucket="mine"), ACCOUNT))


def test_braces_that_stand_for_nothing_are_refused():
    with pytest.raises(KeyError, match="buckett"):
        names.fill(["{buckett}"], names.of(Settings(), ACCOUNT))


def test_what_the_settings_do_not_have_is_left_out():
    sids = {s.body["Sid"] for s in published.part("foundation", Settings(), ACCOUNT).statements}
    more = {s.body["Sid"] for s in published.part("foundation", Settings(**ALL), ACCOUNT).statements}
    assert more - sids == {"FindState", "KeepState", "MakeGroups", "AttachToGroups", "ReadGroupsOfUsers"}


def test_every_part_stays_in_the_eu():
    for name in published.PARTS:
        last = published.part(name, Settings(), ACCOUNT).statements[-1].body
        assert (last["Effect"], last["Resource"]) == ("Deny", "*")
        assert last["Condition"] == {"StringNotEquals": {"aws:RequestedRegion": list(EU_REGIONS)}}


def test_data_is_written_where_the_layout_has_it():
    """What this machine writes to the bucket; results and logs are the cluster's."""
    (written,) = [s for _, s in ALLOWED if s.body["Sid"] == "WriteData"]
    prefixes = (layout.RAW, layout.PACKED, layout.RECORDS, layout.CODE, layout.NOTEBOOKS, layout.JUPYTER)
    bucket = f"arn:aws:s3:::orchard-{ACCOUNT}-eu-west-3"
    assert written.body["Resource"] == [f"{bucket}/{prefix}*" for prefix in prefixes]


def test_looking_changes_nothing():
    reads = re.compile(r"\w+:(Get|List|Describe|View|Simulate)\w*|kms:Decrypt")
    actions = [action for name, s in ALLOWED if name == "look" for action in s.body["Action"]]
    assert [action for action in actions if not reads.fullmatch(action)] == []


# Who acts with these must not become more by them ------------------------------------------------------------------
def _allowing(pattern: str) -> list[dict]:
    return [s.body for _, s in ALLOWED if any(re.match(pattern, action) for action in s.body["Action"])]


def test_nobody_writes_the_policies_of_users_or_their_own():
    people = re.compile(r"iam:(?!Get|List|Simulate)\w*(User|AccessKey|LoginProfile|MFADevice|Boundary)\w*")
    changed = {action for _, s in ALLOWED for action in s.body["Action"] if people.fullmatch(action)}
    assert changed == {"iam:AddUserToGroup", "iam:RemoveUserFromGroup"}  # the Studio's groups, by name
    own = {f"arn:aws:iam::{ACCOUNT}:policy/{name}" for name in published.managed_policies(Settings(**ALL), ACCOUNT)}
    written = {one for body in _allowing(r"iam:(Create|Put|Delete|Set)\w+") for one in body["Resource"]}
    assert written
    assert not [one for one in written if one in own or "*" in one or ":user/" in one]


def test_only_policies_of_the_project_and_emrs_own_are_attached():
    attaching = _allowing(r"iam:Attach\w+Policy")
    assert len(attaching) == 2
    for body in attaching:
        for arn in body["Condition"]["ArnEquals"]["iam:PolicyARN"]:
            assert re.fullmatch(rf"arn:aws:iam::{ACCOUNT}:policy/orchard-eu-west-3-(eu-only|studio-\w+)", arn) or (
                arn == "arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2"
            )


def test_roles_are_passed_one_by_one_and_to_one_service():
    passing = _allowing("iam:PassRole")
    assert {body["Resource"][0].rpartition("/")[2].removeprefix("orchard-eu-west-3-") for body in passing} == {
        *("emr-service", "emr-node", "studio-service", "end-of-life")
    }
    for body in passing:
        assert body["Action"] == ["iam:PassRole"]
        assert len(body["Resource"]) == 1
        assert re.fullmatch(r"\w+\.amazonaws\.com", body["Condition"]["StringEquals"]["iam:PassedToService"])


def test_keys_are_lent_to_spot_alone():
    lending = _allowing("kms:CreateGrant")
    assert len(lending) == 2
    for body in lending:
        assert body["Action"] == ["kms:CreateGrant"]
        assert body["Condition"]["StringEquals"]["kms:GranteePrincipal"].endswith("/AWSServiceRoleForEC2Spot")


def test_roles_are_named_as_terraform_names_them():
    told = "".join(file.read_text() for file in (ROOT / "terraform" / "modules" / "iam").glob("*.tf"))
    named = set(re.findall(r'"\$\{local\.prefix\}-([a-z-]+?)-?(?:\$\{each\.key\})?"', told))
    rendered = json.dumps([s.body for _, s in ALLOWED])
    assert named == {"emr-service", "emr-node", "studio-service", "end-of-life", "eu-only", "studio"}
    assert [name for name in named if f"orchard-eu-west-3-{name}" not in rendered] == []
