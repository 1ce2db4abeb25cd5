"""Whether the account lets us do what the published policies allow, by IAM's own simulation; nothing is tried."""

import re
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

from orchard.base.language import tr
from orchard.diagnosis.aws import AwsError, NotFoundError
from orchard.doctor.finding import Finding, Setup
from orchard.permissions import published
from orchard.permissions.published import Statement

THREADS = 4  # IAM answers few calls at a time to a whole account
NAMED = 3  # actions of a part that the finding names
REMEDY = "give whoever administers the account what ./inv permissions --target aws prints"


class Caller(NamedTuple):
    """Whose policies are simulated: the ARN of a user or role, and what `${aws:username}` stands for."""

    arn: str
    name: str


def permissions(setup: Setup) -> Finding:
    """Name what the published policies allow and the account does not, by part."""
    me = setup.client("sts").get_caller_identity()
    if me["Arn"].endswith(":root"):
        return Finding("ok", "the root user may do everything")
    caller = _caller(setup, me["Arn"])
    if caller is None:
        return Finding("unknown", f"IAM simulates users and roles, not {me['Arn']}", REMEDY)
    asked = [
        (name, statement)
        for name in published.PARTS
        for statement in published.part(name, setup.settings, me["Account"]).statements
        if statement.body["Effect"] == "Allow"
    ]
    iam = setup.client("iam")
    try:
        with ThreadPoolExecutor(THREADS) as pool:
            denied = list(pool.map(lambda one: list(_denied(iam, caller, one[1], setup.settings.region)), asked))
    except AwsError as error:
        if not isinstance(error, NotFoundError) and "AccessDenied" not in error.code:
            raise
        return Finding("unknown", "you may not simulate your own permissions (iam:SimulatePrincipalPolicy)", REMEDY)
    missing: dict[str, list[str]] = defaultdict(list)
    for (name, _), actions in zip(asked, denied, strict=True):
        missing[name] += [action for action in actions if action not in missing[name]]
    told = [f"{name}: {_some(actions)}" for name, actions in missing.items() if actions]
    if told:
        return Finding("warn", f"not allowed: {'; '.join(told)}", REMEDY)
    return Finding("ok", f"all that {', '.join(published.PARTS)} need is allowed")


def _caller(setup: Setup, arn: str) -> Caller | None:
    """Find whose policies count. A session's ARN lacks the path that its role's may have, so IAM is asked for that."""
    if re.search(r":iam::\d+:user/", arn):
        return Caller(arn, arn.rpartition("/")[2])
    if not (session := re.fullmatch(r"arn:([\w-]+):sts::(\d+):assumed-role/([^/]+)/.+", arn)):
        return None
    partition, account, role = session.groups()
    try:
        return Caller(setup.client("iam").get_role(RoleName=role)["Role"]["Arn"], role)
    except AwsError:
        return Caller(f"arn:{partition}:iam::{account}:role/{role}", role)


def _denied(iam: Any, caller: Caller, statement: Statement, region: str) -> Iterator[str]:
    """Yield the actions of a statement that are denied: on a resource with a name, or on all that have ids only."""
    body = statement.body
    named = {one for one in body["Resource"] if "*" not in one}
    samples = {one.replace("${aws:username}", caller.name).replace("*", "example"): one for one in body["Resource"]}
    given = {} if body["Resource"] == ["*"] else {"ResourceArns": list(samples)}
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=caller.arn,
        ActionNames=body["Action"],
        ContextEntries=list(_context(body, caller, region)),
        **given,
    )
    verdicts: dict[str, dict[str, bool]] = defaultdict(dict)
    for page in pages:
        for result in page["EvaluationResults"]:
            verdicts[result["EvalActionName"]] |= _verdicts(result)
    for action in body["Action"]:
        allowed = {samples.get(arn, arn) for arn, good in verdicts[action].items() if good}
        if not allowed or named - allowed:
            yield action


def _verdicts(result: dict[str, Any]) -> dict[str, bool]:
    """Read what is said of each resource, of one alone by the result itself (IAM API Reference, EvaluationResult)."""
    each = result.get("ResourceSpecificResults")
    if each:
        return {one["EvalResourceName"]: one["EvalResourceDecision"] == "allowed" for one in each}
    return {result.get("EvalResourceName", "*"): result["EvalDecision"] == "allowed"}


def _context(body: dict[str, Any], caller: Caller, region: str) -> Iterator[dict[str, Any]]:
    """Say what a request would carry: of what a condition takes, the first; and the region, which policies may deny."""
    values: dict[str, Any] = {"aws:RequestedRegion": region, "aws:username": caller.name}
    for keys in body.get("Condition", {}).values():
        values |= keys
    for key, value in values.items():
        kind = "stringList" if key == "aws:TagKeys" else "string"
        first = value if isinstance(value, str) else value[0]
        yield {"ContextKeyName": key, "ContextKeyValues": [first], "ContextKeyType": kind}


def _some(actions: list[str]) -> str:
    more = len(actions) - NAMED
    return ", ".join(actions[:NAMED]) + (tr(f" and {more} more") if more > 0 else "")
