"""The notebooks with what they need filled in, on this machine and in the bucket, without losing anybody's changes.

In Git they carry marks such as `{{bucket}}`. A rendered one notes in its metadata what was filled in, and a digest of
its cells: so a copy that somebody has changed since is known, wherever it lies.
"""

import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from orchard.aws import layout
from orchard.base.errors import OrchardError
from orchard.base.places import DATA, ROOT
from orchard.cluster.access import studio
from orchard.cluster.site import Site
from orchard.runs import job_code, run_names, submission

if TYPE_CHECKING:
    from nbformat import NotebookNode

SOURCES = ROOT / "notebooks"
LOCAL = DATA / "notebooks"
STUDIO, HUB, RESULTS = "emr_studio.ipynb", "jupyterhub.ipynb", "results.ipynb"
FLAVOURS = {STUDIO: "studio", HUB: "jupyterhub"}  # both from cluster.ipynb, whose cells are tagged where they differ
QUOTED = re.compile(r"[^\w./%:@=+, -]", re.ASCII)  # none of a name, path or number: could end a text
MARK = re.compile(r"\{\{(\w+)\}\}")


class Copy(NamedTuple):
    """A copy of a notebook, and what became of it: `written`, `unchanged`, or `kept` for changes of somebody's own."""

    location: str
    outcome: str


def values(site: Site, code: job_code.Package, cluster: dict[str, Any], run: str | None) -> dict[str, str]:
    """Collect what is filled in, by the marks' names.

    Args:
        site: the settings and the target.
        code: as shipped.
        cluster: as DescribeCluster tells of it.
        run: a name to save under and to open; a new one and the newest when None.

    Returns:
        `run`, under which the cluster's notebooks save, `shown`, the run that the results' notebook opens (empty: the
        newest), `input`, the prefix that the photographs are under, `code`, the hash that the job code is shipped
        under, `python`, the interpreter of drivers and executors, the bucket, the region and the jobs' settings.

    Raises:
        UsageError: there are no photographs in the bucket.
        OrchardError: the cluster does not say which Python its sessions use.
    """
    settings = site.settings
    jobs = ("region", "mode", "split", "max_images", "max_error_rate")
    return {name: str(getattr(settings, name)) for name in jobs} | {
        "bucket": site.bucket().name,
        "input": submission.source(site.bucket(), settings.split).rstrip("/"),
        "run": run_names.checked(run) if run else f"{datetime.now(UTC):%Y%m%dT%H%M%S}-notebook",
        "shown": run_names.checked(run) if run else "",
        "code": code.code_hash,
        "python": _python(cluster),
        "k": str(settings.k),
    }


def _python(cluster: dict[str, Any]) -> str:
    for entry in cluster.get("Configurations", []):
        if entry["Classification"] == "spark-defaults" and "spark.pyspark.python" in entry.get("Properties", {}):
            return entry["Properties"]["spark.pyspark.python"]
    raise OrchardError(
        f"the cluster {cluster['Name']} does not say which Python it uses (spark.pyspark.python)",
        "use a cluster that ./inv up made",
    )


def render(name: str, filled: dict[str, str]) -> "NotebookNode":
    """Fill in a notebook's marks, and leave out the cells of the other flavour.

    Raises:
        OrchardError: the notebook has a mark that means nothing.
    """
    import nbformat

    flavour = FLAVOURS.get(name)
    book = nbformat.read(SOURCES / ("cluster.ipynb" if flavour else name), as_version=4)
    others = {*FLAVOURS.values()} - {flavour}
    book.cells = [cell for cell in book.cells if others.isdisjoint(cell.metadata.get("tags", []))]
    known = filled | {job.name: job.prefix for job in layout.JOBS.values()} | {"jobs": layout.CODE}
    for cell in book.cells:
        unknown = [mark for mark in MARK.findall(cell.source) if mark not in known]
        if unknown:
            raise OrchardError(f"the notebook {name} has a mark {{{{{unknown[0]}}}}}", f"known are {', '.join(known)}")
        for mark in MARK.findall(cell.source):
            if QUOTED.search(known[mark]):
                raise OrchardError(
                    f"{mark} = {known[mark]!r} cannot be written into a notebook: it would be code there",
                    "use a cluster that ./inv up made, and a bucket's own name",
                )
        cell.source = MARK.sub(lambda mark: known[mark[1]], cell.source)
    book.metadata["orchard"] = {"values": filled, "digest": digest(book)}
    return book


