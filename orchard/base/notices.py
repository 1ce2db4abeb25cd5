"""The end of long work, told to somebody who looks elsewhere: the terminal's bell, and a notice on the desktop."""

import shutil
import subprocess
from contextlib import suppress

from orchard.base.console import ring

TITLE = "Orchard"
PATIENCE = 5.0  # seconds for a program that may wait for a desktop which is not there, as behind ssh

# Programs that show a notice, each with what stands before title and text, which are arguments and never its code.
PROGRAMS = {
    "notify-send": ("--app-name", TITLE, "--"),
    "osascript": (
        *("-e", "on run argv"),
        *("-e", "display notification (item 2 of argv) with title (item 1 of argv)"),
        *("-e", "end run"),
    ),
}


def give(text: str) -> None:
    """Ring the bell of a terminal and show a notice, as far as this machine can; what cannot be shown fails nothing."""
    ring()
    for name, words in PROGRAMS.items():
        if program := shutil.which(name):
            with suppress(OSError, subprocess.SubprocessError):
                subprocess.run(
                    [program, *words, TITLE, text],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    timeout=PATIENCE,
                    check=False,
                )
            return
