"""Statements are about the actions, resources and principals that IAM says they are."""

import copy
import json

import pytest

from orchard.emulator.permissions.policies import policy
from orchard.emulator.permissions.policies.malformed import MalformedPolicyError
from orchard.emulator.permissions.policies.naming import Closeness
from orchard.emulator.permissions.policies.policy import Kind
from tests.emulator.permissions.policies import (
    ACCOUNT,
    OBJECT,
    ROLE_ARN,
    ROOT,
    ROOT_ARN,
    SESSION_ARN,
    USER_ARN,
    allow,
    deny,
    document,
    service,
    session,
    trust,
    user,
)
from tests.support.fidelity import models


def only(statement, kind=Kind.IDENTITY, version="2012-10-17"):
    return policy.parse(document(statement, version=version), "p", kind).statements[0]


@models(
    "IAM matches actions by their names without case, with * and ?",
    source='IAM User Guide, "IAM JSON policy element reference"',
)
@pytest.mark.parametrize(
    ("patterns", "action", "wanted"),
    [
        ("s3:GetObject", "s3:GetObject", True),
        ("S3:getobject", "s3:GetObject", True),
        ("s3:GetObject", "s3:GetObjectVersion", False),
        ("s3:Get*", "s3:GetObject", True),
        ("s3:*Object", "s3:GetObject", True),
        ("s3:?etObject", "s3:GetObject", True),
        ("s3:?GetObject", "s3:GetObject", False),
        ("*", "s3:GetObject", True),
        ("s3:*", "s3express:CreateSession", False),
        (["ec2:*", "s3:*"], "s3:GetObject", True),
        ("iam:*AccessKey*", "iam:CreateAccessKey", True),
    ],
)
def test_actions(patterns, action, wanted):
    assert only(allow(patterns)).is_about(action) is wanted
    opposite = {"Effect": "Deny", "NotAction": patterns, "Resource": "*"}
    assert only(opposite).is_about(action) is not wanted


@models(
    "IAM matches resources with their case, and * over every character",
    source='IAM User Guide, "IAM JSON policy element reference"',
)
@pytest.mark.parametrize(
    ("patterns", "resource", "wanted"),
    [
        ("*", "*", True),
        ("*", OBJECT, True),
        (OBJECT, "*", False),
        ("arn:aws:s3:::photos/*", OBJECT, True),
        ("arn:aws:s3:::photos/*", "arn:aws:s3:::photos/a/b\n:c", True),
        ("arn:aws:s3:::photos", OBJECT, False),
        ("arn:aws:s3:::photos*", OBJECT, True),
        ("arn:aws:s3:::PHOTOS/*", OBJECT, False),
        ("arn:aws:s3:::photo?/a.jpg", OBJECT, True),
        ("arn:aws:s3:::photos/a?jpg?", OBJECT, False),
        ("arn:aws:s3:::photos/a.jp", OBJECT, False),
        ("arn:aws:s3:::photosXa.jpg", OBJECT, False),
        (["arn:aws:s3:::x", "arn:aws:s3:::photos/a.jpg"], OBJECT, True),
        ("arn:aws:s3:::photos/${*}", "arn:aws:s3:::photos/*", True),
        ("arn:aws:s3:::photos/${*}", OBJECT, False),
        ("arn:aws:s3:::photos/${aws:username}/*", "arn:aws:s3:::photos/ann/a", True),
        ("arn:aws:s3:::photos/${aws:username}/*", "arn:aws:s3:::photos/bob/a", False),
        ("arn:aws:s3:::photos/${aws:PrincipalTag/team, 'all'}/*", "arn:aws:s3:::photos/all/a", True),
    ],
)
def test_resources(patterns, resource, wanted):
    context = {"aws:username": ("ann",)}
    assert only(allow(resource=patterns)).is_on(resource, context) is wanted
    opposite = {"Effect": "Deny", "Action": "*", "NotResource": patterns}
    assert only(opposite).is_on(resource, context) is not wanted