def digest(book: "NotebookNode") -> str:
    """Return a SHA-256 over the kinds and sources of a notebook's cells; outputs do not count."""
    text = "\0".join(f"{cell.cell_type}\0{cell.source}" for cell in book.cells)
    return hashlib.sha256(text.encode()).hexdigest()


def choose(name: str, filled: dict[str, str], text: str | None, *, force: bool, named: bool) -> tuple[str, str | None]:
    """Decide about one copy of a notebook.

    Args:
        name: of the notebook.
        filled: what to fill in.
        text: the copy's content; None where there is none.
        force: replace what somebody has changed.
        named: the run's name was given; otherwise an unfinished name that is in the copy already stays.

    Returns:
        `written`, `unchanged` or `kept`, and the new content where it is to be written.
    """
    import nbformat

    old = _parse(text) if text else None
    ours = old.metadata.get("orchard", {}) if old is not None else {}
    if text and not force and (old is None or ours.get("digest") != digest(old)):
        return "kept", None
    before = ours.get("values", {})
    if before and not named and before | {"run": ""} == filled | {"run": ""}:
        filled = before
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


def publish(site: Site, *, run: str | None, user: str, force: bool) -> list[Copy]:
    """Ship the job code, and put the rendered notebooks on this machine and into the bucket.

    Args:
        site: the cluster and the settings.
        run: the run to save under and to open.
        user: of JupyterHub, who finds a copy among the files.
        force: replace copies that somebody has changed.

    Raises:
        UsageError: there are no photographs in the bucket.
        OrchardError: there is no cluster; or as `orchard.aws.bucket`.
    """
    cluster = describe(site)
    code = job_code.build(submission.JOBS)
    store = site.bucket()
    submission.ship(store, code, site.settings)
    filled = values(site, code, cluster, run)
    LOCAL.mkdir(parents=True, exist_ok=True)
    copies = []
    for name in (STUDIO, HUB, RESULTS):
        local = LOCAL / name
        outcome, text = choose(
            name, filled, local.read_text() if local.exists() else None, force=force, named=bool(run)
        )
        if text is not None:
            local.write_text(text)
        copies.append(Copy(str(local), outcome))
        hubs = [f"{layout.JUPYTER}{user}/{name}"] if name == HUB and has_hub(cluster) else []
        for key in (layout.NOTEBOOKS + name, *hubs):
            outcome, text = choose(name, filled, store.read_text(key), force=force, named=bool(run))
            if text is not None:
                store.write_text(key, text)
            copies.append(Copy(store.uri(key), outcome))
    return copies


def describe(site: Site) -> dict[str, Any]:
    """Return what DescribeCluster tells of the cluster that is there."""
    return site.target.client("emr").describe_cluster(ClusterId=site.cluster().id)["Cluster"]


def has_hub(cluster: dict[str, Any]) -> bool:
    """Tell whether the cluster runs JupyterHub."""
    return "JupyterHub" in {entry["Name"] for entry in cluster.get("Applications", [])}


def steps_by_hand(site: Site, *, user: str) -> list[str]:
    """Say what is left to do by hand, in lines: in JupyterHub where the cluster runs it, else in EMR Studio.

    Raises:
        OrchardError: there is no Studio.
    """
    cluster = describe(site)
    if not has_hub(cluster):
        return studio.show(site, browse=False)
    return [
        f"JupyterHub, on the primary node of {cluster['Name']} ({cluster['Id']}):",
        "  1. Open a way to it: ./inv connect; it says where, and how to log in.",
        f"  2. Log in as {user}, open {HUB}, and run it with the kernel PySpark.",
    ]
