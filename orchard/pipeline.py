"""The main job on a cluster: photographs to features to principal components, as two EMR steps."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from orchard import package, progress, runs, summary
from orchard.bucket import Bucket
from orchard.cli import say
from orchard.config import ROOT, STATE, Settings
from orchard.emr import ALIVE, COMPLETED, OPEN, Cluster, Emr, Step
from orchard.errors import InterruptedByUserError, OrchardError, UsageError
from orchard.lifecycle import Site
from orchard.transfer import packed, tree

JOBS = STATE / "jobs"
WEIGHTS = "mobilenet_v2_1.0_224_no_top.h5"


def run(site: Site, name: str | None, *, csv: bool) -> str:
    """Submit both jobs to the cluster, follow them to their end, and show the result.

    Args:
        site: the cluster and the settings.
        name: of the run; made from the time and the mode when None. An interrupted run of that name is resumed.
        csv: write the scores as CSV too.

    Returns:
        the run's name.

    Raises:
        UsageError: the run is complete or under way already, or there are no photographs in the bucket.
        OrchardError: a step failed, with its cause; what it wrote is kept, and the same name resumes it.
        InterruptedByUserError: the user stopped watching; the steps go on.
    """
    name = runs.checked(name) if name else runs.new_name(site.settings.mode)
    cluster = site.cluster()
    store, emr = site.bucket(), Emr(site.target)
    if store.read_json(f"data/pca/{name}/manifest.json"):
        raise UsageError(f"the run {name} is complete already", "choose another --run-name, or fetch it: ./inv results")
    if any(step.state in OPEN and step.name.startswith(f"{name}: ") for step in emr.steps(cluster.id)):
        raise UsageError(f"the run {name} is under way", f"watch it: ./inv run --follow --run-name {name}")
    photographs = source(store, site.settings.split)
    code = package.build(JOBS)
    ship(store, code, site.settings)
    emr.submit(cluster.id, steps(store, code, site.settings, name, photographs, csv=csv))
    follow(site, name)
    return name


def source(store: Bucket, split: str) -> str:
    """Say where a run reads a split's photographs: packed where they have a manifest, else single objects.

    Returns:
        the prefix above the splits, with its slash.

    Raises:
        UsageError: there are none.
    """
    single = any(store.keys(f"{tree.PREFIX}{split}/", limit=1))
    if any(store.keys(f"{packed.PREFIX}{split}/{packed.MANIFEST}", limit=1)):
        if single:
            say(
                f"Runs read the packed photographs in {store.uri(packed.PREFIX + split)}/, not the single objects in "
                f"{tree.PREFIX}; ./inv upload-dataset --single makes them read those."
            )
        return packed.PREFIX
    if not single:
        there = store.directories(packed.PREFIX) or store.directories(tree.PREFIX)
        other = [name for name in there if name != split]
        raise UsageError(
            f"there are no photographs of {split} in {store.uri('data/')}",
            f"the bucket has the split {other[0]}: --split {other[0]}" if other else "./inv upload-dataset",
        )
    return tree.PREFIX


def ship(store: Bucket, code: package.Package, settings: Settings) -> None:
    """Put the job code and the weights into the bucket, unless this very code is there."""
    prefix = f"jobs/{code.code_hash}/"
    there = {key.removeprefix(prefix) for key, _ in store.keys(prefix)}
    files = [(path, prefix + path.name) for path in code.files if path.name not in there]
    if WEIGHTS not in there:
        files.append((weights(settings), prefix + WEIGHTS))
    store.upload(files)


def weights(settings: Settings) -> Path:
    """Return the weights file: the user's, or one that the data plane finds or fetches and verifies."""
    if settings.weights:
        given = Path(settings.weights).expanduser()
        if not given.is_file():
            raise UsageError(f"there is no weights file {given}", "name an existing file, or leave the weights out")
        return given
    line = [sys.executable, "-m", "fruits.weights_source"]
    done = subprocess.run(line, cwd=ROOT / "spark", capture_output=True, text=True, check=False)
    if done.returncode:
        said = dict(line.split(": ", 1) for line in done.stderr.splitlines() if ": " in line)
        raise OrchardError(said.get("error", done.stderr[-300:]), said.get("remedy", "name a file: --weights FILE"))
    return Path(done.stdout.strip().splitlines()[-1])


def steps(
    store: Bucket, code: package.Package, settings: Settings, name: str, photographs: str, *, csv: bool
) -> list[dict[str, Any]]:
    """Describe the two steps as EMR takes them; `photographs` is from `source`."""
    jobs = store.uri(f"jobs/{code.code_hash}")
    features, pca = store.uri(f"data/features/{name}"), store.uri(f"data/pca/{name}")
    shared = ["--code-hash", code.code_hash]
    featurise = [
        *("--input", store.uri(photographs).rstrip("/"), "--output", features, "--weights", f"{jobs}/{WEIGHTS}"),
        *("--mode", settings.mode, "--split", settings.split, "--max-images", str(settings.max_images)),
        *("--max-error-rate", str(settings.max_error_rate), *shared),
    ]
    decompose = ["--input", features, "--output", pca, "--k", f"{settings.k:g}", *shared, *(["--csv"] if csv else [])]
    return [_step(jobs, name, job, words) for job, words in (("features", featurise), ("pca", decompose))]


