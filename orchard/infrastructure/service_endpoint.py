"""The interface endpoint that EMR may make in a private VPC, bill by the hour and leave: `emr-service-vpce`.

No state of Terraform's knows it, and while it stands neither its subnet nor the VPC nor its groups can be deleted
(managed policy AmazonEMRServicePolicy_v2, CreateEmrServiceVPCEndpoint; releases from 7.5.0 on).
"""

import time
from collections.abc import Mapping
from typing import Any

from orchard.aws import tags
from orchard.aws.target import Target
from orchard.base.console import say
from orchard.base.errors import OrchardError

GONE_WITHIN = 600.0  # seconds that EC2 may take to remove an endpoint with its interfaces


def remove(target: Target, foundation: Mapping[str, Any]) -> None:
    """Delete EMR's endpoints in our own VPC, and wait until they are gone; the account's VPC is left alone.

    Args:
        target: where.
        foundation: the foundation root's output of that name.

    Raises:
        OrchardError: one is still there after ten minutes, or EC2 refuses to delete it.
    """
    if foundation.get("nat_subnet_id") is None:
        return
    ec2 = target.client("ec2")
    there = tags.endpoints(ec2, foundation["vpc_id"])
    if not there:
        return
    say(f"EMR has left {', '.join(there)} ({tags.ENDPOINT}) in our VPC, which costs by the hour: deleting it ...")
    refused = ec2.delete_vpc_endpoints(VpcEndpointIds=there)["Unsuccessful"]
    deadline = time.monotonic() + (0 if refused else GONE_WITHIN)
    while (left := tags.endpoints(ec2, foundation["vpc_id"])) and time.monotonic() < deadline:
        time.sleep(target.poll_interval)
    if left:
        why = refused[0]["Error"]["Message"] if refused else "EC2 has not finished deleting it"
        raise OrchardError(
            f"the endpoint {left[0]} is still there: {why}",
            f"call again in a while, or aws ec2 delete-vpc-endpoints --vpc-endpoint-ids {' '.join(left)}",
        )
