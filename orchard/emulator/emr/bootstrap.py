"""Bootstrap actions, as far as they can be judged on another machine than a node of the cluster.

They install packages as root, so they are not executed here. A script must exist and be valid Bash; and where its
arguments name one file in S3 and one SHA-256 (a requirements file and its hash), the two must agree. What fails here
would fail on every node, and ends the cluster in the same way: TERMINATED_WITH_ERRORS, BOOTSTRAP_FAILURE.
"""

import hashlib
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from orchard.emulator.permissions.access import DeniedError
from orchard.emulator.s3 import access
from orchard.emulator.s3.access import Place
from orchard.emulator.steps.store import Store, deliver, refusal

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

SHA256 = re.compile(r"(?:sha256[:=])?([0-9a-fA-F]{64})$")


def check(cluster: "ManagedCluster") -> str | None:
    """Check the bootstrap actions of a cluster in turn.

    Returns:
        The message of the StateChangeReason of the first that fails, or None; its log goes to
        `<log_uri>/<cluster>/node/<instance>/bootstrap-actions/<n>/stderr.gz`, a line on one that passes to its
        controller.gz.
    """
    for number, action in enumerate(cluster.bootstrap_actions, 1):
        path, args = action.script_path or "", list(action.args)
        if not access.is_uri(path) or urlsplit(path).netloc == "elasticmapreduce":
            continue  # a file of the node itself, or one of AWS's own scripts: neither is here
        script, problem = _fetch(cluster, path)
        if script is None:
            _log(cluster, number, problem)
            return (
                f"Master instance ({cluster.primary_instance}) failed attempting to download "
                f"bootstrap action {number} file from S3"
            )
        if wrong := _syntax(script.read_bytes()) or _hash(cluster, args):
            _log(cluster, number, wrong)
            return (
                f"On the master instance ({cluster.primary_instance}), bootstrap action {number} "
                "returned a non-zero return code"
            )
        _log(cluster, number, f"{path} is valid; the local AWS installs nothing, so it did not run", "controller")
    return None


def _fetch(cluster: "ManagedCluster", uri: str) -> tuple[Path | None, str]:
    """Fetch what the nodes fetch; None with what is wrong when they cannot."""
    try:
        found = Store(cluster).body(Place.parse(uri))
    except DeniedError as denied:
        return None, refusal(denied)
    return found, f"{uri} does not exist" if found is None else ""


def _syntax(script: bytes) -> str | None:
    if b"\r\n" in script.splitlines(keepends=True)[0]:
        return "the script has Windows line ends, and its interpreter will not be found"
    checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, timeout=60, check=False)
    return checked.stderr.decode(errors="replace") if checked.returncode else None


def _hash(cluster: "ManagedCluster", args: list[str]) -> str | None:
    files = [word for arg in args for word in arg.split("=", 1) if access.is_uri(word)]
    hashes = [found.group(1).lower() for arg in args if (found := SHA256.search(arg))]
    if len(files) != 1 or len(hashes) != 1:
        return None
    body, problem = _fetch(cluster, files[0])
    if body is None:
        return problem
    actual = hashlib.sha256(body.read_bytes()).hexdigest()
    return None if actual == hashes[0] else f"{files[0]} has the SHA-256 {actual}, not {hashes[0]}"


def _log(cluster: "ManagedCluster", number: int, text: str, name: str = "stderr") -> None:
    if cluster.log_uri:
        root = cluster.log_uri.rstrip("/")
        uri = f"{root}/{cluster.id}/node/{cluster.primary_instance}/bootstrap-actions/{number}/{name}.gz"
        deliver(cluster, Place.parse(uri), f"{text}\n".encode())
