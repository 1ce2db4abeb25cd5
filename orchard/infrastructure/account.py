"""What a root needs of the account and must not own: made where it is missing, and never taken away.

Terraform removes at a destroy what it made, and others in the account may stand on these.
"""

from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.diagnosis.aws import NotFoundError
from orchard.infrastructure.terraform import Root

# By which AWS's EMR policies know what is meant for EMR.
TAG = {"Key": "for-use-with-amazon-emr-managed-policies", "Value": "true"}
SPOT = "spot.amazonaws.com"
SPOT_ROLE = "AWSServiceRoleForEC2Spot"


def prepare(root: Root, settings: Settings, target: Target) -> None:
    """See to what a root needs before it is applied.

    Raises:
        AwsError: AWS refuses.
    """
    if root == "foundation" and settings.network == "default":
        tag_default_network(target)
    if root == "cluster" and (settings.task_spot_count or settings.managed_scaling_max):
        make_spot_role(target)


def tag_default_network(target: Target) -> None:
    """Tag the default VPC and its subnets for EMR, whose policy acts in no other (AmazonEMRServicePolicy_v2).

    Where there is no default VPC, Terraform says so.
    """
    ec2 = target.client("ec2")
    default = [{"Name": "is-default", "Values": ["true"]}]
    vpcs = [vpc["VpcId"] for vpc in ec2.describe_vpcs(Filters=default)["Vpcs"]]
    if not vpcs:
        return
    inside = [{"Name": "vpc-id", "Values": vpcs}, {"Name": "default-for-az", "Values": ["true"]}]
    subnets = [subnet["SubnetId"] for subnet in ec2.describe_subnets(Filters=inside)["Subnets"]]
    ec2.create_tags(Resources=vpcs + subnets, Tags=[TAG])


def make_spot_role(target: Target) -> None:
    """Make EC2's own role for Spot nodes, which an account has after its first Spot node only.

    KMS grants a key to roles that exist (Amazon EC2 User Guide, "Service-linked role for Spot Instance requests").
    """
    iam = target.client("iam")
    try:
        iam.get_role(RoleName=SPOT_ROLE)
    except NotFoundError:
        iam.create_service_linked_role(AWSServiceName=SPOT)
