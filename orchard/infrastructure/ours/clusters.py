"""What is ours in EMR: the Studio, a cluster, and what lives with it."""

from orchard.aws.emr import Emr
from orchard.infrastructure.ours.place import Finder, Place, Values


def _studio(place: Place, values: Values) -> str | None:
    emr = place.client("emr")
    for page in emr.get_paginator("list_studios").paginate():
        for studio in page["Studios"]:
            if studio["Name"] == values["name"]:
                told = emr.describe_studio(StudioId=studio["StudioId"])["Studio"]
                if place.owns(told.get("Tags")):
                    return studio["StudioId"]
    return None


def _schedule(place: Place, values: Values) -> str | None:
    """Find a schedule, which has no tags, by its cluster's name."""
    place.client("scheduler").get_schedule(Name=values["name"])
    return f"default/{values['name']}"


def _cluster(place: Place, values: Values) -> str | None:
    for cluster in Emr(place.target).clusters(values["name"]):
        told = place.client("emr").describe_cluster(ClusterId=cluster.id)["Cluster"]
        if place.owns(told.get("Tags")):
            return cluster.id
    return None


def _security_configuration(place: Place, values: Values) -> str | None:
    """Find the one that a living cluster has: it has no tags and only the beginning of a name, and costs nothing."""
    for cluster in Emr(place.target).clusters(values["name_prefix"].removesuffix("-")):
        told = place.client("emr").describe_cluster(ClusterId=cluster.id)["Cluster"]
        if place.owns(told.get("Tags")) and told.get("SecurityConfiguration", "").startswith(values["name_prefix"]):
            return told["SecurityConfiguration"]
    return None


def _instance_group(place: Place, values: Values) -> str | None:
    if "cluster_id" not in values:
        return None
    pages = place.client("emr").get_paginator("list_instance_groups").paginate(ClusterId=values["cluster_id"])
    for group in (group for page in pages for group in page["InstanceGroups"]):
        if group.get("Name") == values["name"] and group["Status"]["State"] not in ("TERMINATING", "TERMINATED"):
            return f"{values['cluster_id']}/{group['Id']}"
    return None


FINDERS: dict[str, Finder] = {
    "aws_emr_studio": _studio,
    "aws_scheduler_schedule": _schedule,
    "aws_emr_cluster": _cluster,
    "aws_emr_security_configuration": _security_configuration,
    "aws_emr_instance_group": _instance_group,
}
