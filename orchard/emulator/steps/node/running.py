"""Starts what a program of the node stands for, with the objects of S3 brought in before and handed out after."""

import os
import signal
import subprocess
from contextlib import ExitStack
from pathlib import Path

from orchard.emulator.outside import find_java
from orchard.emulator.steps.node import place
from orchard.emulator.steps.spark import home


def environment() -> dict[str, str]:
    """Make the environment of Java: this process's, with a Java in it."""
    return os.environ | {"JAVA_HOME": os.environ.get("JAVA_HOME") or str(find_java())}


def run(line: list[str], more: dict[str, str] | None = None) -> int:
    """Run a command to its end; returns its exit code, 128 + n if a signal ended it.

    Args:
        line: the command.
        more: variables for it, beside those of this process.
    """
    place.refresh()
    # The group gets the signal that ends a step: the command must have its time, and its end be told.
    signal.signal(signal.SIGTERM, lambda *_: None)
    code = subprocess.run(line, env=environment() | (more or {}), check=False).returncode
    place.publish()
    return code if code >= 0 else 128 - code


def apart(line: list[str], more: dict[str, str], output: Path, lock: int) -> int:
    """Run a command that this process's end is not the end of; returns its exit code.

    Args:
        line: the command.
        more: variables for it, beside those of this process.
        output: its standard output and error are added to (`<output>.stdout`, `.stderr`).
        lock: a file descriptor that it keeps open.
    """
    place.refresh()
    with ExitStack() as stack:
        out, err = (stack.enter_context(output.with_suffix(f".{name}").open("ab")) for name in ("stdout", "stderr"))
        code = subprocess.run(
            line, env=environment() | more, check=False, stdout=out, stderr=err, start_new_session=True, pass_fds=[lock]
        ).returncode
    place.publish()
    return code if code >= 0 else 128 - code


def java(main: str, arguments: list[str], heap: int = 256) -> list[str]:
    """Write the command line of a Java program with Hadoop's classes and the cluster's settings."""
    classes = os.pathsep.join([os.environ["HADOOP_CONF_DIR"], str(home() / "jars" / "*")])
    java_home = environment()["JAVA_HOME"]
    quiet = "-Dlog4j2.level=WARN"
    return [str(Path(java_home) / "bin" / "java"), f"-Xmx{heap}m", quiet, "-cp", classes, main, *arguments]
