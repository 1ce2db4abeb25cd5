"""The notebooks with what they need filled in, on this machine and in the bucket, without losing anybody's changes.

In Git they carry marks such as `{{bucket}}`. A rendered one notes in its metadata what was filled in, and a digest of
its cells: so a copy that somebody has changed since is known, wherever it lies.
"""

import hashlib
import re
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from orchard import package, runs, submission
from orchard.config import DATA, ROOT
from orchard.errors import OrchardError
from orchard.lifecycle import Site

if TYPE_CHECKING:
    from nbformat import NotebookNode

SOURCES = ROOT / "notebooks"
LOCAL = DATA / "notebooks"
STUDIO, HUB, RESULTS = "emr_studio.ipynb", "jupyterhub.ipynb", "results.ipynb"
HUB_USER = "jovyan"  # JupyterHub's first user on EMR (Amazon EMR Release Guide, "Adding Jupyter Notebook users")
MARK = re.compile(r"\{\{(\w+)\}\}")


@dataclass(frozen=True)
class Values:
    """What is filled in.

    Attributes:
        input: the prefix in the bucket that the photographs are under.
        run: the name under which the cluster's notebooks save.
        shown: the run that the results' notebook opens; empty: the newest.
        code: the hash that the job code is shipped under.
        python: the interpreter of drivers and executors.
    """

    bucket: str
    region: str
    input: str
    run: str
    shown: str
    code: str
    python: str
    mode: str
    split: str
    max_images: int
    k: str
    max_error_rate: float


class Placed(NamedTuple):
    """What happened to a copy: `written`, `unchanged`, or `kept`, where it has changes of somebody's own."""

    place: str
    what: str


def values(site: Site, code: package.Package, cluster: dict[str, Any], run: str | None) -> Values:
    """Collect what is to be filled in.

    Args:
        site: the settings and the target.
        code: as shipped.
        cluster: as DescribeCluster tells of it.
        run: a name to save under and to open; a new one and the newest when None.

    Raises:
        UsageError: there are no photographs in the bucket.
        OrchardError: the cluster does not say which Python its sessions use.
    """
    settings = site.settings
    return Values(
        bucket=site.bucket().name,
        region=settings.region,
        input=submission.source(site.bucket(), settings.split).rstrip("/"),
        run=runs.checked(run) if run else f"{datetime.now(UTC):%Y%m%dT%H%M%S}-notebook",
        shown=runs.checked(run) if run else "",
        code=code.code_hash,
        python=_python(cluster),
        mode=settings.mode,
        split=settings.split,
        max_images=settings.max_images,
        k=str(settings.k),
        max_error_rate=settings.max_error_rate,
    )


def _python(cluster: dict[str, Any]) -> str:
    for entry in cluster.get("Configurations", []):
        if entry["Classification"] == "spark-defaults" and "spark.pyspark.python" in entry.get("Properties", {}):
            return entry["Properties"]["spark.pyspark.python"]
    raise OrchardError(
        f"the cluster {cluster['Name']} does not say which Python it uses (spark.pyspark.python)",
        "use a cluster that ./inv up made",
    )


def render(name: str, filled: Values) -> "NotebookNode":
    """Fill in a notebook's marks.

    Raises:
        OrchardError: the notebook has a mark that means nothing.
    """
    import nbformat

    book = nbformat.read(SOURCES / name, as_version=4)
    known = {key: str(value) for key, value in asdict(filled).items()}
    for cell in book.cells:
        unknown = [mark for mark in MARK.findall(cell.source) if mark not in known]
        if unknown:
            raise OrchardError(f"notebooks/{name} has a mark {{{{{unknown[0]}}}}}", f"known are {', '.join(known)}")
        cell.source = MARK.sub(lambda mark: known[mark[1]], cell.source)
    book.metadata["orchard"] = {"values": known, "digest": digest(book)}
    return book


def digest(book: "NotebookNode") -> str:
    """Return a SHA-256 over the kinds and sources of a notebook's cells; outputs do not count."""
    text = "\0".join(f"{cell.cell_type}\0{cell.source}" for cell in book.cells)
    return hashlib.sha256(text.encode()).hexdigest()


