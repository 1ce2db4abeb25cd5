"""Leads a step's process group, and ends it when the emulator says so or is gone.

Run as a script, outside the package: `python guard.py GRACE COMMAND...`. The emulator holds the other end of standard
input. When it closes (a cancellation, or the death of the emulator by any signal) the group gets SIGTERM, and SIGKILL
after GRACE seconds. Otherwise the exit code is the command's, 128 + n if a signal ended it.
"""

import os
import signal
import subprocess
import sys
import threading
import time


def main() -> None:
    """Run the command and wait for its end or for ours."""
    # A handler, unlike SIG_IGN, is not inherited by the command: the group's SIGTERM must reach that, not us.
    signal.signal(signal.SIGTERM, lambda *_: None)
    grace, command = float(sys.argv[1]), sys.argv[2:]
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)
        sys.exit(127)
    threading.Thread(target=_watch, args=(grace,), daemon=True).start()
    code = child.wait()
    sys.exit(code if code >= 0 else 128 - code)


def _watch(grace: float) -> None:
    os.read(0, 1)
    os.killpg(0, signal.SIGTERM)
    time.sleep(grace)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
