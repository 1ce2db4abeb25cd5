"""Gather the status: all at once, each call on its own, so that one refusal leaves the rest.

EMR is asked at most five times for three clusters, because its calls are few to a whole account: ListClusters,
ListStudios, and ListSteps for each cluster that lives. Nodes, flavours and time-outs come from the nodes' tags (EC2),
the hard limits from EventBridge Scheduler, the progress from the bucket.
"""

from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from orchard.aws import bucket, scheduler, tags
from orchard.aws.bucket import Bucket
from orchard.aws.emr import ALIVE
from orchard.aws.layout import JOBS
from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.errors import OrchardError, UsageError
from orchard.base.nearest import suggest
from orchard.cluster.status import nodes as running
from orchard.cluster.status import reading
from orchard.cluster.status.model import Budget, Cluster, Ended, HardLimit, Missing, Orphan, Status, Step, Studio
from orchard.cost.prices import Rates, rates
from orchard.infrastructure import orphans, state

LATELY = timedelta(days=8)  # a cluster lives for a week at most
THREADS = 8
BUDGET = 5  # calls to EMR
SERVICES = ("emr", "ec2", "scheduler", "s3", "resourcegroupstaggingapi", "kms")


def gather(settings: Settings, target: Target, short_name: str | None = None) -> Status:
    """Find out everything that `status` tells.

    Args:
        settings: `project`, `region`, `bucket` and `state_bucket` count.
        target: where to look.
        short_name: tell of this cluster only, by what --name takes.

    Raises:
        UsageError: there is no cluster of that name, living or ended lately.
        OrchardError: EMR does not even list the clusters.
    """
    with ThreadPoolExecutor(THREADS) as pool:
        return _Gathering(settings, target, pool).all(short_name)


