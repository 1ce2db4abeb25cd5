"""Processes that run for the emulator, in groups of their own, and end with it however it ends."""

import logging
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from orchard.emulator.emr import roles
from orchard.emulator.options import Options

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

log = logging.getLogger(__name__)
GUARD = Path(__file__).with_name("guard.py")
FOREIGN = ("SPARK_", "PYSPARK_", "HADOOP_", "AWS_", "ORCHARD_", "TF_")  # the user's own settings stay outside


def start(options: Options, line: list[str], work: Path, env: dict[str, str], out: Path, err: Path) -> subprocess.Popen:
    """Start a guarded command in a process group of its own.

    Args:
        options: of the emulator; its grace time.
        line: the command.
        work: its working directory.
        env: its whole environment.
        out: standard output is added to this file.
        err: standard error to this one.
    """
    guarded = [sys.executable, "-I", "-S", str(GUARD), str(options.grace), *line]
    with out.open("ab") as stdout, err.open("ab") as stderr:
        return subprocess.Popen(
            guarded, stdin=subprocess.PIPE, stdout=stdout, stderr=stderr, cwd=work, env=env, start_new_session=True
        )


def close(process: subprocess.Popen) -> None:
    """Let the guard end the group: SIGTERM, and SIGKILL after the grace time."""
    if process.stdin and not process.stdin.closed:
        process.stdin.close()


def kill(process: subprocess.Popen) -> None:
    """End the group at once."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        log.debug("the process group %s has ended by itself", process.pid)


def environment(options: Options, cluster: "ManagedCluster") -> dict[str, str]:
    """Make the environment of a command on a cluster: this machine's, but AWS is this emulator, in the nodes' role."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FOREIGN)}
    for name in ("PYTHONPATH", "PYTHONHOME", "JAVA_HOME"):
        kept.pop(name, None)
    return kept | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{options.port}",
        **roles.node_environment(cluster),
        "AWS_REGION": cluster.emr_backend.region_name,
        "AWS_DEFAULT_REGION": cluster.emr_backend.region_name,
        "PYSPARK_PYTHON": sys.executable,
        "PYSPARK_DRIVER_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
        # Java reads the names of files by the locale; one that this machine lacks is ASCII to it: "Pêche" is not found.
        "LC_ALL": "C.UTF-8",
    }
