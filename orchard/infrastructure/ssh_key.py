"""The key pair for SSH: made and kept on this machine; only the public half ever leaves it.

Nothing of it is made where access goes through Session Manager, which needs neither key nor open port.
"""

import os
import stat
import subprocess
from pathlib import Path

from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.console import say
from orchard.base.errors import OrchardError

NAME = "cluster-key"
ADDRESS = "address"  # the last one that was opened, for when it cannot be asked


def folder(target: Target) -> Path:
    """Return where keys and tunnels of a target are kept: for this user alone."""
    access = target.state_dir.parent / "access"
    access.mkdir(parents=True, exist_ok=True, mode=0o700)
    return access


def variable(settings: Settings, target: Target) -> dict[str, str] | None:
    """Return the cluster root's variable `ssh`: the public key and who may use it; None where SSH stays closed.

    Raises:
        OrchardError: the key cannot be made or used, or this machine's address cannot be found out.
    """
    if settings.notebook != "jupyterhub" or settings.access != "ssh":
        return None
    return {"public_key": public(private(target)), "cidr": settings.ssh_cidr or _address(target)}


def private(target: Target, *, make: bool = True) -> Path:
    """Return the private key, made where there is none and for its owner alone.

    Args:
        target: whose clusters it opens.
        make: make it; otherwise its absence is an error.

    Raises:
        OrchardError: it is somebody else's, ssh-keygen is missing, or it is not there and not to be made.
    """
    key = folder(target) / NAME
    if not key.exists():
        if not make:
            raise OrchardError(
                f"the key {key} is not on this machine",
                'connect from the machine that made the cluster, or set access = "ssm", which needs no key',
            )
        # RSA, because EMR's documentation names no other kind.
        _keygen("-t", "rsa", "-b", "3072", "-m", "PEM", "-N", "", "-C", "orchard", "-f", str(key))
    status = key.stat()
    if status.st_uid != os.getuid():
        raise OrchardError(f"the key {key} belongs to another user", f"remove {key}, then ./inv up makes a new one")
    if (mode := stat.S_IMODE(status.st_mode)) & 0o177:
        say(f"The key {key} could be read by others (mode {mode:o}); it is 600 again.")
        key.chmod(0o600)
    return key


def public(key: Path) -> str:
    """Return the public half, in one line as OpenSSH writes it.

    Raises:
        OrchardError: the private key cannot be read.
    """
    return " ".join(_keygen("-y", "-P", "", "-f", str(key)).split()[:2])


def _address(target: Target) -> str:
    kept = folder(target) / ADDRESS
    try:
        address = target.own_address()
    except OrchardError:
        if not kept.exists():
            raise
        return kept.read_text()  # so that a cluster can be taken down whatever that service does
    kept.write_text(address)
    return address


def _keygen(*words: str) -> str:
    try:
        done = subprocess.run(
            ["ssh-keygen", "-q", *words], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise OrchardError(
            "there is no ssh-keygen on this machine", 'install OpenSSH\'s client, or set access = "ssm"'
        ) from None
    if done.returncode:
        why = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["no reason given"]
        raise OrchardError(
            f"ssh-keygen failed: {why[0]}", f"remove {words[-1]}; ./inv up makes a new one, and a new cluster"
        )
    return done.stdout
