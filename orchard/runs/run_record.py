"""The record of a run: what was asked for, on which cluster, when its steps ran, what that cost.

It is written when the steps are submitted, and is completed by whoever first sees them ended: a follow, `results` or
`cost --run`.
"""

from typing import Any

from pydantic import ValidationError

from orchard.aws import layout
from orchard.aws.bucket import Bucket
from orchard.aws.layout import StepName
from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.cost import estimate, parts
from orchard.cost.prices import Rates, of_requests, rates
from orchard.diagnosis.aws import AwsError
from orchard.runs import manifests
from orchard.runs.run_record_model import Attempt, Cluster, Cost, Group, RunRecord, Step

FORBIDDEN = 403


def read(store: Bucket, run: str) -> RunRecord | None:
    """Read a run's record; None for a run without one (of an older version), or with one that cannot be read.

    Raises:
        OrchardError: the bucket is not there, or refuses.
    """
    told = store.read_json(layout.record(run))
    try:
        return RunRecord.model_validate(told) if told else None
    except ValidationError:
        return None


def begin(
    store: Bucket, place: Target, settings: Settings, run: str, *, csv: bool, code: str, cluster_id: str, ids: list[str]
) -> RunRecord:
    """Write the record of steps that were just submitted; a resumed run keeps what its earlier attempts did.

    Args:
        store: the data bucket.
        place: where.
        settings: the run's.
        run: its name.
        csv: whether scores are written as CSV too.
        code: the hash of the job code.
        cluster_id: of the cluster.
        ids: of the steps.

    Raises:
        OrchardError: EMR or the bucket refuses, or cannot be reached.
    """
    emr = place.client("emr")
    before = read(store, run)
    cluster = _cluster(emr, cluster_id, settings)
    steps = _steps(emr, cluster_id, ids)
    earlier = [*before.earlier, Attempt(cluster=before.cluster, steps=before.steps)] if before else []
    record = RunRecord(
        run=run,
        target=place.name,  # type: ignore[arg-type]
        emulated=not place.charges,
        region=settings.region,
        submitted=min(step.created for step in steps),
        mode=settings.mode,
        split=settings.split,
        csv=csv,
        code=code,
        nat=settings.network == "private",
        cluster=cluster,
        steps=steps,
        earlier=[attempt for attempt in earlier if {s.id for s in attempt.steps}.isdisjoint(ids)],
    )
    store.write_json(layout.record(run), record.model_dump(mode="json"))
    return record


def complete(store: Bucket, target: Target, run: str) -> RunRecord | None:
    """Bring a run's record up to date, and price it once its steps have ended; None where there is no record.

    What EMR does not tell any more stays as it was last known.

    Raises:
        OrchardError: the bucket is not there, or refuses.
    """
    record = read(store, run)
    if record is None or (record.is_over and record.cost and record.cluster.ended):
        return record
    emr = target.client("emr")
    try:
        steps = _steps(emr, record.cluster.id, [step.id for step in record.steps])
        timeline = emr.describe_cluster(ClusterId=record.cluster.id)["Cluster"]["Status"]["Timeline"]
    except OrchardError:
        return record
    cluster = record.cluster.model_copy(
        update={"ready": timeline.get("ReadyDateTime"), "ended": timeline.get("EndDateTime")}
    )
    fresh = record.model_copy(update={"steps": steps, "cluster": cluster})
    if fresh.is_over:
        manifest = manifests.read(store, layout.FEATURES, run) or {}
        images = manifest.get("counts", {}).get("featurised", 0)
        fresh = fresh.model_copy(update={"cost": price(fresh, rates(record.region), images)})
    if fresh != record:
        try:
            store.write_json(layout.record(run), fresh.model_dump(mode="json"))
        except AwsError as error:
            if error.status != FORBIDDEN:  # who may only look is told all the same
                raise
    return fresh


def price(record: RunRecord, table: Rates, images: int) -> Cost | None:
    """Price a run whose steps have ended; None where the table lacks a price, or nothing ever ran.

    Args:
        record: of the run.
        table: prices in its region.
        images: how many were featurised, for the requests to S3, which are estimated.
    """
    total, hours = parts.Parts(), 0.0
    vcpus = 0
    for attempt in [*record.earlier, Attempt(cluster=record.cluster, steps=record.steps)]:
        groups = attempt.cluster.instance_groups
        hourly = parts.per_hour(
            [parts.Nodes(g.instance_type, g.count, g.market) for g in groups], table, nat=record.nat
        )
        if hourly is None:
            return None
        vcpus = max(vcpus, estimate.vcpus_of((g.instance_type, g.count) for g in groups if g.role != "MASTER"))
        spent = _hours(attempt.steps)
        hours, total = hours + spent, total.plus(hourly.over(spent))
    if not hours:
        return None
    asked = estimate.requests(images, hours * 3600, vcpus)
    total = total.plus(parts.Parts(s3=of_requests(asked, table.requests)))
    return Cost(
        currency=table.currency,
        prices_of=table.date,
        emulated=record.emulated,
        hours=round(hours, 6),
        parts={name: round(getattr(total, name), 6) for name in parts.NAMES},
        total=round(total.total, 6),
    )


def _hours(steps: list[Step]) -> float:
    """Return the hours from the first step's start to the last step's end."""
    started = [step.started for step in steps if step.started]
    ended = [step.ended for step in steps if step.started and step.ended]
    return max(0.0, (max(ended) - min(started)).total_seconds() / 3600) if started and ended else 0.0


def _cluster(emr: Any, cluster_id: str, settings: Settings) -> Cluster:
    told = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    tags = {tag["Key"]: tag["Value"] for tag in told.get("Tags", [])}
    timeline = told["Status"]["Timeline"]
    pages = emr.get_paginator("list_instance_groups").paginate(ClusterId=cluster_id)
    groups = [
        Group(
            role=group["InstanceGroupType"],
            instance_type=group["InstanceType"],
            count=group.get("RunningInstanceCount") or group.get("RequestedInstanceCount", 0),
            market=group.get("Market", "ON_DEMAND"),
        )
        for page in pages
        for group in page["InstanceGroups"]
    ]
    return Cluster(
        id=cluster_id,
        name=told["Name"],
        release_label=told.get("ReleaseLabel", ""),
        notebook=tags.get("Notebook", settings.notebook),
        instance_groups=groups,
        created=timeline["CreationDateTime"],
        ready=timeline.get("ReadyDateTime"),
        ended=timeline.get("EndDateTime"),
    )


def _steps(emr: Any, cluster_id: str, ids: list[str]) -> list[Step]:
    """Ask for the steps, in the order of their ids; ListSteps takes ten ids at most."""
    told = {entry["Id"]: entry for entry in emr.list_steps(ClusterId=cluster_id, StepIds=ids)["Steps"]}
    if missing := [number for number in ids if number not in told]:
        raise OrchardError(f"EMR does not know the step {missing[0]} of {cluster_id}", "look at them: ./inv status")
    found = []
    for number in ids:
        entry, timeline = told[number], told[number]["Status"].get("Timeline", {})
        named = StepName.parse(entry["Name"])
        found.append(
            Step(
                id=number,
                name=entry["Name"],
                job=named.job if named else entry["Name"],
                state=entry["Status"]["State"],
                created=timeline["CreationDateTime"],
                started=timeline.get("StartDateTime"),
                ended=timeline.get("EndDateTime"),
            )
        )
    return found
