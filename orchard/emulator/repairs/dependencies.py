"""EC2: what is in use cannot be deleted.

moto 5.2.5 ec2/models deletes security groups, subnets and VPCs whatever uses them, and keeps the network interface of a
NAT gateway for ever. EC2 answers DependencyViolation while an interface is in a group or a subnet, and while another
group's rule refers to a group (EC2 API Reference, DeleteSecurityGroup, DeleteSubnet, DeleteVpc). The interfaces of an
instance go with it.
"""

from collections.abc import Iterable
from typing import Any

from moto.ec2.exceptions import DependencyViolationError
from moto.ec2.models import EC2Backend


def install() -> None:
    """Refuse deletions."""
    delete_security_group, delete_subnet = EC2Backend.delete_security_group, EC2Backend.delete_subnet
    delete_vpc, delete_nat_gateway = EC2Backend.delete_vpc, EC2Backend.delete_nat_gateway

    def security_group(self: EC2Backend, name: str | None = None, group_id: str | None = None) -> None:
        group = self.get_security_group_by_name_or_id(group_id or name)
        if group and (_uses(self, group.id) or _refers(self, group.id)):
            raise DependencyViolationError(f"resource {group.id} has a dependent object")
        delete_security_group(self, name, group_id)

    def subnet(self: EC2Backend, subnet_id: str) -> Any:
        if any(eni.subnet.id == subnet_id for eni in _interfaces(self)):
            raise DependencyViolationError(f"The subnet '{subnet_id}' has dependencies and cannot be deleted.")
        return delete_subnet(self, subnet_id)

    def vpc(self: EC2Backend, vpc_id: str) -> Any:
        own = {group.name for group in self.groups[vpc_id].values()} - {"default"}
        endpoints = [e for e in self.vpc_end_points.values() if e.vpc_id == vpc_id and e.state != "deleted"]
        if own or endpoints:
            raise DependencyViolationError(f"The vpc '{vpc_id}' has dependencies and cannot be deleted.")
        return delete_vpc(self, vpc_id)

    def nat_gateway(self: EC2Backend, nat_gateway_id: str) -> Any:
        gone = delete_nat_gateway(self, nat_gateway_id)
        self.enis.pop(gone._eni.id, None)
        return gone

    EC2Backend.delete_security_group, EC2Backend.delete_subnet = security_group, subnet
    EC2Backend.delete_vpc, EC2Backend.delete_nat_gateway = vpc, nat_gateway


def _interfaces(backend: EC2Backend) -> Iterable[Any]:
    return [eni for eni in backend.enis.values() if not (eni.instance and eni.instance._state.name == "terminated")]


def _uses(backend: EC2Backend, group_id: str) -> bool:
    return any(group.id == group_id for eni in _interfaces(backend) for group in eni.group_set)


def _refers(backend: EC2Backend, group_id: str) -> bool:
    groups = [group for of_vpc in backend.groups.values() for group in of_vpc.values() if group.id != group_id]
    rules = [rule for group in groups for rule in (*group.ingress_rules, *group.egress_rules)]
    return any((rule.source_group or {}).get("GroupId") == group_id for rule in rules)
