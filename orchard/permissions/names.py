"""What the braces in `*.permissions.toml` stand for: ARNs and names, as Terraform's modules make them up."""

import re
from typing import Any

from orchard.base.config import Settings

PARTITION = "aws"  # of all regions that `EU_REGIONS` has
_BRACES = re.compile(r"\{([a-z_0-9]+)\}")  # no policy variable of IAM's, such as ${aws:username}


def of(settings: Settings, account: str) -> dict[str, str]:
    """Name what the statements speak of.

    Args:
        settings: `project`, `region`, `bucket`, `state_bucket` and `disk_key` count.
        account: number of the account.
    """
    place = f"{settings.region}:{account}"
    services = {
        service: f"arn:{PARTITION}:{namespace}:{place}"
        for service, namespace in (
            *(("ec2", "ec2"), ("emr", "elasticmapreduce"), ("kms", "kms")),
            *(("sns", "sns"), ("sqs", "sqs"), ("cloudwatch", "cloudwatch")),
        )
    }
    return services | {
        "partition": PARTITION,
        "region": settings.region,
        "account": account,
        "project": settings.project,
        "prefix": f"{settings.project}-{settings.region}",  # of IAM's names: terraform/modules/iam/names.tf
        "bucket": settings.bucket or f"{settings.project}-{account}-{settings.region}",
        "state_bucket": settings.state_bucket,
        "disk_key": settings.disk_key,
        "iam": f"arn:{PARTITION}:iam::{account}",
    }


def fill(value: Any, names: dict[str, str]) -> Any:
    """Put names in the place of their braces, in a text or in all texts of lists and tables.

    Raises:
        KeyError: braces stand for nothing.
    """
    if isinstance(value, dict):
        return {key: fill(inner, names) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, names) for inner in value]
    return _BRACES.sub(lambda found: names[found[1]], value)
