"""The cluster's configuration as the Terraform renders it, without a provider: its files of nothing but locals."""

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from checks.terraform_readmes import DIRECTORY
from orchard.machine.terraform import find_terraform

MODULE = DIRECTORY / "modules" / "cluster"
FILES = ("executors.tf", "configurations.tf", "instance_types.json")
AROUND = {
    "variable": {
        "instance_type": {"default": "m5.xlarge"},
        "core_count": {"default": 2},
        "task_spot_count": {"default": 0},
        "notebook": {"default": "studio"},
        "hub_persistence": {"default": True},
        "bucket": {"default": "photographs"},
    },
    "locals": {"python": "/opt/orchard/python/bin/python3.11"},
}


def rendered(expression: str, **variables: str | int) -> Any:
    """Evaluate an expression in the module's locals, such as `local.configurations`."""
    with TemporaryDirectory(prefix="orchard-rendered-") as scratch:
        for name in FILES:
            shutil.copy(MODULE / name, scratch)
        (Path(scratch) / "around.tf.json").write_text(json.dumps(AROUND))
        line = [find_terraform(), "console", *(f"-var={name}={value}" for name, value in variables.items())]
        done = subprocess.run(
            line, input=f"jsonencode({expression})\n", cwd=scratch, capture_output=True, text=True, check=True
        )
    return json.loads(json.loads(done.stdout))


def configurations(**variables: str | int) -> list[dict[str, Any]]:
    """Render the configurations as RunJobFlow takes them."""
    return rendered("local.configurations", **variables)