class _Gathering:
    def __init__(self, settings: Settings, target: Target, pool: ThreadPoolExecutor) -> None:
        self.settings, self.target, self.pool = settings, target, pool
        self.missing: list[Missing] = []
        self.client = {name: target.client(name) for name in SERVICES}
        self.rates: Rates = rates(settings.region)
        self.prefix = f"{settings.project}-"

    def ask(self, what: str, question: Callable[[], Any]) -> Future:
        """Ask something in a thread; a refusal is noted, and the answer is None then."""

        def run() -> Any:
            try:
                return question()
            except OrchardError as error:
                self.missing.append(Missing(what=what, why=error.cause))

        return self.pool.submit(run)

    def all(self, short_name: str | None) -> Status:
        listing = self.pool.submit(self._clusters)
        studios = self.ask("Studios", self._studios)
        nodes = self.ask("nodes and what they cost", lambda: running.of_project(self.client["ec2"], self._project))
        tagged = self.ask("tagged resources", lambda: list(tags.by_tag(self.client.__getitem__, self._project)))
        known = self.ask("Terraform's states", lambda: state.known(self.settings, self.target))
        store = self.ask("the bucket", lambda: Bucket(self.target, bucket.name(self.settings, self.target)))
        budget = self.ask("the budget", self._budget)
        now, mine = listing.result()
        living = [entry for entry in mine if entry["Status"]["State"] in (*ALIVE, "TERMINATING")]
        over = [entry for entry in mine if entry not in living]
        if short_name is not None:
            living, over = self._only(short_name, living, over)
        told = nodes.result() or {}
        asked = 2 + len(living)
        ask_policy = asked + len(living) <= BUDGET
        pending = [self._ask_about(entry, store, ask_policy=ask_policy) for entry in living]
        clusters = [
            self._cluster(entry, told.get(entry["Id"], []), now, *(f.result() for f in answers))
            for entry, answers in zip(living, pending, strict=True)
        ]
        ended = self._ended(over, {entry["Name"] for entry in living})
        found = studios.result() or []
        named = [f"cluster {c.id} ({c.name})" for c in clusters] + [f"Studio {s.id} ({s.name})" for s in found]
        return Status(
            taken=now,
            project=self._project,
            region=self.settings.region,
            emulated=not self.target.charges,
            prices_of=self.rates.date,
            budget=budget.result(),
            studios=found,
            clusters=clusters,
            ended=ended,
            orphans=_orphans(tagged.result() or [], named, known.result(), clusters),
            missing=sorted(self.missing, key=lambda missing: missing.what),
        )

    @property
    def _project(self) -> str:
        return self.settings.project

    def _clusters(self) -> tuple[datetime, list[dict[str, Any]]]:
        """List our clusters, the newest first, and tell the time by AWS's own clock."""
        pages = self.client["emr"].get_paginator("list_clusters").paginate(CreatedAfter=datetime.now(UTC) - LATELY)
        entries, now = [], datetime.now(UTC)
        for page in pages:
            entries += [entry for entry in page["Clusters"] if entry["Name"].startswith(self.prefix)]
            if told := page["ResponseMetadata"]["HTTPHeaders"].get("date"):
                now = parsedate_to_datetime(told)
        return now, sorted(entries, key=lambda entry: entry["Status"]["Timeline"]["CreationDateTime"], reverse=True)

    def _only(self, short_name: str, living: list[dict], over: list[dict]) -> tuple[list[dict], list[dict]]:
        name = self.prefix + short_name
        if not any(entry["Name"] == name for entry in (*living, *over)):
            there = [entry["Name"].removeprefix(self.prefix) for entry in (*living, *over)]
            raise UsageError(f"there is no cluster {name}, and there was none lately", suggest(short_name, there))
        return [e for e in living if e["Name"] == name], [e for e in over if e["Name"] == name]

    def _studios(self) -> list[Studio]:
        pages = self.client["emr"].get_paginator("list_studios").paginate()
        mine = [entry for page in pages for entry in page["Studios"] if entry["Name"] == self._project]
        return [Studio(id=entry["StudioId"], name=entry["Name"], url=entry.get("Url", "")) for entry in mine]

    def _budget(self) -> Budget | None:
        if not self.settings.monthly_budget:
            return None
        account = self.target.account()
        told = self.target.client("budgets").describe_budget(AccountId=account, BudgetName=f"{self._project}-monthly")
        limit, spent = told["Budget"]["BudgetLimit"], told["Budget"].get("CalculatedSpend", {}).get("ActualSpend")
        return Budget(usd_limit=float(limit["Amount"]), usd_spent=float(spent["Amount"]) if spent else None)

    def _ask_about(self, entry: dict[str, Any], store: Future, *, ask_policy: bool) -> tuple[Future, ...]:
        emr, name, number = self.client["emr"], entry["Name"], entry["Id"]
        steps = self.ask(f"steps of {name}", lambda: self._steps(emr.list_steps(ClusterId=number)["Steps"], store))
        policy = self.ask(
            f"idle time-out of {name}",
            lambda: emr.get_auto_termination_policy(ClusterId=number) if ask_policy else None,
        )
        return steps, self._ask_limit(name), policy

    def _ask_limit(self, name: str) -> Future:
        return self.ask(f"hard limit of {name}", lambda: scheduler.hard_limit(self.client["scheduler"], name))

    def _steps(self, entries: Iterable[dict[str, Any]], store: Future) -> list[Step]:
        steps = [reading.step(entry) for entry in entries]
        for index, step in enumerate(steps):
            if step.state == "RUNNING" and step.run and step.job and (opened := store.result()):
                said = opened.read_json(JOBS[step.job].progress(step.run))
                steps[index] = step.model_copy(update={"progress": reading.progress(said) if said else None})
        return steps

    def _cluster(
        self,
        entry: dict[str, Any],
        nodes: list[running.Node],
        now: datetime,
        steps: list[Step] | None,
        limit: scheduler.HardLimit | None,
        policy: dict[str, Any] | None,
    ) -> Cluster:
        status, timeline = entry["Status"], entry["Status"]["Timeline"]
        created, ready = reading.utc(timeline["CreationDateTime"]), reading.utc(timeline.get("ReadyDateTime"))
        uptime = max(0.0, (now - created).total_seconds())
        nat_hours = uptime / 3600 if self.settings.network == "private" else None
        cost = running.cost(nodes, self.rates, now, nat_hours)
        mine = limit if limit and entry["Id"] in limit.cluster_ids else None
        return Cluster(
            id=entry["Id"],
            name=entry["Name"],
            short_name=entry["Name"].removeprefix(self.prefix),
            state=status["State"],
            reason=reading.reason(status),
            created=created,
            ready=ready,
            uptime_seconds=uptime,
            release_label=running.tag(nodes, "ReleaseLabel"),
            notebook=running.tag(nodes, "Notebook"),
            nodes=running.grouped(nodes),
            steps=steps or [],
            usd_per_hour=round(cost[0], 6) if cost else None,
            usd_so_far=round(cost[1], 6) if cost else None,
            idle=reading.idle(policy, running.tag(nodes, "IdleTimeout"), status["State"], ready, steps),
            hard_limit=HardLimit(strikes_at=mine.ends_at, enabled=mine.enabled) if mine else None,
        )

    def _ended(self, entries: list[dict[str, Any]], living: set[str]) -> list[Ended]:
        """Tell of ended clusters; AWS calls an end by the schedule a user's request, so that is looked up."""
        latest: dict[str, dict] = {}
        for entry in entries:
            latest.setdefault(entry["Name"], entry)
        limits = {name: self._ask_limit(name) for name in latest if name not in living}
        return [reading.ended(e, limits[e["Name"]].result() if limits.get(e["Name"]) else None) for e in entries]


def _orphans(
    tagged: list[tags.Tagged], named: list[str], known: state.Known | None, clusters: list[Cluster]
) -> list[Orphan]:
    # Where the states could not be read, which `missing` tells, or are being written, everything would look orphaned.
    if known is None or known.at_work:
        return []
    ours = {word for c in clusters if c.id in known.words for word in (c.id, c.name)}
    items = [*named, *(item.arn for item in tagged if not item.belongs_to(ours))]
    left = orphans.unknown(items, known.words)
    return [Orphan(what=item, remedy=orphans.remedy(item)) for item in sorted(set(left))]
