"""Policies, principals and accesses as the tests of permissions write them."""

from typing import Any

from orchard.emulator.permissions.access import Access, Principal

ACCOUNT = "123456789012"
ROOT_ARN = f"arn:aws:iam::{ACCOUNT}:root"
USER_ARN = f"arn:aws:iam::{ACCOUNT}:user/ann"
ROLE_ARN = f"arn:aws:iam::{ACCOUNT}:role/node"
SESSION_ARN = f"arn:aws:sts::{ACCOUNT}:assumed-role/node/i-0123456789abcdef0"
KEY_ARN = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555"
OBJECT = "arn:aws:s3:::photos/a.jpg"
EVERYTHING = "*"


def document(*statements: dict[str, Any], version: str = "2012-10-17") -> dict[str, Any]:
    return {"Version": version, "Statement": list(statements)}


def allow(action: Any = "s3:GetObject", resource: Any = EVERYTHING, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def deny(action: Any = "s3:GetObject", resource: Any = EVERYTHING, **more: Any) -> dict[str, Any]:
    return allow(action, resource, **more) | {"Effect": "Deny"}


def trust(principal: Any, **more: Any) -> dict[str, Any]:
    return document({"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal, **more})


def user(*statements: dict[str, Any], **more: Any) -> Principal:
    return Principal(USER_ARN, ACCOUNT, identity={"p": document(*statements)} if statements else {}, **more)


def session(*statements: dict[str, Any], **more: Any) -> Principal:
    identity = {"p": document(*statements)} if statements else {}
    return Principal(SESSION_ARN, ACCOUNT, role=ROLE_ARN, identity=identity, **more)


def service(name: str = "elasticmapreduce.amazonaws.com") -> Principal:
    return Principal(name, "")


ROOT = Principal(ROOT_ARN, ACCOUNT)


def access(action: str = "s3:GetObject", resource: str = OBJECT, **context: str) -> Access:
    return Access(action, resource, {key.replace("__", ":"): (value,) for key, value in context.items()})
