"""What a run submits to a cluster: the code and the weights in the bucket, and two steps that use them."""

import subprocess
import sys
from pathlib import Path
from typing import Any

from orchard import package
from orchard.bucket import Bucket
from orchard.cli import say
from orchard.config import ROOT, STATE, Settings
from orchard.errors import OrchardError, UsageError
from orchard.transfer import packed, tree

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
    """Put the job code and the weights into the bucket, unless this very code is there.

    Raises:
        OrchardError: the weights that the user names are others, or none can be had.
    """
    prefix = f"jobs/{code.code_hash}/"
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
    line = [sys.executable, "-m", "fruits.weights_source", *named]
    done = subprocess.run(line, cwd=ROOT / "spark", capture_output=True, text=True, check=False)
    if done.returncode:
        said = dict(line.split(": ", 1) for line in done.stderr.splitlines() if ": " in line)
        raise OrchardError(said.get("error", done.stderr[-300:]), said.get("remedy", "name a file: --weights FILE"))
    return Path(done.stdout.strip().splitlines()[-1])


def check_k(settings: Settings) -> None:
    """Refuse more components than there can be, as far as that is known before anything is submitted.

    Raises:
        UsageError: k is more than the features of an image, or than the images of a sample.
    """
    most = min(FEATURES, settings.max_images) if settings.mode == "mini" else FEATURES
    if settings.k > most:
        what = f"a sample of {most} images (max_images)" if most < FEATURES else f"{FEATURES} features an image"
        raise UsageError(f"k is {settings.k}, and there are only {what}", f"choose a k of at most {most}: --k {most}")


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
        *("--max-error-rate", str(settings.max_error_rate), "--k", str(settings.k), *shared),
    ]
    decompose = ["--input", features, "--output", pca, "--k", str(settings.k), *shared, *(["--csv"] if csv else [])]
    return [_step(jobs, name, job, words) for job, words in (("features", featurise), ("pca", decompose))]


def _step(jobs: str, name: str, job: str, words: list[str]) -> dict[str, Any]:
    submit = ["spark-submit", "--deploy-mode", "cluster", "--py-files", f"{jobs}/fruits.zip", f"{jobs}/{job}.py"]
    return {
        "Name": f"{name}: {job}",
        # A PCA of features that are not there makes no sense, and a cluster to look around on does.
        "ActionOnFailure": "CANCEL_AND_WAIT",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": [*submit, *words]},
    }
