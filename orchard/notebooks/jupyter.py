"""JupyterLab on this machine, with the kernel that EMR's notebooks use; its files are under `.orchard/jupyter`."""

import os
import subprocess
import sys
from pathlib import Path

from orchard.base.places import HOME, ROOT, STATE
from orchard.machine import pyspark_kernel

FOLDER = STATE / "jupyter"


def lab(folder: Path, livy: str, *, browser: bool, login: tuple[str, str] | None = None) -> int:
    """Run JupyterLab until it is stopped; it prints its address, with a token that it makes for this time.

    Args:
        folder: of the notebooks.
        livy: as for `pyspark_kernel.prepare`.
        browser: open one.
        login: as for `pyspark_kernel.prepare`.

    Returns:
        its exit code.
    """
    line = [sys.executable, "-m", "jupyterlab", f"--ServerApp.root_dir={folder}", "--ServerApp.ip=127.0.0.1"]
    line += [] if browser else ["--no-browser"]
    if os.geteuid() == 0:
        line.append("--allow-root")  # in a container; everything else here runs as root then, too
    kernel = pyspark_kernel.prepare(livy, FOLDER, login=login)
    own = {"PYTHONPATH": str(ROOT), "ORCHARD_HOME": str(HOME)}  # results.ipynb imports orchard
    with subprocess.Popen(line, env=os.environ | kernel | own) as process:
        while True:
            try:
                return process.wait()
            except KeyboardInterrupt:  # JupyterLab got it, too, and asks whether it is meant
                continue
