"""What the AWS provider 5.100 does not read of a cluster when it is imported, though a difference replaces it.

Its import leaves `keep_job_flow_alive_when_no_steps` and `configurations_json` empty (internal/service/emr/cluster.go),
so the cluster that is taken in would be ended for another like it. EMR itself tells both.
"""

import json
from collections.abc import Mapping
from typing import Any

from orchard.aws.target import Target

KIND = "aws_emr_cluster"
UNREAD = ("keep_job_flow_alive_when_no_steps", "configurations_json")


def of_clusters(planned: Mapping[str, Any], target: Target) -> dict[str, dict[str, Any]]:
    """Find the clusters that a plan imports and replaces for nothing but what the provider has not read.

    Args:
        planned: a plan in Terraform's JSON format.
        target: where to ask EMR.

    Returns:
        by address, what the state lacks: as planned, and as EMR has it.

    Raises:
        AwsError: EMR refuses.
    """
    found = {}
    for entry in planned.get("resource_changes", []):
        change = entry["change"]
        reasons = {str(path[0]) for path in change.get("replace_paths", [])}
        if entry["type"] == KIND and change.get("importing") and reasons and reasons <= set(UNREAD):
            wanted = {name: change["after"][name] for name in UNREAD}
            if _is_so(target.client("emr").describe_cluster(ClusterId=change["importing"]["id"])["Cluster"], wanted):
                found[entry["address"]] = wanted
    return found


def _is_so(told: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    keeps = not told.get("AutoTerminate", False)
    same = _plain(told.get("Configurations", [])) == _plain(json.loads(wanted["configurations_json"] or "[]"))
    return keeps == wanted["keep_job_flow_alive_when_no_steps"] and same


def _plain(configurations: list[dict[str, Any]]) -> list[Any]:
    """Sort classifications and leave out what is empty, which EMR adds or drops."""
    return sorted(
        [one["Classification"], one.get("Properties") or {}, _plain(one.get("Configurations") or [])]
        for one in configurations
    )