def _step(jobs: str, name: str, job: str, words: list[str]) -> dict[str, Any]:
    submit = ["spark-submit", "--deploy-mode", "cluster", "--py-files", f"{jobs}/fruits.zip", f"{jobs}/{job}.py"]
    return {
        "Name": f"{name}: {job}",
        # A PCA of features that are not there makes no sense, and a cluster to look around on does.
        "ActionOnFailure": "CANCEL_AND_WAIT",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": [*submit, *words]},
    }


def follow(site: Site, name: str) -> None:
    """Watch a run's steps to their end and show the result; Ctrl-C stops the watching, not the steps."""
    cluster, emr, store = site.cluster(), Emr(site.target), site.bucket()
    watched = _steps_of(emr, cluster.id, name)
    if not watched:
        raise UsageError(f"the cluster {cluster.name} has no steps of a run {name}", "./inv run starts one")
    try:
        with progress.display() as report:
            ended = emr.follow(cluster.id, [step.id for step in watched], lambda now: report(_state(store, name, now)))
    except KeyboardInterrupt:
        raise InterruptedByUserError(
            f"stopped watching; the run {name} goes on on {cluster.name}",
            f"watch it again: ./inv run --follow --run-name {name}; stop it: ./inv cancel --run-name {name}",
        ) from None
    for step in ended:
        if step.state != COMPLETED:
            raise _failure(store, name, step, emr.cluster(cluster.id))
    summary.show(store.uri(f"data/features/{name}"), store.uri(f"data/pca/{name}"), manifest(store, name))


def latest(site: Site) -> str:
    """Return the name of the run whose steps were submitted last.

    Raises:
        UsageError: the cluster has had no steps.
    """
    steps = Emr(site.target).steps(site.cluster().id)
    if not steps:
        raise UsageError(f"the cluster {site.cluster_name} has had no run", "./inv run starts one")
    return steps[0].name.rsplit(": ", 1)[0]


def cancel(site: Site, name: str | None) -> None:
    """Cancel a run's open steps, the latest run's when no name is given."""
    cluster, emr = site.cluster(), Emr(site.target)
    going = [step for step in emr.steps(cluster.id) if step.state in OPEN and (not name or _of(step, name))]
    if not going:
        raise UsageError(f"no step of {'the run ' + name if name else 'any run'} is going on", "./inv run starts one")
    emr.cancel(cluster.id, [step.id for step in going])


def manifest(store: Bucket, name: str) -> dict[str, Any]:
    """Read a complete run's PCA manifest from the bucket."""
    found = store.read_json(f"data/pca/{name}/manifest.json")
    if found is None:
        raise OrchardError(f"the run {name} is not complete: it has no manifest", f"./inv run --run-name {name}")
    return found


def _steps_of(emr: Emr, cluster_id: str, name: str) -> list[Step]:
    found: dict[str, Step] = {}
    for step in emr.steps(cluster_id):  # the newest first, so a resumed run's own steps win
        if _of(step, name):
            found.setdefault(step.name, step)
    return [found[key] for key in sorted(found)]  # features before pca


def _of(step: Step, name: str) -> bool:
    return step.name.startswith(f"{name}: ")


def _state(store: Bucket, name: str, now: list[Step]) -> dict[str, Any]:
    """Return the progress file of the step that runs, or of none yet."""
    running = next((step for step in now if step.state == "RUNNING"), None)
    if running is None:
        return {}
    job = running.name.rsplit(": ", 1)[-1]
    return store.read_json(f"data/{job}/{name}/_progress.json") or {"job": job, "phase": "starting"}


def _failure(store: Bucket, name: str, step: Step, cluster: Cluster) -> OrchardError:
    job = step.name.rsplit(": ", 1)[-1]
    said = store.read_json(f"data/{job}/{name}/_progress.json") or {}
    if said.get("phase") == "failed":
        return OrchardError(said["cause"], said["remedy"])
    if cluster.state not in ALIVE:
        return OrchardError(
            f"the cluster {cluster.id} ended while {step.name} ran: {cluster.reason or cluster.state}",
            f"what was written is kept: ./inv up, then ./inv run --run-name {name} goes on there",
        )
    last = json.dumps({key: said[key] for key in ("phase", "done", "total") if key in said})
    return OrchardError(
        f"the step {step.name} ({step.id}) is {step.state}: {step.failure or 'EMR gives no reason'}; last seen: {last}",
        f"look into its log; what it wrote is kept: ./inv run --run-name {name} goes on there",
    )
