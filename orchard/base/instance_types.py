"""The instance types that a cluster can be made of, as its Terraform module has them."""

import json
from functools import cache

from orchard.base.places import ROOT


@cache
def instance_types() -> dict[str, dict[str, int]]:
    """Return the instance types that a cluster can be made of: vCPUs, GiB, and MiB that YARN hands out, for each."""
    return json.loads((ROOT / "terraform" / "modules" / "cluster" / "instance_types.json").read_text())
