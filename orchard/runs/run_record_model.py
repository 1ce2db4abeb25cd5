"""The record of a run as data, as it lies in the bucket."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from orchard.aws.emr import OPEN
from orchard.base.language import marked


class Part(BaseModel):
    """A part of the record; what a later version adds is kept."""

    model_config = ConfigDict(extra="allow")


class Group(Part):
    """An instance group; `count` is how many nodes it had when the steps were submitted."""

    role: str
    instance_type: str
    count: int
    market: str


class Cluster(Part):
    """The cluster that ran the steps."""

    id: str
    name: str
    release_label: str
    notebook: str
    instance_groups: list[Group]
    created: datetime
    ready: datetime | None = None
    ended: datetime | None = None


# EMR's states of a step as a sentence has them; others are as rare as their words.
STATES = {
    "COMPLETED": marked("completed"),
    "FAILED": marked("failed"),
    "CANCELLED": marked("cancelled"),
    "RUNNING": marked("running"),
    "PENDING": marked("pending"),
}


class Step(Part):
    """One of the run's steps."""

    id: str
    name: str
    job: str
    state: str
    created: datetime
    started: datetime | None = None
    ended: datetime | None = None

    @property
    def stands(self) -> str:
        """Its state in words."""
        return STATES.get(self.state, self.state.lower())


class Attempt(Part):
    """What an earlier submission of the same run did before it was interrupted."""

    cluster: Cluster
    steps: list[Step]


class Cost(Part):
    """What the run cost from its first step's start to its last step's end.

    `emulated`: nothing was charged; the parts are what the same time would cost on AWS. `hours` and `parts` are of
    all attempts together; `parts` has ec2, emr, ebs, nat and s3.
    """

    currency: str
    prices_of: str
    emulated: bool
    hours: float
    parts: dict[str, float]
    total: float


class RunRecord(Part):
    """The record, as it lies in the bucket."""

    run: str
    target: Literal["local", "aws"]
    emulated: bool
    region: str
    submitted: datetime
    mode: str
    split: str
    csv: bool
    code: str
    nat: bool = False
    cluster: Cluster
    steps: list[Step]
    cost: Cost | None = None
    earlier: list[Attempt] = Field(default_factory=list)

    @property
    def is_over(self) -> bool:
        """Whether no step can change any more."""
        return bool(self.steps) and all(step.state not in OPEN for step in self.steps)
