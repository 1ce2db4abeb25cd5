"""The contract of the bucket: its prefixes, the keys in it, the names of steps, and the jobs that the steps run.

Control plane, jobs, EMR and EMR Studio agree on this. Terraform's part, `terraform/modules/bucket/prefixes.tf`, is made
from here by `./inv check.docs --write`; the jobs are told theirs on their command lines.
"""

from typing import NamedTuple

RAW = "data/raw/"  # the data set on this machine is called the same, below ORCHARD_HOME
PACKED = "data/packed/"
RECORDS = "data/runs/"
CODE = "jobs/"
LOGS = "logs/"
WORKSPACES = "emr-studio-workspaces/"
NOTEBOOKS = "notebooks/"
JUPYTER = "jupyter/"

# What the jobs of `spark/` call their own files; Spark's readers pass over names with an underscore.
MANIFEST = "_manifest.json"
MANIFESTS = (MANIFEST, "manifest.json")  # as this version names it, and as older ones did
PACKED_MANIFEST = "manifest.json"
PROGRESS = "_progress.json"
STARTED = "_run.json"

_BETWEEN = ": "  # of a step's name; no run's name can have it


class Job(NamedTuple):
    """A job: `spark/<name>.py`, the step of a run that it is, and what it is told on its command line.

    Each is given `--output` and `--code-hash`, of a run also `--input`, and writes its manifest last.

    Attributes:
        name: of the script, the step, and the folder that its results are downloaded to.
        prefix: of its results, under which each run has a folder; cluster nodes may write there.
        holds: what these are, in a line.
        reads: the job whose results it reads; None for the photographs.
        options: those of the settings, and of the flags of `./inv run`, that it takes under the same names.
    """

    name: str
    prefix: str
    holds: str
    reads: str | None
    options: tuple[str, ...]

    @property
    def folders(self) -> str:
        """Say what is under the prefix."""
        return f"a folder a {'run' if self.name in JOBS else 'shape of clusters'}: {self.holds}"

    def output(self, run: str) -> str:
        """Return the folder of a run's results, without a slash at its end."""
        return f"{self.prefix}{run}"

    def manifest(self, run: str) -> str:
        """Return the key of what was done, with what, and how it went; written last, so that it means complete."""
        return f"{self.output(run)}/{MANIFEST}"

    def progress(self, run: str) -> str:
        """Return the key of what the job is doing, replaced every few seconds."""
        return f"{self.output(run)}/{PROGRESS}"

    def started(self, run: str) -> str:
        """Return the key of the parameters, written first: a run is resumed only with the same."""
        return f"{self.output(run)}/{STARTED}"


# In the order in which a run's steps do them.
JOBS = {
    job.name: job
    for job in (
        Job(
            "features",
            "data/features/",
            "1,280 numbers a photograph, and the photographs that could not be read",
            reads=None,
            options=("weights", "mode", "split", "max_images", "max_error_rate", "k"),
        ),
        Job(
            "pca",
            "data/pca/",
            "scores, explained variance, and a model that Spark loads",
            reads="features",
            options=("k", "csv"),
        ),
    )
}
FEATURES, PCA = JOBS["features"], JOBS["pca"]
*_, LAST = JOBS.values()

# The step before the first run on clusters of a shape, which its folder is named after: no part of a run.
CANARY = Job(
    "canary",
    "data/canary/",
    "whether clusters like this one have what a run needs",
    reads=None,
    options=("weights",),
)
STEPS = {CANARY.name: CANARY, **JOBS}

# All prefixes but those of results, by the names that Terraform has for them, and what is under each.
PREFIXES = {
    "raw": (RAW, "photographs as single objects: `<split>/<class>/<image>`"),
    "packed": (PACKED, "photographs as shards, `<split>/<class>/part-<number>.parquet`, and a manifest a split"),
    "runs": (RECORDS, "a folder a run: its record, with what it cost"),
    "jobs": (CODE, "a folder a code hash: what nodes install, the jobs, the weights"),
    "logs": (LOGS, "cluster and step logs, written by EMR"),
    "workspaces": (WORKSPACES, "notebooks of EMR Studio"),
    "notebooks": (NOTEBOOKS, "notebooks as Orchard ships them"),
    "jupyter": (JUPYTER, "JupyterHub's notebooks; EMR fixes this name"),
}


def record(run: str) -> str:
    """Return the key of a run's record: what was asked for, on which cluster, when its steps ran, what that cost."""
    return f"{RECORDS}{run}/run.json"


def code(code_hash: str) -> str:
    """Return the folder of shipped code, with a slash at its end."""
    return f"{CODE}{code_hash}/"


def packed_manifest(split: str) -> str:
    """Return the key of the list of a split's packed photographs, without which runs read single objects."""
    return f"{PACKED}{split}/{PACKED_MANIFEST}"


class StepName(NamedTuple):
    """The name of one of Orchard's steps; as text `<run>: <job>`, for a canary `<shape>: canary`."""

    run: str
    job: str

    def __str__(self) -> str:
        return f"{self.run}{_BETWEEN}{self.job}"

    @classmethod
    def parse(cls, text: str) -> "StepName | None":
        """Read a step's name; None where it is not one of Orchard's, for anyone may submit steps to a cluster."""
        run, _, job = text.rpartition(_BETWEEN)
        return cls(run, job) if run and job in STEPS else None
