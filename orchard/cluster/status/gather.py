"""Gather the status: all at once, each call on its own, so that one refusal leaves the rest.

EMR is asked at most five times for three clusters, because its calls are few to a whole account: ListClusters,
ListStudios, and ListSteps for each cluster that lives. Nodes, flavours and time-outs come from the nodes' tags (EC2),
the hard limits from EventBridge Scheduler, the progress from the bucket.
"""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from orchard.aws import bucket, scheduler, tags
from orchard.aws.emr import ALIVE, name_within
from orchard.aws.layout import STEPS
from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.errors import OrchardError, UsageError
from orchard.base.nearest import suggest
from orchard.cluster import canary_verdict
from orchard.cluster.access import studio
from orchard.cluster.status import reading
from orchard.cluster.status.model import Budget, Canary, Cluster, Elsewhere, Missing, Orphan, Status, Step, Studio
from orchard.cluster.status.nodes import Node, cost, grouped, of_project, tag
from orchard.cost.prices import Rates, rates
from orchard.infrastructure import orphans, other_regions, state

LATELY = timedelta(days=8)  # a cluster lives for a week at most
THREADS = 8
BUDGET = 5  # calls to EMR
SERVICES = ("emr", "ec2", "scheduler", "s3", "resourcegroupstaggingapi")


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
        self.project, self.prefix = settings.project, f"{settings.project}-"

    def ask(self, what: str, question: Callable, *args: Any, **options: Any) -> Future:
        """Ask something in a thread; a refusal is noted, and the answer is None then."""

        def run() -> Any:
            try:
                return question(*args, **options)
            except OrchardError as error:
                self.missing.append(Missing(what=what, why=error.cause))

        return self.pool.submit(run)

    def all(self, short_name: str | None) -> Status:
        listing = self.pool.submit(self._clusters)
        studios = self.ask("Studios", self._studios)
        all_nodes = self.ask("nodes and what they cost", of_project, self.client["ec2"], self.project)
        tagged = self.ask("tagged resources", lambda: list(tags.by_tag(self.client.__getitem__, self.project)))
        known = self.ask("Terraform's states", state.known, self.settings, self.target)
        store = self.ask("the bucket", bucket.data, self.settings, self.target)
        budget = self.ask("the budget", self._budget)
        now, mine = listing.result()
        if short_name is not None:
            mine = self._only(short_name, mine)
        living = [entry for entry in mine if entry["Status"]["State"] in (*ALIVE, "TERMINATING")]
        limits = {
            name: self.ask(f"hard limit of {name}", scheduler.hard_limit, self.client["scheduler"], name)
            for name in {entry["Name"] for entry in mine}
        }
        steps = [self.ask(f"steps of {entry['Name']}", self._steps, entry["Id"], store) for entry in living]
        policies = [self._ask_policy(entry, calls=2 + 2 * len(living)) for entry in living]
        running = all_nodes.result() or {}
        kinds = [running.get(entry["Id"], []) for entry in living]
        canaries = [
            self.ask(f"the canary of {e['Name']}", _canary, n, store) for e, n in zip(living, kinds, strict=True)
        ]
        clusters = [
            self._cluster(entry, nodes, now, limits[entry["Name"]], *answers)
            for entry, nodes, *answers in zip(living, kinds, steps, policies, canaries, strict=True)
        ]
        return Status(
            taken=now,
            project=self.project,
            region=self.settings.region,
            emulated=not self.target.charges,
            prices_of=self.rates.date,
            budget=budget.result(),
            studios=studios.result() or [],
            clusters=clusters,
            ended=[reading.ended(entry, limits[entry["Name"]].result()) for entry in mine if entry not in living],
            orphans=self._orphans(tagged.result() or [], studios.result() or [], known.result(), clusters),
            elsewhere=[
                Elsewhere(**found._asdict(), look=found.look)
                for found in other_regions.clusters(self.project, self.target)
            ],
            missing=sorted(self.missing, key=lambda missing: missing.what),
        )

    def _clusters(self) -> tuple[datetime, list[dict[str, Any]]]:
        """List our clusters, the newest first, and tell the time by AWS's own clock."""
        pages = self.client["emr"].get_paginator("list_clusters").paginate(CreatedAfter=datetime.now(UTC) - LATELY)
        entries, now = [], datetime.now(UTC)
        for page in pages:
            entries += [entry for entry in page["Clusters"] if name_within(entry["Name"], self.project)]
            if date := page["ResponseMetadata"]["HTTPHeaders"].get("date"):
                now = parsedate_to_datetime(date)
        return now, sorted(entries, key=lambda entry: entry["Status"]["Timeline"]["CreationDateTime"], reverse=True)

    def _only(self, short_name: str, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
        name = self.prefix + short_name
        if named := [entry for entry in entries if entry["Name"] == name]:
            return named
        others = [entry["Name"].removeprefix(self.prefix) for entry in entries]
        remedy = (
            suggest(short_name, others, flag="--name")
            if others
            else "./inv up makes one; without --name, status shows all"
        )
        raise UsageError(f"there is no cluster {name}, and there was none lately", remedy)

    def _studios(self) -> list[Studio]:
        entry = studio.find(self.client["emr"], self.project)
        return [Studio(id=entry["StudioId"], name=entry["Name"], url=entry.get("Url", ""))] if entry else []

    def _budget(self) -> Budget | None:
        if not self.settings.monthly_budget:
            return None
        account = self.target.account()
        budgets, name = self.target.client("budgets"), f"{self.project}-{self.settings.region}-monthly"
        budget = budgets.describe_budget(AccountId=account, BudgetName=name)["Budget"]
        limit, spent = budget["BudgetLimit"], budget.get("CalculatedSpend", {}).get("ActualSpend")
        return Budget(usd_limit=float(limit["Amount"]), usd_spent=float(spent["Amount"]) if spent else None)

    def _ask_policy(self, entry: dict[str, Any], calls: int) -> Future:
        ask = self.client["emr"].get_auto_termination_policy if calls <= BUDGET else lambda **_: None
        return self.ask(f"idle time-out of {entry['Name']}", ask, ClusterId=entry["Id"])

    def _steps(self, cluster_id: str, store: Future) -> list[Step]:
        steps = [reading.step(entry) for entry in self.client["emr"].list_steps(ClusterId=cluster_id)["Steps"]]
        for index, step in enumerate(steps):
            if step.state == "RUNNING" and step.run and step.job and (opened := store.result()):
                state = opened.read_json(STEPS[step.job].progress(step.run))
                steps[index] = step.model_copy(update={"progress": reading.progress(state) if state else None})
        return steps

    def _cluster(
        self,
        entry: dict[str, Any],
        nodes: list[Node],
        now: datetime,
        limit: Future,
        steps: Future,
        policy: Future,
        verdict: Future,
    ) -> Cluster:
        status, timeline = entry["Status"], entry["Status"]["Timeline"]
        created, ready = timeline["CreationDateTime"], timeline.get("ReadyDateTime")
        uptime = max(0.0, (now - created).total_seconds())
        nat_hours = uptime / 3600 if self.settings.network == "private" else None
        spent = cost(nodes, self.rates, now, nat_hours)
        return Cluster(
            id=entry["Id"],
            name=entry["Name"],
            short_name=entry["Name"].removeprefix(self.prefix),
            state=status["State"],
            reason=reading.reason(status),
            created=created,
            ready=ready,
            uptime_seconds=uptime,
            release_label=tag(nodes, "ReleaseLabel"),
            notebook=tag(nodes, "Notebook"),
            nodes=grouped(nodes),
            steps=steps.result() or [],
            usd_per_hour=round(spent[0], 6) if spent else None,
            usd_so_far=round(spent[1], 6) if spent else None,
            idle=reading.idle(policy.result(), tag(nodes, "IdleTimeout"), status["State"], ready, steps.result()),
            hard_limit=reading.hard_limit(limit.result(), entry, now),
            canary=verdict.result(),
        )

    def _orphans(
        self,
        tagged: list[tags.Tagged],
        studios: list[Studio],
        known: state.Known | None,
        clusters: list[Cluster],
    ) -> list[Orphan]:
        # Where the states could not be read, which `missing` tells, or are being written, all would look orphaned.
        if known is None or known.at_work:
            return []
        phrases = [f"cluster {c.id} ({c.name})" for c in clusters] + [f"Studio {s.id} ({s.name})" for s in studios]
        if not clusters:  # which may use it
            phrases += (
                self.ask("EMR's endpoint", tags.left_endpoints, self.client.__getitem__, self.project).result() or []
            )
        found = orphans.unknown(tagged, phrases, ((c.id, c.name) for c in clusters), known.words)
        left = self.ask("what of the orphans is still there", orphans.still_there, self.target.client, found)
        return [Orphan(what=item, remedy=orphans.remedy(item)) for item in left.result() or []]


def _canary(nodes: list[Node], store: Future) -> Canary | None:
    """Read the last verdict on nodes like a cluster's."""
    core = next((kind for kind in grouped(nodes) if kind.role == "CORE"), None)
    release, opened = tag(nodes, "ReleaseLabel"), store.result()
    if core is None or release is None or opened is None:
        return None
    found = canary_verdict.latest(opened, canary_verdict.hardware(release, core.instance_type, core.count))
    return Canary(**found._asdict()) if found else None
