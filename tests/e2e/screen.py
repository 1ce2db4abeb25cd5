"""A real terminal (tmux) that a test types into and reads."""

import os
import re
import subprocess
import time
from pathlib import Path
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]
PROMPT = "READY>"


class Screen:
    """A shell in a terminal of a fixed size.

    Args:
        width: columns.
        environment: of the shell.
        height: rows.
    """

    def __init__(self, width: int, environment: dict[str, str], height: int = 50) -> None:
        self.width = width
        self._tmux = ["tmux", "-L", f"orchard-{uuid4().hex[:8]}", "-f", os.devnull]
        size = ["-x", str(width), "-y", str(height)]
        line = [*self._tmux, "new-session", "-d", *size, "bash --norc --noprofile"]
        subprocess.run(line, check=True, env=environment | {"PS1": PROMPT}, cwd=ROOT)

    def type(self, words: str) -> None:
        """Clear the screen and type a line."""
        subprocess.run([*self._tmux, "send-keys", f"clear; {words}; echo END=$?", "Enter"], check=True)

    def press(self, key: str) -> None:
        """Press a key, such as `C-c`."""
        subprocess.run([*self._tmux, "send-keys", key], check=True)

    def rows(self) -> list[str]:
        """Return what is to be seen, without empty rows."""
        done = subprocess.run([*self._tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True)
        return [row.rstrip() for row in done.stdout.splitlines() if row.strip()]

    def until(self, pattern: str, seconds: float = 60) -> list[str]:
        """Wait until a row matches, and return the screen of that moment."""
        deadline = time.monotonic() + seconds
        while True:
            rows = self.rows()
            if any(re.search(pattern, row) for row in rows):
                return rows
            assert time.monotonic() < deadline, "\n".join(rows)
            time.sleep(0.2)

    def call(self, words: str, seconds: float = 60) -> list[str]:
        """Type a line and return the screen when the command has ended; its last row is `END=` and the exit code."""
        self.type(words)
        return self.ended(seconds)

    def ended(self, seconds: float = 60) -> list[str]:
        """Wait for the command's end and return the screen up to it."""
        rows = self.until(r"^END=\d+$", seconds)
        return rows[: next(n for n, row in enumerate(rows) if row.startswith("END=")) + 1]

    def close(self) -> None:
        """End the terminal."""
        subprocess.run([*self._tmux, "kill-server"], check=False)
