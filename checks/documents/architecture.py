"""Blocks about how Orchard is made: the pipeline, the bucket's layout, the jobs, the rooms."""

import ast
import inspect
import re
from collections.abc import Iterator

from checks import rooms
from checks.documents.markdown import table
from orchard.aws import layout
from orchard.aws.layout import JOBS, STEPS, Job
from orchard.base.places import ROOT


def prefixes() -> str:
    """Return the prefixes of the bucket and what is under each."""
    results = [(job.prefix, job.folders) for job in STEPS.values()]
    rows = sorted([*layout.PREFIXES.values(), *results])
    return table(("prefix", "holds"), [(f"`{prefix}`", holds) for prefix, holds in rows])


def keys() -> str:
    """Return the objects that one plane writes and another reads, and what each is."""
    job = layout.PCA._replace(prefix="<results>/")
    found = [
        (layout.record("<run>"), layout.record),
        (job.started("<run>"), Job.started),
        (job.progress("<run>"), Job.progress),
        (job.manifest("<run>"), Job.manifest),
        (layout.packed_manifest("<split>"), layout.packed_manifest),
    ]
    told = [(key, (inspect.getdoc(function) or "").removeprefix("Return the key of ")) for key, function in found]
    return table(("object", "holds"), [(f"`{key}`", words.rstrip(".")) for key, words in told])


def jobs() -> str:
    """Return the jobs in the order in which a run does them."""
    rows = [
        (f"`{job.name}`", _does(job), f"the results of `{job.reads}`" if job.reads else "photographs", job.holds)
        for job in JOBS.values()
    ]
    return table(("step", "does", "reads", "writes"), rows)


def _does(job: Job) -> str:
    """Return what a job's script says of itself."""
    told = ast.get_docstring(ast.parse((ROOT / "spark" / f"{job.name}.py").read_text())) or ""
    return told.splitlines()[0].rstrip(".")


def house() -> str:
    """Return the rooms and what each holds, the lowest first; then what stands beside the control plane."""
    names = [f"orchard/{name}" for floor in rooms.floors() for name in floor]
    rows = [(f"`{name}/`", rooms.purpose(ROOT / name)) for name in [*names, "spark/fruits", "checks"]]
    return table(("folder", "holds"), rows)


def pipeline() -> str:
    """Return the way of the photographs as a Mermaid diagram."""
    return "\n".join(["```mermaid", "flowchart LR", *_nodes(), *_arrows(), "```"])


def _nodes() -> Iterator[str]:
    yield '  subgraph machine["Your machine: ./inv, orchard/"]'
    yield f'    photographs[("photographs<br>{layout.RAW}")]'
    yield '    code["spark/, zipped; the weights"]'
    yield '    downloaded[("results, report<br>data/emr_output/")]'
    yield "  end"
    yield '  subgraph bucket["One bucket, encrypted, in the EU"]'
    yield f'    sent[("{layout.PACKED}<br>or {layout.RAW}")]'
    yield f'    shipped[("{layout.CODE}")]'
    for name, job in JOBS.items():
        yield f'    results-{name}[("{job.prefix}")]'
    yield "  end"
    yield '  subgraph cluster["EMR cluster, for a run; ends itself when idle"]'
    for name, job in JOBS.items():
        yield f'    step-{name}["step: {name}<br>{job.holds}"]'
    yield "  end"
    yield '  subgraph terraform["Terraform: ./inv up, down, cleanup"]'
    for root in ("foundation", "cluster"):
        yield f'    root-{root}["{root}<br>{", ".join(_modules(root))}"]'
    yield "  end"


def _arrows() -> Iterator[str]:
    yield "  photographs -- upload-dataset --> sent"
    yield "  code -- run --> shipped"
    yield f"  shipped --> {' & '.join(f'step-{name}' for name in JOBS)}"
    for name, job in JOBS.items():
        yield f"  {f'results-{job.reads}' if job.reads else 'sent'} --> step-{name} --> results-{name}"
    yield f"  {' & '.join(f'results-{name}' for name in JOBS)} -- results --> downloaded"
    yield "  root-foundation -. makes .-> bucket"
    yield "  root-cluster -. makes .-> cluster"


def _modules(root: str) -> list[str]:
    """Return the modules that a Terraform root is made of."""
    return re.findall(r'source += "\.\./modules/(\w+)"', (ROOT / "terraform" / root / "main.tf").read_text())
