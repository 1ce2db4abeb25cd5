"""Checks of the account on the target: who we are there, what is missing there, what is left there."""

import json
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from orchard.aws import tags
from orchard.aws.emr import ALIVE
from orchard.diagnosis.aws import NotFoundError
from orchard.doctor.finding import Finding, Place

CLOCK_WARN, CLOCK_FAIL = 60, 300  # seconds; AWS refuses a signature that is more than five minutes off (Signature V4)
CLEANUP_ROLE = "AWSServiceRoleForEMRCleanup"
SPOT_ROLE = "AWSServiceRoleForEC2Spot"


def credentials(place: Place) -> Finding:
    """Ask who we are; names, never secrets."""
    assert place.target is not None  # noqa: S101 - see Place.client
    place.target.account()  # explains what is wrong with credentials better than the call itself
    me = place.client("sts").get_caller_identity()
    if me["Arn"].endswith(":root"):
        remedy = "sign in as an IAM user or role: EMR Studio refuses the root user, and nobody should use it daily"
        return Finding("credentials", "warn", f"account {me['Account']}, the root user", remedy)
    return Finding("credentials", "ok", f"account {me['Account']}, {me['Arn'].rpartition(':')[2]}")


def clock(place: Place) -> Finding:
    """Compare this machine's clock with AWS's: signatures carry the time."""
    headers = place.client("sts").get_caller_identity()["ResponseMetadata"]["HTTPHeaders"]
    off = abs((datetime.now(UTC) - parsedate_to_datetime(headers["date"])).total_seconds())
    said = f"{off:.0f} s apart from AWS's" if off > 2 else "agrees with AWS's"
    state = "fail" if off > CLOCK_FAIL else "warn" if off > CLOCK_WARN else "ok"
    return Finding("clock", state, said, "" if state == "ok" else "set this machine's clock (NTP)")  # type: ignore[arg-type]


def region(place: Place) -> Finding:
    """Check that the account may use the region: Milan and Spain have to be opted in to."""
    name = place.settings.region
    found = place.client("ec2").describe_regions(RegionNames=[name], AllRegions=True)["Regions"]
    if found and found[0].get("OptInStatus") == "not-opted-in":
        return Finding(
            "region", "fail", f"{name} is not enabled in this account", "enable it under Account in the console"
        )
    return Finding("region", "ok", f"{name}, in the EU")


def default_vpc(place: Place) -> Finding:
    """Check for the network that clusters go to."""
    if place.settings.network == "private":
        return Finding("network", "ok", f"private: Orchard makes one of its own ({place.settings.vpc_cidr})")
    ec2 = place.client("ec2")
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"]
    if not vpcs:
        remedy = 'set network = "private", or make one: aws ec2 create-default-vpc'
        return Finding("network", "fail", f"there is no default VPC in {place.settings.region}", remedy)
    filters = [{"Name": "vpc-id", "Values": [vpcs[0]["VpcId"]]}, {"Name": "default-for-az", "Values": ["true"]}]
    subnets = ec2.describe_subnets(Filters=filters)["Subnets"]
    if not subnets:
        remedy = 'aws ec2 create-default-subnet --availability-zone ZONE, or set network = "private"'
        return Finding("network", "fail", f"the default VPC {vpcs[0]['VpcId']} has no subnet", remedy)
    return Finding("network", "ok", f"default VPC {vpcs[0]['VpcId']}, {len(subnets)} subnets")


def service_linked_roles(place: Place) -> Finding:
    """Check for the roles that EMR and Spot need once an account."""
    spot = place.settings.task_spot_count or place.settings.managed_scaling_max
    needed = {CLEANUP_ROLE: "elasticmapreduce"} | ({SPOT_ROLE: "spot"} if spot else {})
    missing = [name for name in needed if not _has_role(place, name)]
    if not missing:
        return Finding("service roles", "ok", ", ".join(needed))
    make = "aws iam create-service-linked-role --aws-service-name"
    commands = "; ".join(f"{make} {needed[name]}.amazonaws.com" for name in missing)
    return Finding(
        "service roles",
        "fail" if SPOT_ROLE in missing else "warn",
        f"{', '.join(missing)} not there; AWS makes it with the first cluster if you may iam:CreateServiceLinkedRole",
        f"once for an account: {commands}",
    )


def _has_role(place: Place, name: str) -> bool:
    try:
        place.client("iam").get_role(RoleName=name)
    except NotFoundError:
        return False
    return True


def public_access(place: Place) -> Finding:
    """Look at EMR's own guard against clusters that are open to the Internet."""
    answer = place.client("emr").get_block_public_access_configuration()["BlockPublicAccessConfiguration"]
    if answer.get("BlockPublicSecurityGroupRules"):
        return Finding("public access", "ok", "EMR refuses clusters that are open to the Internet")
    remedy = "switch it on in the EMR console, under Block public access (an account's default since July 2019)"
    return Finding("public access", "warn", "EMR's block is off in this region", remedy)


def clusters(place: Place) -> Finding:
    """Name the clusters that are up, since they cost."""
    pages = place.client("emr").get_paginator("list_clusters").paginate(ClusterStates=list(ALIVE))
    project = f"{place.settings.project}-"
    up = [entry for page in pages for entry in page["Clusters"] if entry["Name"].startswith(project)]
    if not up:
        return Finding("clusters", "ok", "none is up")
    assert place.target is not None  # noqa: S101 - see Place.client
    said = ", ".join(f"{entry['Name']} {entry['Status']['State']}" for entry in up)
    return Finding("clusters", "ok", f"{said}: costs until ./inv down" if place.target.charges else said)


def leftovers(place: Place) -> Finding:
    """Look for what has the project's tag, although Terraform's state on this machine tells of nothing."""
    assert place.target is not None  # noqa: S101 - see Place.client
    found = tags.tagged(place.settings, place.target)
    if not found:
        return Finding("leftovers", "ok", "nothing has the project's tag")
    states = [*place.target.state_dir.glob("*.tfstate"), *place.target.state_dir.glob("*.workspaces/*/*.tfstate")]
    known = sum(len(json.loads(state.read_text() or "{}").get("resources", [])) for state in states)
    if known or (place.settings.state_bucket and place.target.durable):
        return Finding("leftovers", "ok", f"{len(found)} things have the project's tag, and there is a state for them")
    some = ", ".join(found[:3]) + (", ..." if len(found) > 3 else "")
    remedy = (
        "./inv orphans says what to do with each; was it made from another machine, set state_bucket to share its state"
    )
    return Finding(
        "leftovers", "warn", f"{len(found)} things have the project's tag and no state knows them: {some}", remedy
    )
