"""Checks of the cluster that the settings describe: can it be had, and is its release cared for."""

import json
from datetime import date, timedelta

from orchard.aws import bucket
from orchard.base.instance_types import instance_types
from orchard.base.places import ROOT
from orchard.cluster import canary_verdict
from orchard.diagnosis.aws import NotFoundError
from orchard.doctor.finding import Finding, Setup

# Service Quotas of EC2, in vCPUs: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances", and all
# "Standard Spot Instance Requests" of these families.
ON_DEMAND, SPOT = "L-1216C47A", "L-34B43A08"
FAMILIES = tuple("acdhimrtz")
SOON = timedelta(days=60)
_LATER = 'set release_label to a later one, such as "emr-7.13.0", and run a mini job before a large one'


def release(setup: Setup, today: date | None = None) -> Finding:
    """Compare the release's end of standard support with today."""
    label, today = setup.settings.release_label, today or date.today()
    support = json.loads((ROOT / "terraform" / "modules" / "cluster" / "release_support.json").read_text())
    if label not in support:
        return Finding("unknown", f"{label}: Orchard does not know until when AWS supports it")
    until = date.fromisoformat(support[label])
    if today > until:
        return Finding("warn", f"{label} has had no standard support since {until}", _LATER)
    if today + SOON > until:
        return Finding("warn", f"{label} is supported until {until} only", _LATER)
    return Finding("ok", f"{label}, supported until {until}")


def offered(setup: Setup) -> Finding:
    """Check that the region has the instance type."""
    name, region = setup.settings.instance_type, setup.settings.region
    filters = [{"Name": "instance-type", "Values": [name]}]
    answer = setup.client("ec2").describe_instance_type_offerings(LocationType="region", Filters=filters)
    if answer["InstanceTypeOfferings"]:
        return Finding("ok", f"{name} is offered in {region}")
    return Finding("fail", f"{region} does not offer {name}", "choose another instance_type, such as m5.xlarge")


def canary_came_back(setup: Setup) -> Finding:
    """Look at what the last canary found on nodes as the settings describe them."""
    settings = setup.settings
    store = bucket.data(settings, setup.aws)
    nodes = f"{settings.core_count} x {settings.instance_type} with {settings.release_label}"
    like = canary_verdict.hardware(settings.release_label, settings.instance_type, settings.core_count)
    found = canary_verdict.latest(store, like)
    if found is None:
        return Finding("ok", f"none yet on {nodes}: ./inv run sends one first")
    said = f"{nodes} on {found.ended:%Y-%m-%d}: {found.found}"
    if not found.passed:
        return Finding("fail", said, found.remedy)
    if found.warnings:
        return Finding("warn", f"{said}; {'; '.join(found.warnings)}", "./inv up puts the cluster's configuration back")
    return Finding("ok", said)


def on_demand_quota(setup: Setup) -> Finding:
    """Compare the on-demand nodes that the settings ask for with the account's quota on vCPUs."""
    return _quota(setup, ON_DEMAND, 1 + setup.settings.core_count, spot=False, fewer="core_count")


def spot_quota(setup: Setup) -> Finding:
    """Compare the Spot nodes that the settings ask for with the account's quota on vCPUs."""
    settings = setup.settings
    count = max(settings.task_spot_count, settings.managed_scaling_max - settings.core_count)
    return _quota(setup, SPOT, count, spot=True, fewer="task_spot_count")


def _quota(setup: Setup, code: str, nodes: int, *, spot: bool, fewer: str) -> Finding:
    wanted = nodes * instance_types()[setup.settings.instance_type]["vcpus"]
    try:
        answer = setup.client("service-quotas").get_service_quota(ServiceCode="ec2", QuotaCode=code)
    except NotFoundError:
        return Finding("unknown", f"{wanted} vCPUs are wanted; this AWS knows no quota {code}")
    limit, used = int(answer["Quota"]["Value"]), _used(setup, spot=spot)
    detail = f"{wanted} vCPUs are wanted, {used} of {limit} are in use"
    if wanted <= limit - used:
        return Finding("ok", detail)
    ask = f"ask for more: aws service-quotas request-service-quota-increase --service-code ec2 --quota-code {code} "
    remedy = f"fewer or smaller nodes ({fewer}, instance_type), or {ask}--desired-value {wanted + used}"
    # What is in use may be the very cluster that the settings describe.
    return Finding("fail" if wanted > limit else "warn", detail, remedy)


def _used(setup: Setup, *, spot: bool) -> int:
    filters = [{"Name": "instance-state-name", "Values": ["pending", "running"]}]
    pages = setup.client("ec2").get_paginator("describe_instances").paginate(Filters=filters)
    running = [i for page in pages for r in page["Reservations"] for i in r["Instances"]]
    counted = [i for i in running if (i.get("InstanceLifecycle") == "spot") == spot]
    return sum(_size(i) for i in counted if i["InstanceType"].startswith(FAMILIES))


def _size(instance: dict) -> int:
    options = instance.get("CpuOptions") or {}
    known = instance_types().get(instance["InstanceType"], {}).get("vcpus", 0)
    return known or options.get("CoreCount", 1) * options.get("ThreadsPerCore", 1)
