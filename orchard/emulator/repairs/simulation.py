"""IAM's policy simulator, which moto 5.2.5 does not have: the same decision, for requests that nobody makes.

Source: IAM API Reference, SimulatePrincipalPolicy. It looks at policies alone: resources and their tags are not looked
up, and what a request would bring along is given as context.
"""

from typing import Any

from moto.core.responses import ActionResult
from moto.iam.exceptions import InvalidInput
from moto.iam.responses import IamResponse

from orchard.emulator.permissions import principals
from orchard.emulator.permissions.access import Access, Principal, UnknownConditionError
from orchard.emulator.permissions.policies import decision, reference

DECISIONS = {True: "explicitDeny", False: "implicitDeny"}


def install() -> None:
    """Add the operation."""
    IamResponse.simulate_principal_policy = simulate_principal_policy


def simulate_principal_policy(self: IamResponse) -> ActionResult:
    """SimulatePrincipalPolicy."""
    principal = _principal(self._get_param("PolicySourceArn"))
    context = {
        entry["ContextKeyName"].lower(): tuple(entry["ContextKeyValues"])
        for entry in self._get_param("ContextEntries", [])
    }
    results = [
        _result(principal, Access(_spelled(action), resource, context))
        for action in self._get_param("ActionNames")
        for resource in self._get_param("ResourceArns", ["*"])
    ]
    return ActionResult({"EvaluationResults": results, "IsTruncated": False})


def _principal(arn: str) -> Principal:
    kind, _, name = arn.rpartition(":")[2].partition("/")
    if kind == "user":
        return principals.user(name.rpartition("/")[2])
    if kind == "role":
        return principals.role_session(arn, "simulation")
    raise InvalidInput(f"Invalid Entity Arn: {arn} does not clearly define entity type and name.")


def _spelled(action: str) -> str:
    try:
        return reference.action(action).name
    except reference.UnknownActionError:
        raise InvalidInput(f"Invalid Action: {action} is not a valid action.") from None


def _result(principal: Principal, access: Access) -> dict[str, Any]:
    try:
        verdict = decision.decide(principal, access)
    except UnknownConditionError as error:
        raise InvalidInput(str(error)) from None
    refused = DECISIONS["explicit deny" in verdict.reason]
    return {
        "EvalActionName": access.action,
        "EvalResourceName": access.resource,
        "EvalDecision": "allowed" if verdict.allowed else refused,
        "MatchedStatements": [{"SourcePolicyId": name} for name in verdict.decided_by],
        "MissingContextValues": [],
    }
