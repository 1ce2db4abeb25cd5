"""An access is decided by all policies together, as IAM does within one account."""

import pytest

from orchard.emulator.permissions.access import Access, Principal, UnknownConditionError
from orchard.emulator.permissions.policies import reference
from orchard.emulator.permissions.policies.decision import decide
from orchard.emulator.permissions.policies.malformed import MalformedPolicyError
from tests.emulator.permissions.policies import (
    ACCOUNT,
    KEY_ARN,
    OBJECT,
    ROLE_ARN,
    ROOT,
    ROOT_ARN,
    SESSION_ARN,
    USER_ARN,
    access,
    allow,
    deny,
    document,
    service,
    session,
    trust,
    user,
)
from tests.support.fidelity import models

YES, NO, OTHER = document(allow()), document(deny()), document(allow("ec2:RunInstances"))
NO_IDENTITY = "because no identity-based policy allows the s3:GetObject action"
NO_BOUNDARY = "because no permissions boundary allows the s3:GetObject action"
NO_SESSION = "because no session policy allows the s3:GetObject action"
NO_RESOURCE = "because no resource-based policy allows the s3:GetObject action"


def bucket(*statements):
    return "photos", document(*statements)


def named(*arns, **more):
    return allow(Principal={"AWS": list(arns)}, **more)


def decided(principal, resource_policy=None, wanted=None):
    """Return the reason of a refusal; "" for none."""
    verdict = decide(principal, wanted or access(), resource_policy)
    assert verdict.allowed is (verdict.reason == "")
    return verdict.reason


@models(
    "IAM allows what an identity's policies, its boundary and its session's policies all allow",
    source='IAM User Guide, "Policy evaluation logic"',
)
@pytest.mark.parametrize(
    ("principal", "reason"),
    [
        (user(), NO_IDENTITY),
        (user(allow()), ""),
        (user(allow("ec2:*")), NO_IDENTITY),
        (user(allow(resource="arn:aws:s3:::others/*")), NO_IDENTITY),
        (user(allow("ec2:*"), allow("s3:*")), ""),
        (user(allow(), boundary=YES), ""),
        (user(allow(), boundary=OTHER), NO_BOUNDARY),
        (user(boundary=YES), NO_IDENTITY),
        (session(allow()), ""),
        (session(allow(), session=(YES,)), ""),
        (session(allow(), session=(OTHER, YES)), ""),
        (session(allow(), session=(OTHER,)), NO_SESSION),
        (session(allow(), session=()), NO_SESSION),
        (session(session=(YES,)), NO_IDENTITY),
        (session(allow(), session=(YES,), boundary=OTHER), NO_BOUNDARY),
        (session(allow(), session=(OTHER,), boundary=YES), NO_SESSION),
        (Principal(USER_ARN, ACCOUNT, identity={"a": OTHER, "b": YES}), ""),
    ],
)
def test_one_side(principal, reason):
    assert decided(principal) == reason


@models(
    "IAM says in a refusal which kind of policy has the explicit deny",
    source='IAM User Guide, "Troubleshoot access denied error messages"',
)
@pytest.mark.parametrize(
    ("principal", "resource_policy", "kind"),
    [
        (user(allow(), deny()), None, "an identity-based policy"),
        (user(allow(), boundary=document(allow(), deny())), None, "a permissions boundary"),
        (session(allow(), session=(YES, NO)), None, "a session policy"),
        (user(allow()), bucket(deny(Principal="*")), "a resource-based policy"),
        (user(allow()), bucket(deny(Principal={"AWS": ROOT_ARN})), "a resource-based policy"),
        (session(allow()), bucket(deny(Principal={"AWS": ROLE_ARN})), "a resource-based policy"),
        (user(deny()), bucket(named(USER_ARN)), "an identity-based policy"),
        (user(boundary=NO), bucket(named(USER_ARN)), "a permissions boundary"),
        (session(session=(NO,)), bucket(named(SESSION_ARN)), "a session policy"),
        (ROOT, bucket(deny(Principal="*")), "a resource-based policy"),
    ],
)
def test_an_explicit_deny_wins(principal, resource_policy, kind):
    assert decided(principal, resource_policy) == f"with an explicit deny in {kind}"