def test_a_variable_without_a_value_makes_its_pattern_match_nothing():
    mine = "arn:aws:s3:::photos/${aws:username}/*"
    assert not only(allow(resource=mine)).is_on("arn:aws:s3:::photos//a", {})
    assert not only({"Effect": "Deny", "Action": "*", "NotResource": mine}).is_on(OBJECT, {})
    assert only(allow(resource=[mine, OBJECT])).is_on(OBJECT, {})


@models(
    "IAM knows policy variables in documents of version 2012-10-17 only",
    source='IAM User Guide, "IAM JSON policy element reference"',
)
def test_variables_need_their_version():
    statement = only(allow(resource="arn:aws:s3:::photos/${aws:username}"), version="2008-10-17")
    assert statement.is_on("arn:aws:s3:::photos/${aws:username}", {"aws:username": ("ann",)})
    assert not statement.is_on("arn:aws:s3:::photos/ann", {"aws:username": ("ann",)})


NOBODY, ACCOUNTS, ROLES, THEM = Closeness


@models(
    "IAM takes a principal for the account, the role or the session that a policy names",
    source='IAM User Guide, "AWS JSON policy elements: Principal"',
)
@pytest.mark.parametrize(
    ("element", "ann", "node", "root", "emr"),
    [
        ("*", THEM, THEM, THEM, THEM),
        ({"AWS": "*"}, THEM, THEM, THEM, THEM),
        ({"AWS": ACCOUNT}, ACCOUNTS, ACCOUNTS, THEM, NOBODY),
        ({"AWS": ROOT_ARN}, ACCOUNTS, ACCOUNTS, THEM, NOBODY),
        ({"AWS": "210987654321"}, NOBODY, NOBODY, NOBODY, NOBODY),
        ({"AWS": USER_ARN}, THEM, NOBODY, NOBODY, NOBODY),
        ({"AWS": ROLE_ARN}, NOBODY, ROLES, NOBODY, NOBODY),
        ({"AWS": SESSION_ARN}, NOBODY, THEM, NOBODY, NOBODY),
        ({"AWS": f"{SESSION_ARN}x"}, NOBODY, NOBODY, NOBODY, NOBODY),
        ({"AWS": [USER_ARN, ROLE_ARN]}, THEM, ROLES, NOBODY, NOBODY),
        ({"AWS": [ROOT_ARN, ROLE_ARN]}, ACCOUNTS, ROLES, THEM, NOBODY),
        ({"Service": "elasticmapreduce.amazonaws.com"}, NOBODY, NOBODY, NOBODY, THEM),
        ({"Service": ["ec2.amazonaws.com"], "AWS": USER_ARN}, THEM, NOBODY, NOBODY, NOBODY),
    ],
)
def test_principals(element, ann, node, root, emr):
    named = only(allow(Principal=element), Kind.RESOURCE).named
    assert [named.closeness(one) for one in (user(), session(), ROOT, service())] == [ann, node, root, emr]


@models(
    "IAM spares from a Deny with NotPrincipal whose account, role and session it lists, but nobody with a boundary",
    source='IAM User Guide, "AWS JSON policy elements: NotPrincipal"',
)
@pytest.mark.parametrize(
    ("names", "principal", "denied"),
    [
        ([USER_ARN, ROOT_ARN], user(), False),
        ([USER_ARN], user(), True),
        ([ROOT_ARN], user(), True),
        ([USER_ARN, ROOT_ARN], user(boundary=document(allow("*"))), True),
        ([SESSION_ARN, ROLE_ARN, ROOT_ARN], session(), False),
        ([SESSION_ARN, ROOT_ARN], session(), True),
        ([ROLE_ARN, ROOT_ARN], session(), True),
        ([USER_ARN, ROOT_ARN], session(), True),
        ([ROOT_ARN], ROOT, False),
        ([ROOT_ARN], service(), True),
    ],
)
def test_exceptions(names, principal, denied):
    named = only(deny(NotPrincipal={"AWS": names}), Kind.RESOURCE).named
    assert bool(named.closeness(principal)) is denied


GOOD = allow()
BUCKET = allow(Principal="*")


def without(statement, *elements):
    return {name: value for name, value in statement.items() if name not in elements}


