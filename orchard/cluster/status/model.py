"""What `status` tells, as data: the model behind the screen and behind `--json`.

Times are UTC. Amounts are US dollars, as AWS would charge them: on an emulated AWS (`emulated`) nothing was charged.
"""

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Moment = Annotated[datetime, AfterValidator(lambda moment: moment.astimezone(UTC))]  # boto3's are local


class Part(BaseModel):
    """A part of the model: immutable, and nothing in it that is not named here."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Studio(Part):
    """An EMR Studio."""

    id: str
    name: str
    url: str


class Nodes(Part):
    """Nodes of a cluster that are alike and run."""

    role: Literal["MASTER", "CORE", "TASK", "UNKNOWN"]
    instance_type: str
    count: int
    market: Literal["ON_DEMAND", "SPOT"]


class Progress(Part):
    """What the job in a running step says of itself."""

    phase: str
    done: int = Field(description="images")
    total: int = Field(description="images; 0 in a phase that counts none")
    images_per_second: float
    seconds_left: float | None


class Step(Part):
    """A step of a cluster."""

    id: str
    name: str
    run: str | None = Field(
        description="the run it belongs to, for a canary the cluster's shape; null for a step of somebody else"
    )
    job: str | None
    state: str
    created: Moment
    started: Moment | None
    ended: Moment | None
    progress: Progress | None


class Idle(Part):
    """The idle time-out of a cluster, and when it strikes."""

    timeout_seconds: int
    since: Moment | None = Field(description="when the last work ended; null while there is work")
    strikes_at: Moment | None = Field(description="when it ends the cluster, if nothing comes until then")
    source: Literal["policy", "tag"] = Field(description="EMR's policy itself, or the tag that Terraform set with it")


class HardLimit(Part):
    """The end whatever the cluster does."""

    strikes_at: Moment
    enabled: bool
    overdue: bool = Field(False, description="it is past, and the cluster lives all the same: the schedule failed")


class Canary(Part):
    """What the last canary on nodes like these found: the step that tries whether they have what a run needs."""

    passed: bool
    ended: Moment
    found: str
    remedy: str
    warnings: list[str]


class Cluster(Part):
    """A cluster that lives."""

    id: str
    name: str
    short_name: str = Field(description="what --name takes")
    state: str
    reason: str
    created: Moment
    ready: Moment | None
    uptime_seconds: float
    release_label: str | None
    notebook: str | None
    nodes: list[Nodes]
    steps: list[Step] = Field(description="the newest first, at most 50")
    usd_per_hour: float | None = Field(description="null where the nodes or their prices are not known")
    usd_so_far: float | None
    idle: Idle | None
    hard_limit: HardLimit | None
    canary: Canary | None = Field(description="null where none has come back, or the nodes are not known")


class Ended(Part):
    """A cluster that has ended."""

    id: str
    name: str
    state: str
    reason: str
    created: Moment
    ended: Moment | None


class Budget(Part):
    """The monthly budget, which warns and stops nothing; AWS counts what is spent with hours of delay."""

    usd_limit: float
    usd_spent: float | None


class Orphan(Part):
    """Something with the project's tag that Terraform's states do not know."""

    what: str
    remedy: str


class Elsewhere(Part):
    """A cluster that Terraform's states on this machine know in another region, or on the target that charges."""

    region: str
    name: str = Field(description="as --name takes it")
    target: str = Field(description="as --target takes it; empty for the one that this tells of")
    look: str = Field(description="the command that shows whether it still runs")


class Missing(Part):
    """Something that could not be found out."""

    what: str
    why: str


class Status(Part):
    """All that `status` tells, as of one moment."""

    taken: Moment = Field(description="by AWS's clock")
    project: str
    region: str
    emulated: bool
    prices_of: str
    budget: Budget | None = Field(description="null where the settings have none")
    studios: list[Studio]
    clusters: list[Cluster]
    ended: list[Ended] = Field(description="in the last week, the newest first")
    orphans: list[Orphan]
    elsewhere: list[Elsewhere] = Field(description="it may run and cost; the states that state_bucket keeps tell none")
    missing: list[Missing]
