"""The pipeline as a Mermaid flowchart, from the repository: its jobs, its bucket's prefixes, its Terraform roots."""

import re

from orchard.base.config import ROOT

PREFIXES = ROOT / "terraform" / "modules" / "bucket" / "prefixes.tf"


def jobs() -> list[str]:
    """Return the steps' names, in the order in which they run."""
    return sorted(script.stem for script in (ROOT / "spark").glob("*.py"))


def prefixes() -> dict[str, str]:
    """Return the bucket's prefixes by their names."""
    return dict(re.findall(r'^ +(\w+) += "([^"]+)"', PREFIXES.read_text(), re.M))


def modules(root: str) -> list[str]:
    """Return the modules that a Terraform root is made of."""
    text = (ROOT / "terraform" / root / "main.tf").read_text()
    return re.findall(r'source += "\.\./modules/(\w+)"', text)


def flowchart() -> str:
    """Return the chart, fenced; each step reads what the one before it wrote."""
    there, steps = prefixes(), jobs()
    lines = [
        "flowchart LR",
        'subgraph machine["Your machine: ./inv"]',
        'photographs[("data/raw/<br>photographs")]',
        'code["spark/ zipped,<br>the weights"]',
        'results[("data/emr_output/<br>features, PCA, report")]',
        "end",
        'subgraph bucket["One bucket, encrypted, in the EU"]',
        *(f'{name}_objects[("{there[name]}")]' for name in ("raw", "jobs", *steps)),
        "end",
        'subgraph cluster["EMR cluster: for a run, ends itself when idle"]',
        *(f'{name}["step {name}"]' for name in steps),
        "end",
        "photographs -- upload-dataset --> raw_objects",
        "code -- run --> jobs_objects",
        *(
            f"{before}_objects --> {step} --> {step}_objects"
            for before, step in zip(["raw", *steps], steps, strict=False)
        ),
        *(f"jobs_objects -.-> {step}" for step in steps),
        f"{steps[-1]}_objects -- results --> results",
        'subgraph terraform["Terraform makes it and takes it away: ./inv up, down, cleanup"]',
        *(f'{root}_root["{root}: {", ".join(modules(root))}"]' for root in ("foundation", "cluster")),
        "end",
        "foundation_root -.-> bucket",
        "cluster_root -.-> cluster",
    ]
    return "\n".join(["```mermaid", *lines, "```"])
