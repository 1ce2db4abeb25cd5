"""Checks of the account on the target: who we are there, what is missing there, what is left there."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from orchard.aws import tags
from orchard.aws.emr import Emr, name_within
from orchard.base.errors import OrchardError
from orchard.diagnosis.aws import NotFoundError
from orchard.doctor.finding import Finding, Setup, State
from orchard.infrastructure import state

CLOCK_WARN, CLOCK_FAIL = 60, 300  # seconds; AWS refuses a signature that is more than five minutes off (Signature V4)
CLEANUP_ROLE = "AWSServiceRoleForEMRCleanup"
SPOT_ROLE = "AWSServiceRoleForEC2Spot"


def credentials(setup: Setup) -> Finding:
    """Ask who we are; names, never secrets."""
    try:
        setup.aws.account()  # explains what is wrong with credentials better than the call itself
    except OrchardError as error:
        return Finding("fail", error.cause, error.remedy)
    me = setup.client("sts").get_caller_identity()
    if me["Arn"].endswith(":root"):
        remedy = "sign in as an IAM user or role: EMR Studio refuses the root user, and nobody should use it daily"
        return Finding("warn", f"account {me['Account']}, the root user", remedy)
    return Finding("ok", f"account {me['Account']}, {me['Arn'].rpartition(':')[2]}")


def clock(setup: Setup) -> Finding:
    """Compare this machine's clock with AWS's: signatures carry the time."""
    headers = setup.client("sts").get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]
    off = abs((datetime.now(UTC) - parsedate_to_datetime(headers["date"])).total_seconds())
    detail = f"{off:.0f} s apart from AWS's" if off > 2 else "agrees with AWS's"
    level: State = "fail" if off > CLOCK_FAIL else "warn" if off > CLOCK_WARN else "ok"
    return Finding(level, detail, "set this machine's clock (NTP)" if level != "ok" else "")


def region(setup: Setup) -> Finding:
    """Check that the account may use the region: Milan and Spain have to be opted in to."""
    name = setup.settings.region
    regions = setup.client("ec2").describe_regions(RegionNames=[name], AllRegions=True)["Regions"]
    if regions and regions[0].get("OptInStatus") == "not-opted-in":
        return Finding("fail", f"{name} is not enabled in this account", "enable it under Account in the console")
    return Finding("ok", f"{name}, in the EU")


def default_vpc(setup: Setup) -> Finding:
    """Check for the network that clusters go to."""
    if setup.settings.network == "private":
        return Finding("ok", f"private: Orchard makes one of its own ({setup.settings.vpc_cidr})")
    ec2 = setup.client("ec2")
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    if not vpcs:
        remedy = 'set network = "private", or make one: aws ec2 create-default-vpc'
        return Finding("fail", f"there is no default VPC in {setup.settings.region}", remedy)
    filters = [{"Name": "vpc-id", "Values": [vpcs[0]["VpcId"]]}, {"Name": "default-for-az", "Values": ["true"]}]
    subnets = ec2.describe_subnets(Filters=filters)["Subnets"]
    if not subnets:
        remedy = 'aws ec2 create-default-subnet --availability-zone ZONE, or set network = "private"'
        return Finding("fail", f"the default VPC {vpcs[0]['VpcId']} has no subnet", remedy)
    return Finding("ok", f"default VPC {vpcs[0]['VpcId']}, {len(subnets)} subnets")


def service_linked_roles(setup: Setup) -> Finding:
    """Check for the roles that EMR and Spot need once an account."""
    spot = setup.settings.task_spot_count or setup.settings.managed_scaling_max
    needed = {CLEANUP_ROLE: "elasticmapreduce"} | ({SPOT_ROLE: "spot"} if spot else {})
    missing = [name for name in needed if not _has_role(setup, name)]
    if not missing:
        return Finding("ok", ", ".join(needed))
    make = "aws iam create-service-linked-role --aws-service-name"
    commands = "; ".join(f"{make} {needed[name]}.amazonaws.com" for name in missing)
    return Finding(
        "fail" if SPOT_ROLE in missing else "warn",
        f"{', '.join(missing)} not there; AWS makes it with the first cluster if you may iam:CreateServiceLinkedRole",
        f"once for an account: {commands}",
    )


def _has_role(setup: Setup, name: str) -> bool:
    try:
        setup.client("iam").get_role(RoleName=name)
    except NotFoundError:
        return False
    return True


def public_access(setup: Setup) -> Finding:
    """Look at EMR's own guard against clusters that are open to the Internet."""
    answer = setup.client("emr").get_block_public_access_configuration()["BlockPublicAccessConfiguration"]
    if answer.get("BlockPublicSecurityGroupRules"):
        return Finding("ok", "EMR refuses clusters that are open to the Internet")
    remedy = "switch it on in the EMR console, under Block public access (an account's default since July 2019)"
    return Finding("warn", "EMR's block is off in this region", remedy)


def clusters(setup: Setup) -> Finding:
    """Name the clusters that are up, since they cost."""
    up = [cluster for cluster in Emr(setup.aws).all() if name_within(cluster.name, setup.settings.project)]
    if not up:
        return Finding("ok", "none is up")
    states = ", ".join(f"{cluster.name} {cluster.state}" for cluster in up)
    return Finding("ok", f"{states}: costs until ./inv down" if setup.aws.charges else states)


def leftovers(setup: Setup) -> Finding:
    """Look for what has the project's tag, although no state of Terraform's tells of anything."""
    tagged = tags.tagged(setup.settings, setup.aws)
    if not tagged:
        return Finding("ok", "nothing has the project's tag")
    if state.known(setup.settings, setup.aws).words:
        return Finding("ok", f"{len(tagged)} things have the project's tag, and there is a state for them")
    some = ", ".join(tagged[:3]) + (", ..." if len(tagged) > 3 else "")
    return Finding(
        "warn",
        f"{len(tagged)} things have the project's tag and no state knows them: {some}",
        "./inv orphans says what to do with each; made from another machine, set state_bucket to share its state",
    )
