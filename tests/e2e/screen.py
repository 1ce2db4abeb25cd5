"""A real terminal (tmux) that a test types into and reads."""

import os
import re
import subprocess
from pathlib import Path
from uuid import uuid4

from tests.waiting import until

ROOT = Path(__file__).resolve().parents[2]
HEIGHT = 200  # so many rows that nothing which a command says leaves the screen


class Screen:
    """A shell in a terminal of a fixed size.

    Args:
        width: columns.
        environment: of the shell.
    """

    def __init__(self, width: int, environment: dict[str, str]) -> None:
        self.width = width
        self._tmux = ["tmux", "-L", f"orchard-{uuid4().hex[:8]}", "-f", os.devnull]
        size = ["-x", str(width), "-y", str(HEIGHT)]
        line = [*self._tmux, "new-session", "-d", *size, "bash --norc --noprofile"]
        subprocess.run(line, check=True, env=environment, cwd=ROOT)
        self.until(r"[#$]$")  # the shell's prompt

    def type(self, words: str) -> None:
        """Clear the screen and type a line.

        The terminal itself is cleared first, here and now: the shell clears it only when its turn comes, and until
        then what is left of the last command would be taken for this one's.
        """
        subprocess.run([*self._tmux, "send-keys", "-R"], check=True)
        subprocess.run([*self._tmux, "send-keys", f"clear; {words}; echo END=$?", "Enter"], check=True)

    def press(self, key: str) -> None:
        """Press a key, such as `C-c`."""
        subprocess.run([*self._tmux, "send-keys", key], check=True)

    def rows(self) -> list[str]:
        """Return what is to be seen, without empty rows."""
        done = subprocess.run([*self._tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True)
        return [row.rstrip() for row in done.stdout.splitlines() if row.strip()]

    def until(self, pattern: str) -> list[str]:
        """Wait until a row matches, and return the screen of that moment."""
        return until(self.rows, lambda rows: any(re.search(pattern, row) for row in rows))

    def call(self, words: str) -> list[str]:
        """Type a line and return the screen when the command has ended; its last row is `END=` and the exit code."""
        self.type(words)
        return self.ended()

    def ended(self) -> list[str]:
        """Wait for the command's end and return the screen up to it."""
        rows = self.until(r"^END=\d+$")
        return rows[: next(n for n, row in enumerate(rows) if row.startswith("END=")) + 1]

    def close(self) -> None:
        """End the terminal."""
        subprocess.run([*self._tmux, "kill-server"], check=False)
