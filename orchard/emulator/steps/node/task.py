"""One task of a streaming job: a program in a directory of its own, fed with lines."""

import bz2
import gzip
import os
import shlex
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchard.emulator.steps.node import aggregate
from orchard.emulator.steps.node.streaming_options import AGGREGATE

OPENERS: dict[str, Any] = {".gz": gzip.open, ".bz2": bz2.open}
REPORTER = "reporter:"


class Task:
    """A map or reduce task.

    Args:
        name: the id of its attempt.
        command: the program and its arguments; `aggregate` is Hadoop's own.
        folder: its directory, to be made.
        resources: what lies beside the program.
    """

    def __init__(self, name: str, command: str, folder: Path, resources: list[Path]) -> None:
        self.name, self._command, self._folder = name, command, folder
        folder.mkdir()
        for resource in resources:
            (folder / resource.name).symlink_to(resource)
        self.output = folder.with_name(f"{name}.out")
        self.environment: dict[str, str] = {}
        self.counters: Counter[tuple[str, str]] = Counter()
        self._input = Path(os.devnull)

    def read(self, file: Path) -> None:
        """Say what the program reads."""
        self._input = file

    def tell(self, **settings: object) -> None:
        """Put settings of the job into the program's environment."""
        self.environment |= {name: str(value) for name, value in settings.items()}

    def run(self) -> int:
        """Run to the end; returns the exit code."""
        if self._command == AGGREGATE:
            aggregate.reduce(self._input, self.output)
            return 0
        env = os.environ | self.environment | {"PATH": f"{self._folder}{os.pathsep}{os.environ['PATH']}"}
        line = shlex.split(self._command)
        with self.output.open("wb") as out:
            try:
                process = subprocess.Popen(
                    line, cwd=self._folder, env=env, stdin=subprocess.PIPE, stdout=out, stderr=subprocess.PIPE
                )
            except OSError as error:
                print(f'java.io.IOException: Cannot run program "{line[0]}": {error.strerror}', file=sys.stderr)
                return 127
        listener = threading.Thread(target=self._listen, args=(process.stderr,))
        listener.start()
        self._feed(process.stdin)
        listener.join()
        return process.wait()

    def _feed(self, stdin: Any) -> None:
        try:
            for line in self._lines():
                stdin.write(line)
            stdin.close()
        except BrokenPipeError:
            pass  # it did not want to read all; its exit code tells whether that was right

    def _lines(self) -> Iterator[bytes]:
        with OPENERS.get(self._input.suffix, open)(self._input, "rb") as file:
            for line in file:
                yield line if line.endswith(b"\n") else line + b"\n"

    def _listen(self, stderr: Any) -> None:
        for raw in stderr:
            line = raw.decode(errors="replace").rstrip("\n")
            if line.startswith(f"{REPORTER}counter:"):
                self._count(line.removeprefix(f"{REPORTER}counter:"))
            elif not line.startswith(f"{REPORTER}status:"):
                print(line, file=sys.stderr, flush=True)

    def _count(self, text: str) -> None:
        group, _, rest = text.partition(",")
        name, _, amount = rest.rpartition(",")
        if amount.strip().lstrip("-").isdigit():
            self.counters[group, name] += int(amount)
