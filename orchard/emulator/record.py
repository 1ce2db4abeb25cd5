"""How a running emulator is found again: the record that it leaves, and the questions that tell whether to believe it.

A process number may be reused and a port taken by somebody else, so a record counts only when the process has the
instance id on its command line, and answers to it.
"""

import base64
import http.client
import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

from orchard.emulator import credentials
from orchard.emulator.credentials import Credentials
from orchard.emulator.outside import OrchardError

HOST = "127.0.0.1"
ANSWER_TIMEOUT = 15.0  # seconds, on a machine that does much else
NAME = "record.json"


@dataclass(frozen=True)
class LocalAws:
    """An emulator that runs, or ran.

    Attributes:
        instance: stands for one life of it.
        pid: its process.
        port: on the loopback interface.
        home: the directory of this life's files.
    """

    instance: str
    pid: int
    port: int
    home: Path

    @property
    def endpoint(self) -> str:
        """The URL that stands for every AWS endpoint."""
        return f"http://{HOST}:{self.port}"

    @property
    def credentials(self) -> Credentials:
        """Its access key, and the token for what is not AWS's own. Raises OrchardError when it has ended."""
        try:
            return credentials.read(self.home)
        except FileNotFoundError:
            raise OrchardError(f"the local AWS {self.instance} has ended meanwhile", "call again") from None

    def livy(self, cluster_id: str) -> str:
        """Return the URL of a cluster's Livy, which asks for the token; on AWS it is http://<primary node>:8998."""
        return f"{self.endpoint}/_orchard/livy/{cluster_id}"

    @property
    def state_dir(self) -> Path:
        """For what is only true while this emulator lives, such as Terraform state. Made when first asked for."""
        path = self.home / "state"
        path.mkdir(exist_ok=True, mode=0o700)
        return path

    @property
    def log(self) -> Path:
        """The emulator's own log."""
        return self.home / "emulator.log"

    @property
    def alive(self) -> bool:
        """Whether the process is there and is this emulator, not another one under a reused number."""
        try:
            os.kill(self.pid, 0)
        except (ProcessLookupError, PermissionError):
            return False
        return self.instance in _command_line(self.pid)

    @property
    def answers(self) -> bool:
        """Whether this emulator, and no other program, answers on the port."""
        connection = http.client.HTTPConnection(HOST, self.port, timeout=ANSWER_TIMEOUT)
        try:
            login = base64.b64encode(":".join(credentials.read(self.home).login).encode()).decode()
            connection.request("GET", "/_orchard/identity", headers={"Authorization": f"Basic {login}"})
            return json.loads(connection.getresponse().read())["instance"] == self.instance
        except (OSError, ValueError, KeyError, TypeError, http.client.HTTPException):
            return False
        finally:
            connection.close()


def read(home: Path) -> LocalAws | None:
    """Read the record in an emulator's directory; None for none, or one that cannot be read."""
    try:
        record = json.loads((home / NAME).read_text())
        return LocalAws(record["instance"], int(record["pid"]), int(record["port"]), home)
    except (FileNotFoundError, ValueError, KeyError):
        return None


def write(home: Path, instance: str, port: int) -> Path:
    """Leave the record of this process; whoever reads it sees all of it."""
    partial = home / f"{NAME}.partial"
    partial.write_text(json.dumps({"instance": instance, "pid": os.getpid(), "port": port}))
    return partial.replace(home / NAME)


def last_words(log: Path) -> str:
    """Quote the last line of a log that says something, for the end of a sentence."""
    if not log.exists():
        return ""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return f"; its last line: {lines[-1]}" if lines else ""


def _command_line(pid: int) -> str:
    path = Path(f"/proc/{pid}/cmdline")
    if path.exists():
        return path.read_bytes().replace(b"\0", b" ").decode(errors="replace")
    line = ["ps", "-ww", "-o", "command=", "-p", str(pid)]
    return subprocess.run(line, capture_output=True, text=True, check=False).stdout
