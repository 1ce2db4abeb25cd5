"""EMR's two roles as `aws emr create-default-roles` makes them: with rights over all of the account."""

import json
from typing import Any

SERVICE, NODES = "EMR_DefaultRole", "EMR_EC2_DefaultRole"


def trust(service: str) -> str:
    """Write a trust policy that lets one service in."""
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role(iam: Any, name: str, service: str, *actions: str) -> str:
    """Make a role that lets one service do some actions on everything; returns its ARN."""
    made = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(service))
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=document)
    return str(made["Role"]["Arn"])


def make(iam: Any, service: str = SERVICE, nodes: str = NODES) -> None:
    """Make both roles, and the instance profile of the second.

    Args:
        iam: a boto3 client.
        service: name of EMR's own role.
        nodes: name of the nodes' role.
    """
    for name, assumes, policy in (
        (service, "elasticmapreduce.amazonaws.com", "AmazonElasticMapReduceRole"),
        (nodes, "ec2.amazonaws.com", "AmazonElasticMapReduceforEC2Role"),
    ):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(assumes))
        iam.attach_role_policy(RoleName=name, PolicyArn=f"arn:aws:iam::aws:policy/service-role/{policy}")
    iam.create_instance_profile(InstanceProfileName=nodes)
    iam.add_role_to_instance_profile(InstanceProfileName=nodes, RoleName=nodes)