def choose(name: str, filled: Values, there: str | None, *, force: bool, fixed: bool) -> tuple[str, str | None]:
    """Decide about one copy of a notebook.

    Args:
        name: of the notebook.
        filled: what to fill in.
        there: the copy's content; None where there is none.
        force: replace what somebody has changed.
        fixed: the run's name was given; otherwise an unfinished name that is there already stays.

    Returns:
        `written`, `unchanged` or `kept`, and the new content where it is to be written.
    """
    import nbformat

    old = _parse(there) if there else None
    if there and not force and (old is None or old.metadata.get("orchard", {}).get("digest") != digest(old)):
        return "kept", None
    if old is not None and not fixed:
        before = old.metadata.get("orchard", {}).get("values", {})
        if before and before | {"run": ""} == {k: str(v) for k, v in asdict(replace(filled, run="")).items()}:
            filled = replace(filled, run=before["run"])
    new = render(name, filled)
    if old is not None and digest(old) == digest(new):
        return "unchanged", None
    return "written", nbformat.writes(new) + "\n"


def _parse(text: str) -> "NotebookNode | None":
    import nbformat

    try:
        return nbformat.reads(text, as_version=4)
    except (ValueError, AttributeError, nbformat.ValidationError):
        return None  # somebody's, whatever it is


def place(site: Site, *, run: str | None, user: str, force: bool) -> list[Placed]:
    """Ship the job code, and put the rendered notebooks on this machine and into the bucket.

    Args:
        site: the cluster and the settings.
        run: the run to save under and to open.
        user: of JupyterHub, who finds a copy among the files.
        force: replace copies that somebody has changed.

    Raises:
        UsageError: there are no photographs in the bucket.
        OrchardError: there is no cluster; or as `orchard.bucket`.
    """
    described = describe(site)
    code = package.build(submission.JOBS)
    store = site.bucket()
    submission.ship(store, code, site.settings)
    filled = values(site, code, described, run)
    placed = []
    for name in (STUDIO, HUB, RESULTS):
        local = LOCAL / name
        what, text = choose(name, filled, _read(local), force=force, fixed=bool(run))
        if text is not None:
            local.parent.mkdir(parents=True, exist_ok=True)
            local.write_text(text)
        placed.append(Placed(str(local), what))
        keys = [f"notebooks/{name}", *([f"jupyter/{user}/{name}"] if name == HUB and has_hub(described) else [])]
        for key in keys:
            there = store.read_text(key)
            what, text = choose(name, filled, there, force=force, fixed=bool(run))
            if text is not None:
                store.write_text(key, text)
            placed.append(Placed(store.uri(key), what))
    return placed


def _read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def describe(site: Site) -> dict[str, Any]:
    """Return what DescribeCluster tells of the cluster that is there."""
    return site.target.client("emr").describe_cluster(ClusterId=site.cluster().id)["Cluster"]


def has_hub(cluster: dict[str, Any]) -> bool:
    """Tell whether the cluster runs JupyterHub."""
    return "JupyterHub" in {entry["Name"] for entry in cluster.get("Applications", [])}


def clicks(site: Site, *, user: str) -> list[str]:
    """Say what is left to do by hand, in lines: AWS offers no API for Workspaces."""
    cluster = describe(site)
    named = f"{cluster['Name']} ({cluster['Id']})"
    if has_hub(cluster):
        return [
            f"JupyterHub, on the primary node of {named}:",
            "  1. Open a way to it: ./inv connect; then https://localhost:9443 (its certificate is its own).",
            f"  2. Log in as {user} (EMR's first user is jovyan, password jupyter: change it).",
            f"  3. Open {HUB} and run it with the kernel PySpark.",
        ]
    return [
        f"EMR Studio ({_studio(site)}):",
        "  1. Open it, signed in with your IAM identity (not as root).",
        f"  2. Workspaces > Create Workspace; under Advanced configuration attach it to {named}.",
        f"  3. In the Workspace, upload {LOCAL / STUDIO}.",
        "  4. Open it and run it with the kernel PySpark.",
    ]


def _studio(site: Site) -> str:
    pages = site.target.client("emr").get_paginator("list_studios").paginate()
    found = [entry["Url"] for page in pages for entry in page["Studios"] if entry["Name"] == site.settings.project]
    return found[0] if found else "there is none: ./inv up --only foundation makes it"
