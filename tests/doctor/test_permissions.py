"""What `doctor` says of permissions, by what IAM's simulation answers."""

import json
import re

import pytest
from botocore.awsrequest import AWSResponse
from botocore.stub import Stubber

from orchard.doctor import run
from orchard.doctor.permissions import permissions

ACCOUNT = "123456789012"
USER = f"arn:aws:iam::{ACCOUNT}:user/people/ann"
TRUST = {"Version": "2012-10-17", "Statement": []}


class Simulation:
    """Answers SimulatePrincipalPolicy: what `deny` says of an action and a resource is denied."""

    def __init__(self, setup, arn: str, deny=lambda action, resource: False, refuse: str = "") -> None:
        self.asked: list[dict[str, str]] = []
        self.deny, self.refuse = deny, refuse
        self.sts = Stubber(setup.client("sts"))
        self.sts.add_response("get_caller_identity", {"Account": ACCOUNT, "Arn": arn, "UserId": "AIDA"})
        self.sts.activate()
        setup.client("iam").meta.events.register("before-call.iam.SimulatePrincipalPolicy", self.answer)

    def answer(self, params, **_):
        body = params["body"]
        self.asked.append(body)
        if self.refuse:
            error = {"Error": {"Code": self.refuse, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": 403}}
            return AWSResponse("", 403, {}, None), error
        arns = _members(body, "ResourceArns") or ["*"]
        results = [self._result(action, arns) for action in _members(body, "ActionNames")]
        return AWSResponse("", 200, {}, None), {"EvaluationResults": results, "IsTruncated": False}

    def _result(self, action, arns):
        word = {True: "implicitDeny", False: "allowed"}
        each = [{"EvalResourceName": arn, "EvalResourceDecision": word[self.deny(action, arn)]} for arn in arns]
        both = any(self.deny(action, arn) for arn in arns)
        return {"EvalActionName": action, "EvalDecision": word[both]} | (
            {"ResourceSpecificResults": each} if len(each) > 1 else {"EvalResourceName": arns[0]}
        )

    def contexts(self, action):
        """Return what was said of the request, for each time that the action was asked about."""
        bodies = [body for body in self.asked if action in _members(body, "ActionNames")]
        keys = [_members(body, "ContextEntries", "ContextKeyName") for body in bodies]
        values = [_members(body, "ContextEntries", r"ContextKeyValues\.member\.1") for body in bodies]
        return [dict(zip(*pair, strict=True)) for pair in zip(keys, values, strict=True)]


def _members(body, name, field=""):
    pattern = re.compile(rf"{name}\.member\.(\d+)" + (rf"\.{field}" if field else ""))
    found = {int(match[1]): value for key, value in body.items() if (match := pattern.fullmatch(key))}
    return [found[number] for number in sorted(found)]


def test_all_is_allowed(aws):
    setup = aws()
    simulation = Simulation(setup, USER)
    found = permissions(setup)
    assert (found.state, found.detail) == ("ok", "all that foundation, cluster, run, look, cleanup need is allowed")
    assert {body["PolicySourceArn"] for body in simulation.asked} == {USER}
    assert not [arn for body in simulation.asked for arn in _members(body, "ResourceArns") if "*" in arn or "$" in arn]


def test_what_is_missing_is_named_by_part(aws):
    setup = aws()
    Simulation(setup, USER, deny=lambda action, _: action.startswith(("scheduler:", "kms:CreateGrant", "sqs:Tag")))
    found = permissions(setup)
    assert found.state == "warn"
    assert found.detail == (
        "not allowed: foundation: sqs:TagQueue; cluster: scheduler:CreateSchedule, scheduler:GetSchedule, "
        "scheduler:UpdateSchedule and 2 more; look: scheduler:GetSchedule; cleanup: scheduler:ListSchedules"
    )
    assert "./inv permissions" in found.remedy


@pytest.mark.parametrize(
    ("denied", "state"),
    [("-access-logs", "warn"), (":role/orchard-", "warn"), (":security-group-rule/", "ok")],
)
def test_one_of_several_resources_is_denied(aws, denied, state):
    """A name is needed as it is; of ids that stand for kinds, an action knows some only."""
    setup = aws()
    Simulation(setup, USER, deny=lambda _, arn: denied in arn)
    assert permissions(setup).state == state


def test_the_request_is_described_as_it_would_be_made(aws):
    setup = aws(project="pears")
    simulation = Simulation(setup, USER)
    permissions(setup)
    assert {"aws:RequestTag/Project": "pears", "aws:RequestedRegion": "eu-west-3", "aws:username": "ann"} in (
        simulation.contexts("elasticmapreduce:RunJobFlow")
    )
    assert {context["iam:PassedToService"] for context in simulation.contexts("iam:PassRole")} == {
        *("ec2.amazonaws.com", "elasticmapreduce.amazonaws.com", "scheduler.amazonaws.com")
    }


def test_a_session_stands_for_its_role(aws):
    """IAM tells the role's path, which the session's ARN lacks."""
    setup = aws()
    role = {"RoleName": "Admins", "Path": "/aws-reserved/", "AssumeRolePolicyDocument": json.dumps(TRUST)}
    setup.client("iam").create_role(**role)
    simulation = Simulation(setup, f"arn:aws:sts::{ACCOUNT}:assumed-role/Admins/ann@example.com")
    assert permissions(setup).state == "ok"
    assert simulation.asked[0]["PolicySourceArn"] == f"arn:aws:iam::{ACCOUNT}:role/aws-reserved/Admins"


def test_a_role_that_cannot_be_read_is_taken_to_have_no_path(aws):
    setup = aws()
    simulation = Simulation(setup, f"arn:aws:sts::{ACCOUNT}:assumed-role/Hidden/ann")
    permissions(setup)
    assert simulation.asked[0]["PolicySourceArn"] == f"arn:aws:iam::{ACCOUNT}:role/Hidden"


def test_one_may_not_simulate(aws):
    setup = aws()
    Simulation(setup, USER, refuse="AccessDenied")
    found = permissions(setup)
    assert found.state == "unknown"
    assert "iam:SimulatePrincipalPolicy" in found.detail


@pytest.mark.parametrize(
    ("arn", "state"),
    [(f"arn:aws:iam::{ACCOUNT}:root", "ok"), (f"arn:aws:sts::{ACCOUNT}:federated-user/ann", "unknown")],
)
def test_who_cannot_be_simulated(aws, arn, state):
    setup = aws()
    simulation = Simulation(setup, arn)
    assert permissions(setup).state == state
    assert simulation.asked == []


def test_it_is_asked_where_permissions_count(aws):
    assert "permissions" in run.checks(aws())[1]
