"""What a run submits to a cluster: the code and the weights in the bucket, and a step for each job."""

from pathlib import Path
from typing import Any

from orchard.aws import layout
from orchard.aws.bucket import Bucket
from orchard.aws.executors import Shape, promised
from orchard.aws.layout import Job, StepName
from orchard.base.config import Settings
from orchard.base.console import say
from orchard.base.counts import counted
from orchard.base.errors import UsageError
from orchard.base.language import marked
from orchard.base.places import STATE
from orchard.runs import canary, data_plane, job_code, manifests

JOBS = STATE / "jobs"
FEATURES = 1280  # MobileNetV2's, of an image
WEIGHTS = "mobilenet_v2_1.0_224_no_top.h5"


def source(store: Bucket, split: str) -> str:
    """Say where a run reads a split's photographs: packed where they have a manifest, else single objects.

    Returns:
        the prefix above the splits, with its slash.

    Raises:
        UsageError: there are none.
    """
    single = any(store.keys(f"{layout.RAW}{split}/", limit=1))
    if any(store.keys(layout.packed_manifest(split), limit=1)):
        if single:
            say(
                f"Runs read the packed photographs in {store.uri(layout.PACKED + split)}/, not the single objects in "
                f"{layout.RAW}; ./inv upload-dataset --single makes them read those."
            )
        return layout.PACKED
    if not single:
        there = store.directories(layout.PACKED) or store.directories(layout.RAW)
        other = [name for name in there if name != split]
        raise UsageError(
            f"there are no photographs of {split} in {store.uri('')}",
            f"the bucket has the split {other[0]}: --split {other[0]}" if other else "./inv upload-dataset",
        )
    return layout.RAW


def check_count(store: Bucket, settings: Settings) -> None:
    """Refuse more components than there are packed photographs: the job would, minutes later.

    Raises:
        UsageError: k is more than their number.
    """
    packed = store.read_json(layout.packed_manifest(settings.split)) or {}
    there = packed.get("photographs", settings.k)
    if settings.k > there > 0:
        where = store.uri(layout.PACKED + settings.split)
        raise UsageError(
            f"k is {settings.k}, and there are only {counted(there, 'photograph')} in {where}/",
            f"choose a k of at most {there}: -k {there}",
        )


def ship(store: Bucket, code: job_code.Package, settings: Settings) -> None:
    """Put the job code and the weights into the bucket, unless this very code is there.

    Raises:
        OrchardError: the weights that the user names are others, or none can be had.
    """
    prefix = layout.code(code.code_hash)
    there = {key.removeprefix(prefix) for key, _ in store.keys(prefix)}
    files = [(path, prefix + path.name) for path in code.files if path.name not in there]
    if settings.weights or WEIGHTS not in there:
        verified = weights(settings)  # what is named is looked at even where it is not needed
        if WEIGHTS not in there:
            files.append((verified, prefix + WEIGHTS))
    store.upload(files)


def weights(settings: Settings) -> Path:
    """Return a weights file that the data plane has verified: the user's, or one that it finds or fetches."""
    named = [str(Path(settings.weights).expanduser().resolve())] if settings.weights else []
    remedy, doing = "name a file: --weights FILE", marked("finding and verifying the weights")
    return Path(data_plane.call("weights_source", *named, doing=doing, otherwise=remedy))


def check_k(settings: Settings) -> None:
    """Refuse more components than there can be, as far as that is known before anything is submitted.

    Raises:
        UsageError: k is more than the features of an image, or than the images of a sample.
    """
    most = min(FEATURES, settings.max_images) if settings.mode == "mini" else FEATURES
    if settings.k > most:
        what = (
            f"the {most} images of the sample (max_images)"
            if most < FEATURES
            else f"the {FEATURES} features an image has"
        )
        raise UsageError(f"k is {settings.k}, more than {what}", f"choose a k of at most {most}: -k {most}")


def left(store: Bucket, settings: Settings, run: str, *, csv: bool) -> list[Job]:
    """Return the jobs that a run has yet to do: all of a new one's, those without a manifest of an interrupted one's.

    Raises:
        UsageError: it is to go on with other parameters than what it has done.
    """
    jobs = layout.JOBS.values()
    found = [job for job in jobs if manifests.read(store, job, run) is None]
    if found:
        given = settings.model_dump(exclude={"weights"}) | {"csv": csv}
        for done in (job for job in jobs if job not in found):  # the others are asked by the jobs themselves
            _refuse_others(run, store.read_json(done.started(run)) or {}, given)
    return found


def _refuse_others(run: str, begun: dict[str, Any], given: dict[str, Any]) -> None:
    for name in begun:
        if name in given and begun[name] not in (None, given[name]):
            raise UsageError(
                f"the run {run} was begun with {name} = {begun[name]!r}, not {given[name]!r}",
                "resume it with the same parameters, or choose another run name (--run-name)",
            )


def steps(
    store: Bucket,
    code: job_code.Package,
    settings: Settings,
    run: str,
    jobs: list[Job],
    photographs: str,
    *,
    csv: bool,
    first: tuple[str, Shape] | None = None,
) -> list[dict[str, Any]]:
    """Describe steps as EMR takes them.

    Args:
        store: the data bucket.
        code: as shipped.
        settings: the run's.
        run: its name.
        jobs: what to do, in this order; from `left`.
        photographs: where they are, from `source`.
        csv: write the scores as CSV too.
        first: the canary that goes before them, from `canary.needed`.
    """
    shipped = store.uri(layout.code(code.code_hash))
    executors = promised(settings.instance_type, settings.core_count + settings.task_spot_count).executors
    given = settings.model_dump() | {"csv": csv, "weights": shipped + WEIGHTS}
    described = []
    if first:
        words = canary.words(store, *first, code.code_hash, given["weights"])
        described.append(_step(shipped, StepName(first[0], layout.CANARY.name), executors, words))
    for job in jobs:
        reads = layout.JOBS[job.reads].output(run) if job.reads else photographs.rstrip("/")
        words = ["--input", store.uri(reads), "--output", store.uri(job.output(run)), "--code-hash", code.code_hash]
        words += [word for name in job.options for word in _flag(name, given[name])]
        described.append(_step(shipped, StepName(run, job.name), executors, words))
    return described


def _flag(name: str, value: Any) -> list[str]:
    """Write an option as on a command line; a switch is there or not."""
    flag = f"--{name.replace('_', '-')}"
    return [flag] * value if isinstance(value, bool) else [flag, str(value)]


def _step(shipped: str, name: StepName, executors: int, words: list[str]) -> dict[str, Any]:
    # The driver is on the primary node. Should the node of the application master be lost, such as a Spot one, YARN may
    # start that anew, and the driver goes on (Spark 3.5, YarnSchedulerBackend.reset); the cluster's preset is once.
    submit = ["spark-submit", "--deploy-mode", "client", "--conf", "spark.yarn.maxAppAttempts=2"]
    # All executors from the start; Spark would otherwise double their number from one, second by second.
    submit += ["--conf", f"spark.dynamicAllocation.initialExecutors={executors}"]
    submit += ["--py-files", f"{shipped}fruits.zip"]
    return {
        "Name": str(name),
        # Neither a PCA of features that are not there makes sense, nor a run after a canary that did not come back; a
        # cluster to look around on does.
        "ActionOnFailure": "CANCEL_AND_WAIT",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": [*submit, f"{shipped}{name.job}.py", *words]},
    }
