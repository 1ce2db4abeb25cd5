"""Apply a root of one resource that takes a minute, with its state in a bucket; says when it has begun.

Usage: long_apply.py ROOT STATE_DIR BUCKET
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from orchard.infrastructure.terraform import Terraform

root, state, bucket = sys.argv[1:]


def opened() -> Terraform:
    """Open the root."""
    return Terraform(
        "foundation",
        Path(state),
        os.environ,
        directory=Path(root),
        state_bucket=bucket,
        state_prefix="orchard/",
        region="eu-west-3",
        report=lambda event: print(event.kind, flush=True),
    )


if __name__ == "__main__":
    terraform = opened()
    terraform.init()
    terraform.apply(terraform.plan({"seconds": 60}))
