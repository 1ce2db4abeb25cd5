"""Tunnels: processes in the background that listen on this machine and forward to the primary node.

Each has a record in the target's directory; a record whose process has gone, or whose number is another process's by
now, is removed.
"""

import contextlib
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from orchard.base.errors import UsageError
from orchard.diagnosis.tunnel import explain, missing

OPENING = 30.0  # seconds until a tunnel must listen
ENDING = 5.0  # seconds between SIGTERM and SIGKILL


@dataclass(frozen=True)
class Tunnel:
    """A tunnel that has been opened.

    Attributes:
        cluster: id of the cluster it leads to.
        remote: port on the primary node.
        local: port on this machine, on 127.0.0.1.
        pid: of the process, which leads a group of its own.
        born: when the process began, in the system's words; with the pid it is that process and no other.
    """

    cluster: str
    remote: int
    local: int
    pid: int
    born: str

    @property
    def runs(self) -> bool:
        """Whether the very process still runs."""
        return bool(self.born) and _born(self.pid) == self.born

    @property
    def alive(self) -> bool:
        """Whether the very process still runs and listens."""
        return self.runs and listens(self.local)


def existing(folder: Path) -> Iterator[Tunnel]:
    """List the open tunnels of a folder, removing the records of others."""
    for record in sorted(folder.glob("tunnel-*.json")):
        try:
            tunnel = Tunnel(**json.loads(record.read_text()))
        except (ValueError, TypeError):
            record.unlink(missing_ok=True)
            continue
        if tunnel.alive:
            yield tunnel
        else:
            _end(tunnel)
            record.unlink(missing_ok=True)


def open_(folder: Path, cluster: str, remote: int, local: int, command: list[str], env: Mapping[str, str]) -> Tunnel:
    """Open a tunnel, or take the one that is open.

    Args:
        folder: of the records.
        cluster: id.
        remote: port on the primary node.
        local: port on this machine.
        command: which listens on `local` and forwards to `remote`.
        env: its environment.

    Raises:
        UsageError: the port is another program's.
        OrchardError: the command is missing, or it ended or does not listen in time.
    """
    for tunnel in existing(folder):
        if (tunnel.cluster, tunnel.remote) == (cluster, remote):
            return tunnel
    if listens(local):
        raise UsageError(
            f"the port {local} of this machine is in use by another program",
            f"choose another, such as --port {_next_free(local)}",
        )
    log = folder / f"tunnel-{local}.log"
    with log.open("wb") as output:
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=dict(env), start_new_session=True
            )
        except FileNotFoundError:
            raise missing(command[0]) from None
    opened = Tunnel(cluster, remote, local, process.pid, _born(process.pid))
    deadline = time.monotonic() + OPENING
    while not listens(local):
        if process.poll() is not None or time.monotonic() > deadline:
            _end(opened)
            raise explain(log.read_text(errors="replace"), command[0])
        time.sleep(0.1)
    (folder / f"tunnel-{local}.json").write_text(json.dumps(asdict(opened)))
    return opened


def close(folder: Path) -> list[Tunnel]:
    """Close all tunnels of a folder; returns them."""
    closed = list(existing(folder))
    for tunnel in closed:
        _end(tunnel)
        for suffix in ("json", "log"):
            (folder / f"tunnel-{tunnel.local}.{suffix}").unlink(missing_ok=True)
    return closed


def listens(port: int) -> bool:
    """Tell whether something listens on a port of this machine."""
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=2):
        return True
    return False


def _next_free(port: int) -> int:
    return next((other for other in range(port + 1, min(port + 50, 65_535)) if not listens(other)), free_port())


def free_port() -> int:
    """Find a port of this machine that nothing listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def _born(pid: int) -> str:
    """Return when a process began; empty for one that is not there, or has ended and waits for its parent."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] == "Z" else f"tick {fields[19]}"  # `state` and `starttime` of proc(5)
    except OSError:
        done = subprocess.run(
            ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        state, _, born = done.stdout.strip().partition(" ")
        return "" if state.startswith("Z") else born.strip()


def _end(tunnel: Tunnel) -> None:
    for signum, patience in ((signal.SIGTERM, ENDING), (signal.SIGKILL, 1.0)):
        deadline = time.monotonic() + patience
        if not tunnel.runs:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(tunnel.pid, signum)
        # Also until the port is free: the AWS CLI's plugin, a child, holds it, and may outlive its parent for a moment.
        while (tunnel.runs or listens(tunnel.local)) and time.monotonic() < deadline:
            time.sleep(0.05)
