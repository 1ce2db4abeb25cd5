"""Least privilege, measured: what the story's principals were allowed, and what they did.

The story itself has shown that nothing is missing: every call of every principal was decided on. Here it is shown that
nothing is too much: an action that nobody has used has a reason in `permissions.toml`, or goes.
"""

import tomllib
from pathlib import Path

import pytest

from tests.support import permission_use
from tests.support.permission_use import Use

REASONS = tomllib.loads(Path(__file__).with_name("permissions.toml").read_text())
PREFIX = "orchard-eu-west-3-"


def name(arn: str) -> str:
    """Call a principal as `permissions.toml` does: `deployer`, `emr-node`."""
    return "deployer" if ":user/" in arn else arn.rpartition(PREFIX)[2]


@pytest.fixture(scope="module")
def uses(story) -> dict[str, Use]:
    """The principals of the whole story by the ends of their names, as `emr-node`."""
    story.told("cleanup")
    return {name(arn): use for arn, use in permission_use.read(story.home, story.on_purpose).items()}


@pytest.mark.parametrize("who", REASONS)
def test_what_nobody_uses_has_a_reason(uses, who):
    kept = [action for entry in REASONS[who]["unused"] for action in entry["actions"]]
    assert sorted(uses[who].allowed - uses[who].used) == sorted(kept), "tests/e2e/permissions.toml"


@pytest.mark.parametrize("who", REASONS)
def test_what_is_used_is_told(uses, who):
    assert sorted(uses[who].used & uses[who].allowed) == REASONS[who]["used"], "tests/e2e/permissions.toml"


@pytest.mark.parametrize("who", REASONS)
def test_every_action_that_is_taken_out_is_noticed(uses, who):
    use = uses[who]
    for line in use.lines:
        assert use.may(line) == line.allowed, line
    for action in use.used & use.allowed:
        assert any(not use.may(line, without=action) for line in use.lines if line.action == action), action


def test_nobody_tried_in_vain(uses):
    refused = {(who, line.action, line.resource) for who, use in uses.items() for line in use.refused}
    assert refused == set()


def test_everybody_is_told_of(uses):
    assert set(uses) == set(REASONS)
