"""The moment of decision, for whoever asks: a request's sender, or a service that acts in a customer's role."""

import logging
from dataclasses import replace
from datetime import UTC, datetime

from moto.iam.exceptions import NotFoundException

from orchard.emulator.options import ACCOUNT, ADDRESS
from orchard.emulator.permissions import principals, resource_policies
from orchard.emulator.permissions.access import Access, Context, DeniedError, Principal, Verdict
from orchard.emulator.permissions.ledger import Ledger
from orchard.emulator.permissions.policies import decision, reference
from orchard.emulator.permissions.policies.global_keys import GLOBAL_KEYS
from orchard.emulator.permissions.requests import actions
from orchard.emulator.permissions.requests.calls import Call

log = logging.getLogger(__name__)
# Services that answer from one place, whatever region a client names (IAM User Guide, aws:RequestedRegion).
GLOBAL = {"iam": "us-east-1", "budgets": "us-east-1", "ce": "us-east-1", "organizations": "us-east-1"}
# Condition keys whose absence says that a request has none. AWS would have these for sessions and instances, and the
# local AWS has not: a policy that asks for one is not answered.
UNTOLD = {name for name in GLOBAL_KEYS if name.startswith(("aws:TokenIssueTime", "aws:Ec2Instance", "ec2:", "lambda:"))}
PROVIDED = reference.keys([*(GLOBAL_KEYS.keys() - UNTOLD), *actions.PROVIDED])
_ledgers: list[Ledger] = []


def install(ledger: Ledger) -> None:
    """Note all decisions from now on in a ledger."""
    _ledgers[:] = [ledger]


def check(principal: Principal, access: Access, region: str, circumstances: Context | None = None) -> None:
    """Let somebody do something, or raise.

    Args:
        principal: who.
        access: what.
        region: that is asked.
        circumstances: condition keys of the request as a whole, beside those that every request has.

    Raises:
        DeniedError: they may not.
    """
    verdict = _decide(principal, access, region, circumstances or {})
    _note(principal, access, region, verdict)
    if not verdict.allowed:
        denied = DeniedError(principal, access, verdict)
        log.info("denied: %s", denied)
        raise denied


def call(principal: Principal, asked: Call) -> None:
    """Let somebody call an operation of a service, with all that it needs. Raises DeniedError: they may not."""
    for access in actions.accesses(asked):
        check(principal, access, asked.region)


def allowed(principal: Principal, access: Access, region: str) -> bool:
    """Say whether somebody may do something; if not, nobody has tried."""
    verdict = _decide(principal, access, region, {})
    if verdict.allowed:
        _note(principal, access, region, verdict)
    return verdict.allowed


def _decide(principal: Principal, access: Access, region: str, circumstances: Context) -> Verdict:
    told = {**_everywhere(access, region), **circumstances, **access.context}
    whole = replace(access, context=told)
    return decision.decide(principal, whole, resource_policies.of(access), provided=PROVIDED)


def _note(principal: Principal, access: Access, region: str, verdict: Verdict) -> None:
    for ledger in _ledgers:
        ledger.note(principal, access, region, allowed=verdict.allowed, decided_by=verdict.decided_by)


def assume(role: str, service: str, session: str, region: str, source: str) -> Principal:
    """Let a service take on a role, as it does for a resource of the customer's.

    Args:
        role: ARN or name.
        service: as `elasticmapreduce.amazonaws.com`.
        session: name of the session.
        region: where.
        source: ARN of the resource for which it acts (aws:SourceArn).

    Raises:
        DeniedError: the role's trust policy does not let it, or there is no such role.
    """
    arn = role if role.startswith("arn:") else f"arn:aws:iam::{ACCOUNT}:role/{role}"
    asked = Access("sts:AssumeRole", arn)
    for_whom = {"aws:sourceaccount": (ACCOUNT,), "aws:sourcearn": (source,)}
    check(principals.service(service), asked, region, for_whom)
    try:
        return principals.role_session(arn, session)
    except NotFoundException:
        gone = Verdict(allowed=False, reason="because the role does not exist")
        raise DeniedError(principals.service(service), asked, gone) from None


def _everywhere(access: Access, region: str) -> dict[str, tuple[str, ...]]:
    """Tell what every request has (IAM User Guide, "AWS global condition context keys").

    The local AWS stands for requests over TLS, from an address of documentation (RFC 5737).
    """
    now = datetime.now(UTC)
    return {
        "aws:currenttime": (f"{now:%Y-%m-%dT%H:%M:%SZ}",),
        "aws:epochtime": (str(int(now.timestamp())),),
        "aws:requestedregion": (GLOBAL.get(access.action.partition(":")[0], region),),
        "aws:resourceaccount": (ACCOUNT,),
        "aws:securetransport": ("true",),
        "aws:sourceip": (ADDRESS,),
        "aws:sourceowner": (ACCOUNT,),
        "aws:viaawsservice": ("false",),
    }
