"""Leads the process group of a driver in a container of YARN, which outlives the client that submitted it.

Run as a script, outside the package: `python apart.py CLUSTER GRACE COMMAND...`. The emulator holds a lock on the file
CLUSTER. When it lets go (the cluster ends, or the emulator dies by any signal) the group gets SIGTERM, and SIGKILL
after GRACE seconds. Otherwise the exit code is the command's, 128 + n if a signal ended it.
"""

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path


def main() -> None:
    """Run the command and wait for its end or for the cluster's."""
    # A handler, unlike SIG_IGN, is not inherited by the command: the group's SIGTERM must reach that, not us.
    signal.signal(signal.SIGTERM, lambda *_: None)
    cluster, grace, command = Path(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]
    child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    threading.Thread(target=_watch, args=(cluster, grace), daemon=True).start()
    code = child.wait()
    sys.exit(code if code >= 0 else 128 - code)


def _watch(cluster: Path, grace: float) -> None:
    with cluster.open() as file:
        fcntl.flock(file, fcntl.LOCK_SH)
    os.killpg(0, signal.SIGTERM)
    time.sleep(grace)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
