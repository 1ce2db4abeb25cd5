"""Whatever Orchard and its Terraform call has an action of IAM's."""

import re
from pathlib import Path

import botocore.session
import pytest
from botocore import xform_name

from orchard.emulator.permissions.requests import actions
from orchard.emulator.permissions.requests.calls import UnknownOperationError

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
# What the commands of the README's first hour asked the local AWS for, Terraform's provider included.
STORY = [tuple(line.split()) for line in (HERE / "operations.txt").read_text(encoding="utf-8").splitlines()]
SESSION = botocore.session.Session()
CLIENT = re.compile(r'client\("([a-z0-9-]+)"')
NAME = re.compile(r'\.([a-z_]+)\(|get_(?:paginator|waiter)\("([a-z_]+)"')


def own() -> set[tuple[str, str]]:
    """Every operation whose method a file of Orchard's names, of every service that it has clients for."""
    texts = [p.read_text(encoding="utf-8") for p in (ROOT / "orchard").rglob("*.py") if "emulator" not in p.parts]
    services = {service for text in texts for service in CLIENT.findall(text)}
    names = {name for text in texts for pair in NAME.findall(text) for name in pair if name}
    return {
        (service, operation)
        for service in services
        for operation in SESSION.get_service_model(service).operation_names
        if xform_name(operation) in names
    }


def test_the_lists_are_not_empty():
    assert {("emr", "RunJobFlow"), ("s3", "PutObject"), ("scheduler", "CreateSchedule")} <= {*STORY}
    assert {("emr", "DescribeCluster"), ("kms", "DescribeKey")} <= own()


@pytest.mark.parametrize(("service", "operation"), sorted({*STORY} | own()))
def test_what_is_used_has_an_action(service, operation):
    assert actions.actions(service, operation)


@pytest.mark.parametrize(
    "service",
    ["budgets", "ce", "events", "iam", "kms", "pricing", "resourcegroupstaggingapi", "scheduler", "service-quotas",
     "sns", "sqs", "sts"],
)  # fmt: skip
def test_a_service_of_ours_has_actions_for_what_it_offers(service):
    """Newer than the reference, or not for customers: these have none, and are refused by their names."""
    young = {
        "iam": {"AcquireRole", "GetAccountProperties", "GetRoleTemplateVersion", "PutAccountProperties",
                "UpdateDelegationRequest"},
        "kms": {"Decapsulate", "Encapsulate", "GetKeyLastUsage"},
    }  # fmt: skip
    missing = set()
    for operation in SESSION.get_service_model(service).operation_names:
        try:
            actions.actions(service, operation)
        except UnknownOperationError:
            missing.add(operation)
    assert missing <= young.get(service, set())


def test_an_operation_without_an_action_is_refused_by_its_name():
    with pytest.raises(UnknownOperationError, match="emr StartSession: there is no elasticmapreduce:StartSession"):
        actions.actions("emr", "StartSession")
