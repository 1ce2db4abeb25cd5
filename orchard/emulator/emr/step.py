"""A step and its states.

PENDING -> RUNNING -> COMPLETED | FAILED | INTERRUPTED, PENDING -> CANCELLED, RUNNING -> CANCEL_PENDING -> CANCELLED
(Amazon EMR API Reference, StepStatus).
"""

from collections.abc import Callable
from typing import Any

from moto.core.utils import utcnow
from moto.emr.models import Step

from orchard.emulator.permissions.access import Principal

ENDED = frozenset({"COMPLETED", "FAILED", "CANCELLED", "INTERRUPTED"})
ACTIVE = frozenset({"PENDING", "RUNNING", "CANCEL_PENDING"})


class ClusterStep(Step):
    """A step of a cluster. moto 5.2.5 never ends a step and starts the first one when it is added."""

    def __init__(self, config: dict[str, Any]) -> None:
        jar = config.get("HadoopJarStep", {})
        super().__init__(
            state="PENDING",
            name=config.get("Name", ""),
            hadoop_jar_step={name: jar.get(name, []) for name in ("Jar", "MainClass", "Args") if jar.get(name)},
            action_on_failure=config.get("ActionOnFailure") or "TERMINATE_CLUSTER",
        )
        self.main_class: str | None = jar.get("MainClass")
        self.properties = jar.get("Properties", [])
        self.execution_role_arn = config.get("ExecutionRoleArn")
        self.environment: dict[str, str] = {}  # variables of its command beside those of every step
        self.acts_as: Callable[[], Principal] | None = None  # who it is to S3, if not the nodes
        self.reason: str | None = None
        self.failure: dict[str, str] | None = None  # FailureDetails: Reason, Message, LogFile

    def start(self) -> None:
        """Do nothing: moto's Cluster calls this on the first step before there is a cluster to run it."""

    def begin(self) -> None:
        """Enter RUNNING."""
        self.state, self.start_date_time = "RUNNING", utcnow()

    def finish(self, state: str, reason: str | None = None, failure: dict[str, str] | None = None) -> None:
        """Enter one of the final states; the first one stays."""
        if self.state not in ENDED:
            self.state, self.reason, self.failure = state, reason, failure
            self.end_date_time = utcnow()

    @property
    def config(self) -> dict[str, Any]:
        """HadoopStepConfig; moto's has no main class."""
        return super().config | ({"MainClass": self.main_class} if self.main_class else {})

    @property
    def status(self) -> dict[str, Any]:
        """StepStatus; moto's has no FailureDetails and a null message for a step without a reason."""
        timeline = {
            "CreationDateTime": self.creation_date_time,
            "StartDateTime": self.start_date_time,
            "EndDateTime": self.end_date_time,
        }
        return {
            "State": self.state,
            "StateChangeReason": {"Message": self.reason} if self.reason else {},
            "Timeline": {name: moment for name, moment in timeline.items() if moment},
        } | ({"FailureDetails": self.failure} if self.failure else {})
