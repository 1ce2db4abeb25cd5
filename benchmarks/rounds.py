"""Contenders in turn: each round has one pass of each, so that what else the machine does falls on all alike."""

import json
import os
import signal
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

import machine

LIMIT = 300.0  # seconds for a pass: one that hangs must not hold up the rest for ever
HERE = Path(__file__).resolve().parent
PEERS = HERE / "peers"
MODULES = os.pathsep.join(map(str, (HERE, PEERS, HERE.parent / "spark")))  # what peers, and their workers, import


class Program(NamedTuple):
    """A file of `peers` that serves contenders.

    Attributes:
        file: its name.
        names: of the contenders, as `contender.serve` knows them.
        python: the interpreter that it needs.
        arguments: told to it.
    """

    file: str
    names: tuple[str, ...]
    python: str
    arguments: tuple[str, ...]


class Measured(NamedTuple):
    """A contender's figures: rows a second and CPU seconds for 1,000 rows, each round's."""

    rates: list[float]
    cpu: list[float]

    @property
    def rate(self) -> float:
        """The median of the rows a second."""
        return statistics.median(self.rates)

    def row(self) -> dict[str, float]:
        """Return medians and spread, rounded to what they are worth."""
        return {
            "rate": round(self.rate, 1),
            "least": round(min(self.rates), 1),
            "most": round(max(self.rates), 1),
            "cpu_per_1000": round(statistics.median(self.cpu), 2),
        }


@contextmanager
def running(program: Program) -> Iterator[subprocess.Popen[str]]:
    """Start a program in a session of its own, and wait until it is ready."""
    line = [program.python, str(PEERS / program.file), *program.arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    environment = os.environ | {"PYTHONPATH": MODULES}
    process = subprocess.Popen(line, **pipes, start_new_session=True, env=environment)
    try:
        if _line(process) != "ready":
            raise RuntimeError(f"{program.file} did not come up")
        yield process
    finally:
        process.stdin.close()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)  # workers and all: it leads a group of its own
            process.wait()


def compare(programs: list[Program], rounds: int, rows: int) -> dict[str, Measured]:
    """Warm every contender up by one pass, then let all take part in each round.

    Args:
        programs: those whose contenders take part; one that does not come up, or ends, is told and left out.
        rounds: how many.
        rows: that each pass must make.
    """
    measured: dict[str, Measured] = {}
    with ExitStack() as stack:
        processes = {}
        for program in programs:
            try:
                process = stack.enter_context(running(program))
                for name in program.names:
                    turn(process, name, rows)
            except (RuntimeError, OSError) as error:
                print(f"left out: {', '.join(program.names)}: {error}", file=sys.stderr)
                continue
            processes |= dict.fromkeys(program.names, process)
        measured = {name: Measured([], []) for name in processes}
        for number in range(1, rounds + 1):
            for name, process in list(processes.items()):
                try:
                    seconds, cpu = turn(process, name, rows)
                except (RuntimeError, OSError) as error:
                    print(f"left out: {name}: {error}", file=sys.stderr)
                    del processes[name], measured[name]
                    continue
                measured[name].rates.append(rows / seconds)
                measured[name].cpu.append(1000 * cpu / rows)
            told = ", ".join(f"{name} {values.rates[-1]:.0f}" for name, values in measured.items())
            print(f"round {number}: {told} rows/s", flush=True)
    return measured


def table(measured: dict[str, Measured], rows: str) -> str:
    """Return a line for each contender, the fastest first."""
    lines = [f"{'':24}{rows + '/s':>10} {'least':>8} {'most':>8}  CPU s for 1,000"]
    for name, values in sorted(measured.items(), key=lambda item: -item[1].rate):
        row = values.row()
        lines.append(f"{name:24}{row['rate']:10} {row['least']:8} {row['most']:8} {row['cpu_per_1000']:8}")
    return "\n".join(lines)


def record(file: Path, measured: dict[str, Measured], about: dict[str, object]) -> None:
    """Write what was measured, of what, and on what machine, as JSON."""
    told = {**about, **machine.describe(), "contenders": {name: values.row() for name, values in measured.items()}}
    file.write_text(json.dumps(told, indent=2))


def turn(process: subprocess.Popen[str], name: str, rows: int) -> tuple[float, float]:
    """Let a contender do a pass; returns its seconds and CPU seconds.

    Raises:
        RuntimeError: it ended, took longer than LIMIT, or made other rows than so many.
    """
    before = machine.cpu_seconds(process.pid)
    late = threading.Timer(LIMIT, os.killpg, (process.pid, signal.SIGKILL))
    late.start()
    try:
        process.stdin.write(f"{name}\n")
        process.stdin.flush()
        answer = json.loads(_line(process))
    finally:
        late.cancel()
    if answer["rows"] != rows:
        raise RuntimeError(f"{name} made {answer['rows']} rows of {rows}")
    return answer["seconds"], machine.cpu_seconds(process.pid) - before


def _line(process: subprocess.Popen[str]) -> str:
    line = process.stdout.readline()
    if not line:
        raise RuntimeError(f"it ended with {process.wait()}")
    return line.strip()
