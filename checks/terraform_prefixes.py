"""Terraform's part of the bucket's layout, made from `orchard/aws/layout.py`, so that the two cannot differ."""

import json
from collections.abc import Mapping

from orchard.aws.layout import PREFIXES, STEPS
from orchard.base.places import ROOT

FILE = ROOT / "terraform" / "modules" / "bucket" / "prefixes.tf"


def rendered() -> str:
    """Return the file as it ought to be, formatted as `terraform fmt` does."""
    results = {job.name: (job.prefix, job.folders) for job in STEPS.values()}
    return "\n".join(
        [
            "# Made by ./inv check.docs --write from orchard/aws/layout.py; to be changed there.",
            "locals {",
            "  # Of the results, by the jobs' names. Cluster nodes may write there.",
            *_map("results", results),
            "",
            *_map("prefixes", PREFIXES),
            "}",
            "",
        ]
    )


def _map(name: str, entries: Mapping[str, tuple[str, str]]) -> list[str]:
    names = max(map(len, entries))
    values = max(len(prefix) for prefix, _ in entries.values()) + 2
    lines = [f"    {key:{names}} = {json.dumps(prefix):{values}} # {holds}" for key, (prefix, holds) in entries.items()]
    return [f"  {name} = {{", *lines, "  }"]
