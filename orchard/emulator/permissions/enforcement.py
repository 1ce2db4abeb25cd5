"""What stands behind the signatures: a request is answered when whoever sent it may do what it asks for."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from moto.ec2.models import ec2_backends
from moto.iam.exceptions import NotFoundException
from moto.s3.models import s3_backends

from orchard.emulator.options import ACCOUNT
from orchard.emulator.permissions import acting, refusals
from orchard.emulator.permissions.access import CALLER, Access, Context, DeniedError, Principal, UnknownConditionError
from orchard.emulator.permissions.policies import reference
from orchard.emulator.permissions.requests import actions, calls
from orchard.emulator.repairs.bucket_policies import kept
from orchard.emulator.s3.access_logs import BUCKET
from orchard.emulator.signatures import gate
from orchard.emulator.signatures.claim import Claim
from orchard.emulator.signatures.keyring import Key
from orchard.emulator.signatures.refusals import STRANGER, UNKNOWN_KEY, RefusedError

log = logging.getLogger(__name__)
# Everybody may, whatever policies say (AWS STS API Reference: "No permissions are required").
FREE = {("sts", "GetCallerIdentity"), ("sts", "GetSessionToken")}


class Enforcement:
    """A WSGI application around AWS's, behind the gate, which tells it the claim and the key of a request."""

    def __init__(self, application: Callable) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        """Answer one request, or refuse it."""
        made: Claim = environ[gate.CLAIM]
        try:
            environ[CALLER] = caller = _caller(environ[gate.KEY])
            _check(environ, made, caller)
        except RefusedError as refused:
            return gate.refuse(environ, start_response, made.service, refused)
        return self._application(environ, start_response)


def _caller(key: Key) -> Principal:
    try:
        return key.holder()
    except NotFoundException:
        raise RefusedError(UNKNOWN_KEY) from None


def _check(environ: dict[str, Any], made: Claim, caller: Principal) -> None:
    try:
        asked = calls.read(environ, made.service, made.region)
        if asked.service == "iam" and (name := caller.context.get("aws:username")):
            asked.parameters.setdefault("UserName", name[0])  # who asks about nobody asks about themselves
        if caller.is_root and (asked.service, asked.operation) == ("sts", "AssumeRole"):
            raise RefusedError(STRANGER, "Roles may not be assumed by root accounts.")
        needed = [] if (asked.service, asked.operation) in FREE else actions.accesses(asked)
    except (calls.UnknownOperationError, reference.UnknownActionError) as error:
        if caller.is_root:  # nothing to decide, and moto says what it thinks of the request
            return
        log.warning("refused: %s", error)
        raise RefusedError(STRANGER, f"The local AWS does not know which permission this needs: {error}") from None
    told = {"aws:useragent": (environ.get("HTTP_USER_AGENT", ""),)}
    try:
        if asked.operation == "DeleteObjects":
            kept.set(frozenset(access.resource for access in needed if not _may(caller, access, made.region, told)))
            return
        for access in needed:
            acting.check(caller, access, made.region, told)
        if asked.operation in ("GetObject", "HeadObject") and not _is_there(asked):
            # Who may not list is not told what there is (Amazon S3 API Reference, GetObject).
            bucket = f"arn:aws:s3:::{asked.parameters['Bucket']}"
            acting.check(caller, Access("s3:ListBucket", bucket), made.region, told)
    except DeniedError as denied:
        if _is_gone(denied.access):
            return  # and is told so
        if made.service == "s3":
            environ[BUCKET] = denied.access.resource.rpartition(":::")[2].partition("/")[0]  # for its access log
        raise refusals.refusal(made.service, denied) from None
    except UnknownConditionError as error:
        log.warning("refused: %s", error)
        raise RefusedError(STRANGER, f"The local AWS cannot tell whether this is allowed: {error}") from None


def _may(caller: Principal, access: Access, region: str, told: Context) -> bool:
    try:
        acting.check(caller, access, region, told)
    except DeniedError:
        return False
    return True


def _is_gone(access: Access) -> bool:
    """Whether an access is about a security group that is not there: it has no tags to be allowed by.

    That EC2 says so instead of refusing is not verified. Terraform meets it: two groups whose rules name each other are
    removed side by side, and each takes its own out of the other.
    """
    group = access.resource.partition(":security-group/")[2]
    region = access.resource.split(":")[3] if group else ""
    return bool(group) and group != "*" and ec2_backends[ACCOUNT][region].get_security_group_from_id(group) is None


def _is_there(asked: calls.Call) -> bool:
    bucket = s3_backends[ACCOUNT]["aws"].buckets.get(asked.parameters["Bucket"])
    return bucket is None or asked.parameters["Key"] in bucket.keys
