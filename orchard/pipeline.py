"""The main job: photographs to features to principal components."""

from pathlib import Path

from orchard import package, progress, runs, summary
from orchard.config import ROOT, Settings
from orchard.errors import InterruptedByUserError
from orchard.submit import submit

JOBS = ROOT / ".orchard" / "jobs"


def run(settings: Settings, photographs: Path, split: str, name: str | None, *, csv: bool) -> str:
    """Featurise and decompose a data set on this machine, and show the result.

    Args:
        settings: mode, k and the rest.
        photographs: the directory above Training and Test.
        split: Training or Test.
        name: of the run; made from the time and the mode when None. An interrupted run of that name is resumed.
        csv: write the scores as CSV too.

    Returns:
        the run's name.

    Raises:
        OrchardError: a job failed; what it wrote is kept, and the same name resumes it.
    """
    name = runs.checked(name) if name else runs.new_name(settings.mode)
    features, pca = runs.RESULTS / "features" / name, runs.RESULTS / "pca" / name
    code = package.build(JOBS)
    shared = ["--code-hash", code.code_hash]
    featurise = [
        *("--input", str(photographs), "--output", str(features), "--split", split),
        *("--mode", settings.mode, "--max-images", str(settings.max_images)),
        *("--max-error-rate", str(settings.max_error_rate), *shared),
    ]
    if settings.weights:
        featurise += ["--weights", settings.weights]
    decompose = ["--input", str(features), "--output", str(pca), "--k", f"{settings.k:g}", *shared]
    try:
        with progress.display() as report:
            if not (features / "manifest.json").exists() or (pca / "manifest.json").exists():
                submit(code, "features", featurise, features, report)
            submit(code, "pca", [*decompose, *(["--csv"] if csv else [])], pca, report)
    except KeyboardInterrupt:
        raise InterruptedByUserError(
            f"interrupted; the run {name} is not complete", f"go on where it stopped: ./inv run --run-name {name}"
        ) from None
    summary.show(features, pca, runs.manifest(pca))
    return name
