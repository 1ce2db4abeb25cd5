"""What is left of a project: everything with its tag, or, where a service's tags cannot be searched, with its name."""

import re
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from orchard.aws import existence
from orchard.aws.emr import ALIVE, name_within
from orchard.aws.target import Target
from orchard.base.config import Settings

ENDING = (*ALIVE, "TERMINATING")
ENDPOINT = "emr-service-vpce"  # the name of what EMR makes in a private VPC (orchard.infrastructure.service_endpoint)
GONE_WITHIN = 120.0  # seconds that a service may go on telling of what was deleted

Make = Callable[[str], Any]


def tagged(settings: Settings, target: Target) -> list[str]:
    """List what exists with the project's tag or name, sorted; what is on its way out counts as gone.

    The Resource Groups Tagging API answers for most services of a region, late, so that each is asked again; EMR's
    clusters stay in it for weeks after they ended, and IAM is not in it at all, so those two and the Studio are asked
    themselves.

    Raises:
        AwsError: AWS refuses one of the searches.
    """
    project = settings.project
    found = existence.standing(target.client, (item.arn for item in by_tag(target.client, project)))
    found += others(target.client, project)
    return sorted(set(found))


def left(settings: Settings, target: Target, waiting: Callable[[list[str]], None] = lambda some: None) -> list[str]:
    """List what exists after all was deleted, once services have had two minutes to tell the truth; as `tagged`.

    Args:
        settings: `project` counts.
        target: where to look.
        waiting: is told once what there seems to be at first.
    """
    deadline = time.monotonic() + GONE_WITHIN
    if found := tagged(settings, target):
        waiting(found)
    while found and time.monotonic() < deadline:
        time.sleep(target.poll_interval)
        found = tagged(settings, target)
    return found


def others(client: Make, project: str) -> list[str]:
    """List what has the project's name where tags cannot be searched."""
    return [item for probe in (_clusters, _studios, _iam, _buckets, left_endpoints) for item in probe(client, project)]


class Tagged(NamedTuple):
    """Something that carries the project's tag: its ARN, and all its tags."""

    arn: str
    tags: dict[str, str]

    def belongs_to(self, clusters: set[str]) -> bool:
        """Tell whether this is a node, a disk or a network interface of one of these clusters, by name or id.

        EMR makes and removes those by itself, and copies the cluster's tags to them.
        """
        if not re.search(r":ec2:.*:(instance|volume|network-interface)/", self.arn):
            return False
        return self.tags.get("aws:elasticmapreduce:job-flow-id", self.tags.get("Cluster")) in clusters


def by_tag(client: Make, project: str) -> Iterator[Tagged]:
    """List what the tag index has of the project, which may be gone (`orchard.aws.existence`)."""
    filters = [{"Key": "Project", "Values": [project]}]
    pages = client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(TagFilters=filters)
    for page in pages:
        for entry in page["ResourceTagMappingList"]:
            arn = entry["ResourceARN"]
            if ":elasticmapreduce:" not in arn:
                yield Tagged(arn, {tag["Key"]: tag["Value"] for tag in entry.get("Tags", [])})


def _clusters(client: Make, project: str) -> Iterator[str]:
    for page in client("emr").get_paginator("list_clusters").paginate(ClusterStates=list(ENDING)):
        yield from (f"cluster {c['Id']} ({c['Name']})" for c in page["Clusters"] if name_within(c["Name"], project))


def _studios(client: Make, project: str) -> Iterator[str]:
    for page in client("emr").get_paginator("list_studios").paginate():
        yield from (f"Studio {s['StudioId']} ({s['Name']})" for s in page["Studios"] if s["Name"] == project)


def _iam(client: Make, project: str) -> Iterator[str]:
    iam = client("iam")
    mine = f"{project}-{_region(client)}-"
    for page in iam.get_paginator("list_roles").paginate():
        yield from (r["Arn"] for r in page["Roles"] if r["RoleName"].startswith(mine))
    for page in iam.get_paginator("list_policies").paginate(Scope="Local"):
        yield from (p["Arn"] for p in page["Policies"] if p["PolicyName"].startswith(mine))
    for page in iam.get_paginator("list_instance_profiles").paginate():
        yield from (p["Arn"] for p in page["InstanceProfiles"] if p["InstanceProfileName"].startswith(mine))


def _buckets(client: Make, project: str) -> Iterator[str]:
    mine = re.compile(rf"{project}-\d{{12}}-{_region(client)}(-access-logs)?")
    buckets = client("s3").list_buckets()["Buckets"]
    yield from (f"arn:aws:s3:::{b['Name']}" for b in buckets if mine.fullmatch(b["Name"]))


def _region(client: Make) -> str:
    """IAM and the list of buckets are the whole account's: names in them carry the region."""
    return client("emr").meta.region_name


def left_endpoints(client: Make, project: str) -> list[str]:
    """List EMR's own endpoints in the project's VPCs, which carry no tag of the project's."""
    ec2 = client("ec2")
    vpcs = ec2.describe_vpcs(Filters=[{"Name": "tag:Project", "Values": [project]}])["Vpcs"]
    return [f"endpoint {number} ({ENDPOINT})" for vpc in vpcs for number in endpoints(ec2, vpc["VpcId"])]


def endpoints(ec2: Any, vpc_id: str) -> list[str]:
    """List the ids of EMR's own endpoints in a VPC, until they are gone."""
    filters = [{"Name": name, "Values": [value]} for name, value in (("vpc-id", vpc_id), ("tag:Name", ENDPOINT))]
    pages = ec2.get_paginator("describe_vpc_endpoints").paginate(Filters=filters)
    return [e["VpcEndpointId"] for page in pages for e in page["VpcEndpoints"] if e["State"].lower() != "deleted"]
