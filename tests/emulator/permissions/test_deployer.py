"""Whoever acts on the local AWS for a project has the policies of today, also where making them broke off."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from orchard.aws import deployer
from orchard.base.config import Settings
from orchard.emulator.process import LocalAws
from orchard.permissions import published

from ..conftest import Aws

ACCOUNT = "123456789012"


@pytest.fixture
def act(aws: Aws) -> Callable[..., str]:
    """Become the deployer of a project; returns the access key."""
    found = LocalAws(instance="test", pid=1, port=aws.port, home=aws.home)

    def become(client: Callable[[str], Any] = aws.client, **settings: Any) -> str:
        return deployer.credentials(found, Settings(**settings), client).key_id

    return become


def attached(aws: Aws, name: str) -> dict[str, Any]:
    iam = aws.client("iam")
    found = iam.list_attached_user_policies(UserName=name)["AttachedPolicies"]
    versions = {policy["PolicyName"]: (policy["PolicyArn"], "v1") for policy in found}
    return {
        called: iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        for called, (arn, version) in versions.items()
    }


def test_a_deployer_is_made_once_and_follows_the_settings(aws: Aws, act: Callable[..., str]) -> None:
    first = act(project="pears")
    assert act(project="pears") == first
    changed = Settings(project="pears", state_bucket="states-of-pears")
    assert act(project="pears", state_bucket="states-of-pears") == first
    assert attached(aws, "deployer-pears-eu-west-3") == published.managed_policies(changed, ACCOUNT)


@pytest.mark.parametrize("after", [1, 4])
def test_what_broke_off_is_made_up_for(aws: Aws, act: Callable[..., str], after: int) -> None:
    project, iam, made = f"plums{after}", aws.client("iam"), []
    create = iam.create_policy

    def interrupted(**asked: Any) -> Any:
        made.append(asked)
        if len(made) > after:
            raise KeyboardInterrupt
        return create(**asked)

    iam.create_policy = interrupted
    with pytest.raises(KeyboardInterrupt):
        act(lambda _: iam, project=project)
    act(project=project)
    assert attached(aws, f"deployer-{project}-eu-west-3") == json.loads(
        json.dumps(published.managed_policies(Settings(project=project), ACCOUNT))
    )
