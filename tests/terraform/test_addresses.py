"""What each root makes, by address: a review sees in these lists what a change adds or takes away.

After a change on purpose: ORCHARD_WRITE_GOLDEN=1 ./inv test --only tests/terraform/test_addresses.py
"""

import os
import re
from pathlib import Path

import pytest

from orchard.infrastructure.terraform import Terraform
from orchard.machine import provider

GOLDEN = Path(__file__).parent / "golden"
KEY = {"public_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIbWR3mB1UZ5kU3p7uPqvZzVv0m5Xz4vQyq6q7mJrT1u"}
DEFAULT_VPC = {"vpc_id": "vpc-1", "subnet_ids": ["subnet-b", "subnet-a"]}
FOUNDATION = {
    "project": "orchard",
    "region": "eu-west-3",
    "account_id": "123456789012",
    "bucket": "orchard-123456789012-eu-west-3",
    "logs_prefix": "logs/",
    "key_arn": "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555",
    "disk_key_arn": "arn:aws:kms:eu-west-3:123456789012:key/11111111-2222-3333-4444-555555555555",
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-a", "subnet-b"],
    "route_table_ids": [],
    "nat_subnet_id": None,
    "security_group_ids": {"primary": "sg-p", "core": "sg-c", "engine": "sg-e", "workspace": "sg-w"},
    "emr_service_role_arn": "arn:aws:iam::123456789012:role/orchard-eu-west-3-emr-service",
    "instance_profile_arn": "arn:aws:iam::123456789012:instance-profile/orchard-eu-west-3-emr-node",
    "end_of_life_role_arn": "arn:aws:iam::123456789012:role/orchard-eu-west-3-end-of-life",
    "alarm_topic_arn": "arn:aws:sns:eu-west-3:123456789012:orchard-alarms",
    "failed_ends_arn": "arn:aws:sqs:eu-west-3:123456789012:orchard-failed-ends",
}
PRIVATE = FOUNDATION | {
    "route_table_ids": ["rtb-a", "rtb-b"],
    "nat_subnet_id": "subnet-p",
    "security_group_ids": FOUNDATION["security_group_ids"] | {"service": "sg-s"},
}
NO_NETWORK = {"emulated": True, "offline": True}
BOOTSTRAP = {"bootstrap": {"prefix": "jobs/0123456789abcdef/", "requirements_sha256": "a" * 64}}

CASES = {
    "foundation-default": ("foundation", {"default_vpc": DEFAULT_VPC, "s3_prefix_list_id": "pl-1"}),
    "foundation-private": (
        "foundation",
        {
            "network": "private",
            "monthly_budget": 50,
            "alarm_email": "ops@example.eu",
            "studio_users": {"ana": "basic"},
        },
    ),
    "cluster-studio": ("cluster", {"foundation": FOUNDATION}),
    "cluster-studio-private-spot": ("cluster", {"foundation": PRIVATE, "task_spot_count": 2}),
    "cluster-jupyterhub-ssh-scaling": (
        "cluster",
        {
            "foundation": FOUNDATION,
            "notebook": "jupyterhub",
            "ssh": KEY | {"cidr": "198.51.100.7/32"},
            "managed_scaling_max": 6,
        },
    ),
}


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    """Both roots, initialised without credentials; the proxy goes nowhere, so that a network call would fail."""
    nowhere = {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9"}
    folder = tmp_path_factory.mktemp("state")
    made = {}
    for root in ("foundation", "cluster"):
        made[root] = Terraform(root, folder, provider.offline())
        made[root].init()
        made[root] = Terraform(root, folder, provider.offline() | nowhere)
    return made


@pytest.mark.parametrize("case", CASES)
def test_plan_makes_exactly_these(roots, case):
    root, variables = CASES[case]
    given = {"account_id": "123456789012"} if root == "foundation" else BOOTSTRAP
    plan = roots[root].plan(NO_NETWORK | given | variables, refresh=False)
    found = [f"{c['address']}\n" for c in roots[root].show_json(plan)["resource_changes"] if c["mode"] == "managed"]
    golden = GOLDEN / f"{case}.txt"
    if os.environ.get("ORCHARD_WRITE_GOLDEN"):
        golden.write_text("".join(sorted(found)))
    assert "".join(sorted(found)) == golden.read_text()
    assert plan.changed
    assert plan.counts == {"add": len(found), "change": 0, "remove": 0}


def test_what_ends_a_cluster_is_made_before_it_and_removed_after_it(roots):
    edges = re.findall(r'"(\S+)" -> "(\S+)"', roots["cluster"]._read("graph"))
    above, reached = ["module.cluster.aws_emr_cluster.this"], set()
    while above:
        address = above.pop()
        reached.add(address)
        above += [needed for needing, needed in edges if needing == address and needed not in reached]
    assert "module.lifetime.aws_scheduler_schedule.end" in reached