@models(
    "IAM refuses a document that its grammar does not have",
    source='IAM User Guide, "Grammar of the IAM JSON policy language"',
)
@pytest.mark.parametrize(
    ("given", "kind", "text"),
    [
        ({"Version": "2012-10-17"}, Kind.IDENTITY, "Syntax"),
        ({"Version": "2012-10-17", "Statement": []}, Kind.IDENTITY, "Syntax"),
        ({"Version": "2012-10-17", "Statement": ["x"]}, Kind.IDENTITY, "Syntax"),
        ({"Version": "2020-01-01", "Statement": [GOOD]}, Kind.IDENTITY, "Syntax"),
        ({"Version": "2012-10-17", "Statement": [GOOD], "Conditions": {}}, Kind.IDENTITY, "Syntax"),
        (document(without(GOOD, "Effect")), Kind.IDENTITY, "Syntax"),
        (document(GOOD | {"Effect": "allow"}), Kind.IDENTITY, "Syntax"),
        (document(GOOD | {"Actions": "s3:*"}), Kind.IDENTITY, "Syntax"),
        (document(GOOD | {"NotAction": "s3:*"}), Kind.IDENTITY, "Syntax"),
        (document(GOOD | {"NotResource": "*"}), Kind.IDENTITY, "Syntax"),
        (document(GOOD | {"Sid": 1}), Kind.IDENTITY, "Syntax"),
        (document(GOOD | {"Condition": {"StringEqual": {"aws:x": "y"}}}), Kind.IDENTITY, "Syntax"),
        (document(GOOD | {"Sid": "no-dash"}), Kind.IDENTITY, "must be alpha-numeric"),
        (document(GOOD | {"Sid": "A"}, GOOD | {"Sid": "A"}), Kind.IDENTITY, "must be unique"),
        (document(without(GOOD, "Action")), Kind.IDENTITY, "must contain actions"),
        (document(without(GOOD, "Resource")), Kind.IDENTITY, "must contain resources"),
        (document(allow("GetObject")), Kind.IDENTITY, "prefaced by a vendor"),
        (document(allow([])), Kind.IDENTITY, "Syntax"),
        (document(allow(resource="photos/*")), Kind.IDENTITY, "must be in ARN format"),
        (document(BUCKET), Kind.IDENTITY, "should not specify a principal"),
        (document(GOOD), Kind.RESOURCE, "Syntax"),
        (document(BUCKET | {"NotPrincipal": "*"}), Kind.RESOURCE, "Syntax"),
        (document(allow(NotPrincipal={"AWS": USER_ARN})), Kind.RESOURCE, "Syntax"),
        (document(allow(Principal={"Aws": USER_ARN})), Kind.RESOURCE, "Syntax"),
        (document(allow(Principal={})), Kind.RESOURCE, "Syntax"),
        (document(allow(Principal={"AWS": f"arn:aws:iam::{ACCOUNT}:user/*"})), Kind.RESOURCE, "Invalid principal"),
        (document(allow(Principal={"AWS": "ann"})), Kind.RESOURCE, "Invalid principal"),
        (document(allow(Principal={"Service": "emr"})), Kind.RESOURCE, "Invalid principal"),
        (document(BUCKET), Kind.TRUST, "Has prohibited field Resource"),
        (trust("*", Effect="Deny", NotPrincipal={"AWS": ROOT_ARN}), Kind.TRUST, "Syntax"),
    ],
)
def test_what_iam_refuses(given, kind, text):
    with pytest.raises(MalformedPolicyError, match=text):
        policy.parse(given, "p", kind)


def test_statements_are_called_by_their_sid_or_their_place():
    names = [one.name for one in policy.parse(document(GOOD | {"Sid": "Read"}, GOOD), "p").statements]
    assert names == ["p/Read", "p/2"]


def test_a_document_is_read_once():
    given = document(allow())
    first = policy.parse(given, "p")
    assert policy.parse(given, "p") is first
    assert policy.parse(copy.deepcopy(given), "p") is first
    assert policy.parse(document(deny()), "p") is not first


def test_the_managed_policies_of_aws_can_be_read():
    from moto.iam.aws_managed_policies import aws_managed_policies_data

    managed = json.loads(aws_managed_policies_data)
    assert len(managed) > 1000
    for name, one in managed.items():
        assert policy.parse(one["Document"], name).statements
