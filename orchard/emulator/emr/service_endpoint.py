"""The interface endpoint that EMR puts beside a cluster in a private subnet, and leaves there.

From 7.5.0 on the service role may make one named `emr-service-vpce` in the cluster's VPC (managed policy
AmazonEMRServicePolicy_v2, CreateEmrServiceVPCEndpoint). When EMR really does, for which service and in which groups is
not verified: here for each private cluster whose VPC has none, in the group of EMR's own access.
"""

from typing import TYPE_CHECKING

from orchard.emulator.emr import prerequisites, provisioning, releases

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

NAME = "emr-service-vpce"
TAGS = {"Name": NAME, "for-use-with-amazon-emr-managed-policies": "true"}
SINCE = (7, 5, 0)


def ensure(cluster: "ManagedCluster") -> None:
    """Make the endpoint for a private cluster, if its VPC has none."""
    old = releases.number(cluster.release_label or "") < SINCE
    if old or not cluster.ec2_subnet_id or prerequisites.is_public(cluster):
        return
    ec2 = cluster.emr_backend.ec2_backend
    vpc = ec2.get_subnet(cluster.ec2_subnet_id).vpc_id
    there = ec2.describe_vpc_endpoints(None, {"vpc-id": [vpc], "tag:Name": [NAME]})
    group = cluster.asked_instances.get(prerequisites.SERVICE)
    parameters = {
        "VpcId": vpc,
        "SubnetIds": [cluster.ec2_subnet_id],
        "SecurityGroupIds": [group] if group else [],
        "TagSpecifications": [
            {"ResourceType": "vpc-endpoint", "Tags": [{"Key": name, "Value": value} for name, value in TAGS.items()]}
        ],
    }
    absent = all(endpoint.state == "deleted" for endpoint in there)
    if absent and provisioning.may(cluster, "CreateVpcEndpoint", parameters):
        made = ec2.create_vpc_endpoint(
            vpc_id=vpc,
            service_name=f"com.amazonaws.{ec2.region_name}.elasticmapreduce",
            endpoint_type="Interface",
            policy_document=None,
            route_table_ids=[],
            subnet_ids=[cluster.ec2_subnet_id],
            security_group_ids=[group] if group else [],
            tags=TAGS,
        )
        if group:
            for number in made.network_interface_ids:
                ec2.modify_network_interface_attribute(number, [group])