@models(
    "IAM lets in by a resource's policy, within the limits of those who are not named themselves",
    source='IAM User Guide, "Policy evaluation logic"',
)
@pytest.mark.parametrize(
    ("principal", "statement", "reason"),
    [
        (user(), named(USER_ARN), ""),
        (user(boundary=OTHER), named(USER_ARN), ""),
        (user(), allow(Principal="*"), ""),
        (user(boundary=OTHER), allow(Principal="*"), ""),
        (user(), named(ROOT_ARN), NO_IDENTITY),
        (user(allow()), named(ROOT_ARN), ""),
        (user(allow(), boundary=OTHER), named(ROOT_ARN), NO_BOUNDARY),
        (user(allow()), named(ROLE_ARN), ""),
        (user(), named(ROLE_ARN), NO_IDENTITY),
        (session(), named(ROLE_ARN), ""),
        (session(boundary=OTHER), named(ROLE_ARN), NO_BOUNDARY),
        (session(session=(OTHER,)), named(ROLE_ARN), NO_SESSION),
        (session(session=(YES,), boundary=YES), named(ROLE_ARN), ""),
        (session(session=(OTHER,), boundary=OTHER), named(SESSION_ARN), ""),
        (session(), named(f"{SESSION_ARN}0"), NO_IDENTITY),
        (user(), named("arn:aws:iam::210987654321:root"), NO_IDENTITY),
        (service(), allow(Principal={"Service": "elasticmapreduce.amazonaws.com"}), ""),
        (service(), named(ROOT_ARN), NO_RESOURCE),
        (service("ec2.amazonaws.com"), allow(Principal={"Service": "elasticmapreduce.amazonaws.com"}), NO_RESOURCE),
        (ROOT, named(USER_ARN), ""),
    ],
)
def test_two_sides(principal, statement, reason):
    assert decided(principal, bucket(statement)) == reason


def test_nobody_is_bound_but_root_and_services_without_a_resource_policy():
    assert decided(ROOT) == ""
    assert decided(service()) == NO_RESOURCE


DECRYPT = access("kms:Decrypt", KEY_ARN)
NO_KEY = "because no resource-based policy allows the kms:Decrypt action"
KMS_YES = document(allow("kms:Decrypt"))


@models(
    "KMS allows nobody, root included, what the key's policy neither allows nor leaves to the account",
    source='KMS Developer Guide, "Key policies in AWS KMS" and "Default key policy"',
)
@pytest.mark.parametrize(
    ("principal", "names", "reason"),
    [
        (user(allow("kms:Decrypt")), USER_ARN, ""),
        (user(), USER_ARN, ""),
        (user(allow("kms:Decrypt")), ROLE_ARN, NO_KEY),
        (user(allow("kms:*")), ROOT_ARN, ""),
        (user(), ROOT_ARN, "because no identity-based policy allows the kms:Decrypt action"),
        (session(), ROLE_ARN, ""),
        (session(boundary=YES), ROLE_ARN, "because no permissions boundary allows the kms:Decrypt action"),
        (session(boundary=KMS_YES), ROLE_ARN, ""),
        (ROOT, ROOT_ARN, ""),
        (ROOT, USER_ARN, NO_KEY),
        (service(), ROOT_ARN, NO_KEY),
    ],
)
def test_a_key_is_its_policys(principal, names, reason):
    policy = ("key", document(allow("kms:*", Principal={"AWS": names})))
    assert decided(principal, policy, DECRYPT) == reason


def test_what_has_no_key_is_the_identitys():
    assert decided(user(allow("kms:ListKeys")), None, Access("kms:ListKeys", "*")) == ""


ASSUME = access("sts:AssumeRole", ROLE_ARN)
NO_TRUST = "because no role trust policy allows the sts:AssumeRole action"
EMR = {"Service": "elasticmapreduce.amazonaws.com"}


@models(
    "STS lets assume a role whom its trust policy names, or lets name by the account's policies",
    source='IAM User Guide, "Policy evaluation logic"',
)
@pytest.mark.parametrize(
    ("principal", "document", "reason"),
    [
        (service(), trust(EMR), ""),
        (service("ec2.amazonaws.com"), trust(EMR), NO_TRUST),
        (user(allow("sts:AssumeRole")), trust(EMR), NO_TRUST),
        (user(), trust({"AWS": USER_ARN}), ""),
        (user(), trust({"AWS": ROOT_ARN}), "because no identity-based policy allows the sts:AssumeRole action"),
        (user(allow("sts:AssumeRole", ROLE_ARN)), trust({"AWS": ROOT_ARN}), ""),
        (user(), trust({"AWS": USER_ARN}, Effect="Deny"), "with an explicit deny in the role trust policy"),
        (service(), trust(EMR, Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}}), NO_TRUST),
    ],
)
def test_a_role_is_its_trust_policys(principal, document, reason):
    assert decided(principal, ("node", document), ASSUME) == reason


