"""Every policy document, expanded: what it allows, to whom, on what."""

import json

import pytest

from orchard.emulator.permissions.policies import policy, reference

# Where a `*` stands, and why nothing narrower would do. A new one needs a line here and a comment beside it.
WIDE_RESOURCES = {
    "AccountAdministersKey": "in a key policy, * is the key itself",
    "AlarmsUseKey": "in a key policy, * is the key itself",
    "DenyOutsideTheEu": "a Deny: the wider the safer",
    "OpenSessions": "Session Manager's channels have no resource type",
    "ReadNetwork": "EC2's Describe actions have no resource types",
    "ListCollaborators": "iam:ListUsers and iam:ListRoles have no resource type",
    "MakeWorkspaces": "there is no workspace yet, and a cluster is optional",
    "StartTaggedClusters": "RunJobFlow has no resource type; limited to tagged ones by a condition",
    "ListAndLinkInStudio": "EMR's List and repository actions have no resource type",
    "FindGitTokens": "secretsmanager:ListSecrets has no resource type",
    "FollowOwnClusterTemplates": "Service Catalog's records have no resource type; limited to one's own by a condition",
}
WIDE_ACTIONS = {
    "AccountAdministersKey": "without its account as administrator a key is lost for ever",
    "DenyPlainHttp": "a Deny: the wider the safer",
}
POLICY_ARGUMENTS = ("policy", "assume_role_policy", "inline_policy")


def resources(module):
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from resources(child)


def listed(value):
    return value if isinstance(value, list) else [value]


@pytest.fixture(scope="module")
def statements(outcomes):
    """(address, statement) of every document in both roots."""
    found = []
    for root in ("foundation", "cluster"):
        assert outcomes[root].passed, outcomes[root].text
        for resource in resources(outcomes[root].states[0]):
            for argument in POLICY_ARGUMENTS:
                text = resource["values"].get(argument)
                if isinstance(text, str) and text.startswith("{"):
                    found += [(resource["address"], s) for s in json.loads(text)["Statement"]]
    return found


def test_all_documents_are_seen(statements):
    addresses = {address for address, _ in statements}
    assert len(addresses) == 16, sorted(addresses)
    assert all(statement.get("Sid") for _, statement in statements)


def test_no_resource_is_wide_without_a_reason(statements):
    wide = {s["Sid"] for _, s in statements if "*" in listed(s.get("Resource", []))}
    assert wide == set(WIDE_RESOURCES)


def test_no_action_is_wide_without_a_reason(statements):
    wide = {s["Sid"] for _, s in statements if any("*" in action for action in listed(s.get("Action", [])))}
    assert wide == set(WIDE_ACTIONS)


def test_only_denials_say_what_they_leave_out(statements):
    assert all(s["Effect"] == "Deny" for _, s in statements if "NotAction" in s or "NotResource" in s)


def test_nobody_is_let_in_from_everywhere(statements):
    for address, statement in statements:
        if statement["Effect"] == "Allow" and "Principal" in statement:
            assert "*" not in json.dumps(statement["Principal"]), address


def test_roles_are_passed_one_by_one_and_to_one_service(statements):
    passing = [s for _, s in statements if s["Effect"] == "Allow" and "iam:PassRole" in listed(s.get("Action", []))]
    assert len(passing) >= 2
    for statement in passing:
        assert statement["Resource"].startswith("arn:aws:iam::123456789012:role/orchard-")
        assert "*" not in statement["Resource"]
        assert statement["Condition"]["StringEquals"]["iam:PassedToService"] in (
            "ec2.amazonaws.com",
            "elasticmapreduce.amazonaws.com",
        )


def test_services_act_for_this_account_only(statements):
    for address, statement in statements:
        if statement.get("Action") == "sts:AssumeRole" and "Service" in statement["Principal"]:
            if statement["Principal"]["Service"] == "ec2.amazonaws.com":
                continue  # an instance is in this account by being an instance of it
            assert statement["Condition"]["StringEquals"]["aws:SourceAccount"] == "123456789012", address


def test_every_role_is_kept_in_the_eu(outcomes):
    found = list(resources(outcomes["foundation"].states[0]))
    roles = {r["values"]["name"] for r in found if r["type"] == "aws_iam_role"}
    kept = {
        r["values"]["role"]
        for r in found
        if r["type"] == "aws_iam_role_policy_attachment" and ".eu_only" in r["address"]
    }
    assert len(roles) == 4
    assert kept == roles


def test_a_cluster_brings_no_role_of_its_own(outcomes):
    """A new role is not known everywhere for some seconds, and the guard must hold from the first."""
    assert not [r["address"] for r in resources(outcomes["cluster"].states[0]) if r["type"].startswith("aws_iam_")]


def test_who_makes_a_workspace_may_do_so_without_a_cluster(statements):
    """What the reference data knows of CreateEditor is a cluster, optional: a resource would deny one without."""
    making = [s for _, s in statements if "elasticmapreduce:CreateEditor" in listed(s.get("Action", []))]
    assert {s["Resource"] for s in making} == {"*"}


def test_spark_history_is_a_clusters(statements):
    """The Service Authorization Reference has a resource type for it: the cluster."""
    reading = [s for _, s in statements if "elasticmapreduce:DescribePersistentAppUI" in listed(s.get("Action", []))]
    assert {s["Resource"] for s in reading} == {"arn:aws:elasticmapreduce:eu-west-3:123456789012:cluster/*"}


def test_the_key_serves_whom_it_must_and_nobody_else(statements):
    """Budgets write e-mails themselves; nothing of theirs passes through the topic that the key encrypts."""
    served = [s["Principal"]["Service"] for _, s in statements if s["Sid"] == "AlarmsUseKey"]
    assert served == ["cloudwatch.amazonaws.com"]


def test_every_action_and_condition_key_is_one_that_aws_has(statements):
    for address, statement in statements:
        elements = ("Sid", "Effect", "Action", "NotAction", "Condition")
        asked = {element: statement[element] for element in elements if element in statement}
        # what a planned resource is called is made up, where it is no ARN
        known = [one for one in listed(statement.get("Resource", "*")) if one.startswith("arn:")] or "*"
        document = {"Version": "2012-10-17", "Statement": [asked | {"Resource": known}]}
        (parsed,) = policy.parse(document, address).statements
        assert not reference.unknown_actions(parsed), parsed.name
        assert not reference.unknown_keys(parsed), parsed.name
