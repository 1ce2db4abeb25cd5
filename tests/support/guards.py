"""The schedule that ends a cluster, as terraform/modules/lifetime makes it, for tests without Terraform."""

import json
from datetime import datetime
from typing import Any

from orchard.aws.scheduler import name_of


def end_of_life(scheduler: Any, cluster_name: str, cluster_id: str, ends_at: datetime, **more: Any) -> None:
    """Make it with boto3's client; `more` is what else CreateSchedule takes."""
    scheduler.create_schedule(
        Name=name_of(cluster_name),
        ScheduleExpression=f"at({ends_at:%Y-%m-%dT%H:%M:%S})",
        ScheduleExpressionTimezone="UTC",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": "arn:aws:scheduler:::aws-sdk:emr:terminateJobFlows",
            "RoleArn": "arn:aws:iam::123456789012:role/scheduler",
            "Input": json.dumps({"JobFlowIds": [cluster_id]}),
        },
        **more,
    )