@models(
    "IAM gives a service a role only in the name of the account that the trust policy wants",
    source='IAM User Guide, "Policy evaluation logic"',
)
def test_the_confused_deputy():
    policy = trust(EMR, Condition={"StringEquals": {"aws:SourceAccount": ACCOUNT}})
    for account, allowed in [(ACCOUNT, True), ("210987654321", False)]:
        asked = access("sts:AssumeRole", ROLE_ARN, **{"aws__sourceaccount": account})
        assert decide(service(), asked, ("node", policy)).allowed is allowed


def test_the_principals_context_is_tested_with_the_requests():
    home = allow(resource="arn:aws:s3:::photos/${aws:username}/*", Condition={"Bool": {"aws:SecureTransport": "true"}})
    ann = user(home, context={"aws:username": ("ann",)})
    asked = {"aws:securetransport": ("true",)}
    assert decide(ann, Access("s3:GetObject", "arn:aws:s3:::photos/ann/a", asked)).allowed
    assert not decide(ann, Access("s3:GetObject", "arn:aws:s3:::photos/bob/a", asked)).allowed
    assert not decide(ann, Access("s3:GetObject", "arn:aws:s3:::photos/ann/a")).allowed


def test_who_decided_is_told():
    policy = bucket(named(ROOT_ARN, Sid="Account"), deny("s3:PutObject", Principal="*", Sid="Frozen"))
    ann = user(allow(Sid="Read"), allow("s3:*"), boundary=document(allow("s3:*", Sid="Limit")))
    verdict = decide(ann, access(), policy)
    assert verdict.decided_by == ("p/Read", "p/2", "photos/Account", "permissions boundary/Limit")
    assert decide(ann, access("s3:PutObject"), policy).decided_by == ("photos/Frozen",)
    assert decide(user(), access()).decided_by == ()


def test_a_key_that_no_action_of_the_statement_has_is_neither_yes_nor_no():
    for key in ("s3:prefx", "s3:prefix", "kms:ViaService", "aws:RequestedRegoin", "aws:RequestTag/x"):
        for statement in (allow, deny):
            ann = user(allow(), statement(Condition={"StringNotEquals": {key: "x"}}))
            with pytest.raises(UnknownConditionError, match=key.lower()):
                decide(ann, access())
    with pytest.raises(UnknownConditionError, match="s3:prefx"):
        decide(user(allow(resource="arn:aws:s3:::photos/${s3:prefx}")), access())


def test_a_key_of_another_action_of_the_statement_is_absent():
    both = allow(["s3:GetObject", "s3:ListBucket"], Condition={"StringEquals": {"s3:prefix": "x"}})
    assert decided(user(both)) == NO_IDENTITY
    everything = deny("*", Condition={"StringNotEquals": {"s3:prefix": "x"}})
    assert decided(user(allow(), everything)).startswith("with an explicit deny")


def test_a_statement_that_is_not_about_the_access_may_ask_for_anything():
    odd = {"Condition": {"StringEquals": {"s3:nothing": "x"}}}
    other = "arn:aws:s3:::others/*"
    assert decided(user(allow(), allow("s3:PutObject", **odd), deny(resource=other, **odd))) == ""


def test_a_key_that_the_caller_cannot_provide_is_neither_yes_nor_no():
    provided = reference.keys(["aws:SecureTransport", "aws:PrincipalTag/${TagKey}"])
    for key, known in [
        ("aws:SecureTransport", True),
        ("aws:PrincipalTag/team", True),
        ("aws:SourceVpc", False),
        ("s3:signatureAge", False),
    ]:
        ann = user(allow(Condition={"StringEquals": {key: "x"}}))
        if known:
            assert not decide(ann, access(), provided=provided).allowed
        else:
            with pytest.raises(UnknownConditionError, match=key.lower()):
                decide(ann, access(), provided=provided)
            given = Access("s3:GetObject", OBJECT, {key.lower(): ("x",)})
            assert decide(ann, given, provided=provided).allowed


def test_a_policy_that_could_not_be_attached_decides_nothing():
    with pytest.raises(MalformedPolicyError):
        decide(user(allow() | {"Efect": "Deny"}), access())
