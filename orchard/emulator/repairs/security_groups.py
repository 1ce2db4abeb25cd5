"""EC2 security groups: descriptions of rules, and the error for a rule that is gone."""

import inspect
from collections.abc import Callable
from typing import Any

from moto.ec2.exceptions import EC2ClientError, InvalidPermissionNotFoundError
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule


def install() -> None:
    """Repair both."""
    # moto 5.2.5 ec2/models/security_groups.py reads a rule's description from its address range only, so that one
    # which refers to a group or a prefix list loses it, and the provider sees a difference for ever.
    make = SecurityGroupRule.__init__
    given = inspect.signature(make)

    def init(self: SecurityGroupRule, *args: Any, **kwargs: Any) -> None:
        make(self, *args, **kwargs)
        self.of_prefix_list = given.bind(self, *args, **kwargs).arguments.get("prefix_list_id") or {}

    SecurityGroupRule.__init__ = init
    SecurityGroupRule.description = property(_description)
    for name in ("revoke_security_group_ingress", "revoke_security_group_egress"):
        setattr(SecurityGroupBackend, name, _with_code_of_aws(getattr(SecurityGroupBackend, name)))


def _description(rule: SecurityGroupRule) -> str | None:
    told = ((part or {}).get("Description") for part in (rule.ip_range, rule.source_group, rule.of_prefix_list))
    return next(filter(None, told), None)


def _with_code_of_aws(revoke: Callable) -> Callable:
    # moto raises InvalidPermission.NotFound for an unknown rule id. EC2 says InvalidSecurityGroupRuleId.NotFound,
    # which Terraform takes for "already gone" (EMR's own clean-up may have been faster).
    def call(self: SecurityGroupBackend, *args: Any, **kwargs: Any) -> Any:
        try:
            return revoke(self, *args, **kwargs)
        except InvalidPermissionNotFoundError:
            if not kwargs.get("security_rule_ids"):
                raise
            raise EC2ClientError(
                "InvalidSecurityGroupRuleId.NotFound", "The security group rule ID does not exist"
            ) from None

    return call
