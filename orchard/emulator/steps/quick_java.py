"""A Java that suits Spark jobs of seconds: this machine's, told to start fast, with an archive of Spark's classes.

Of a short job's processor time the optimising compiler takes half, and is never done before the job ends; in long jobs
Python does the work. To read Spark's classes takes half of the rest, which an archive of them saves (JEP 350, "Dynamic
CDS Archives"): it is made once for one Java and one Spark. A JVM without one, or with one that is not its own, goes
without and says nothing.

Every way to a JVM goes by JAVA_HOME, a script's and a shell's too, so this is a directory with a program `java`. An
archive serves a class path that begins as it did when it was made. Spark puts the directory of settings, which differs
by step, before its jars; here it comes after them, and no jar of Spark's holds a file of such a name.
"""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
from functools import cache
from pathlib import Path

from orchard.emulator.outside import HOME, java, packages
from orchard.emulator.steps import spark

FOLDER = HOME / ".orchard" / "java"
TRAINING = Path(__file__).with_name("training.py")
ARCHIVE, LOG = "spark.jsa", "training.log"
JAVA = """#!/bin/sh
# Made by Orchard
jars="{jars}/*"
for word; do
    shift
    [ "$before" = -cp ] && case "$word" in
        "${{word%%:*}}:$jars"*) word="$jars:${{word%%:*}}${{word#*:"$jars"}}" ;;
    esac
    set -- "$@" "$word"
    before=$word
done
case "$*" in *-XX:+Use*GC*) ;; *) collector=-XX:+UseSerialGC ;; esac
[ -s "{archive}" ] && known="-XX:SharedArchiveFile={archive}"
exec "{java}" -XX:TieredStopAtLevel=1 $collector $known -Xshare:auto -Xlog:cds=off -Xlog:cds+dynamic=off "$@"
"""
MARK = JAVA.partition("jars")[0].encode()


@cache
def home() -> Path | None:
    """Make such a Java of the one that this machine has; None where it has none."""
    found = next((home for home in java.candidates() if java.major_version(home) == java.VERSION), None)
    return found and prepare(found)


def prepare(plain: Path, folder: Path = FOLDER) -> Path:
    """Make such a Java of another one, below a folder; returns its home. One that is such a Java stays as it is."""
    program = plain / "bin" / "java"
    if program.read_bytes().startswith(MARK):
        return plain
    jars = spark.home() / "jars"
    about = [JAVA, str(program), str(jars), *(file.stat().st_mtime_ns for file in [program, *sorted(jars.iterdir())])]
    quick = folder / hashlib.sha256(json.dumps(about).encode()).hexdigest()[:16] / "bin" / "java"
    quick.parent.mkdir(parents=True, exist_ok=True)
    made = quick.with_suffix(f".{os.getpid()}")
    made.write_text(JAVA.format(java=program, jars=jars, archive=quick.parents[1] / ARCHIVE))
    made.chmod(0o755)
    made.replace(quick)
    return quick.parents[1]


def train(quick: Path) -> subprocess.Popen[bytes] | None:
    """Begin to make the archive of such a Java, in a process group of its own; None where there is one.

    What earlier Javas and Sparks had goes.
    """
    if (quick / ARCHIVE).exists():
        return None
    for other in [*quick.parent.iterdir(), *quick.glob("tmp*")]:  # those of trainings that were ended, too
        if other != quick:
            shutil.rmtree(other, ignore_errors=True)
    told = {"JAVA_HOME": str(quick), "SPARK_HOME": str(spark.home()), "SPARK_LOCAL_IP": "127.0.0.1"}
    told |= {"PYSPARK_PYTHON": sys.executable}
    line = [sys.executable, "-I", str(TRAINING), str(quick / ARCHIVE)]
    with (quick / LOG).open("wb") as log:
        return subprocess.Popen(
            line, env=os.environ | told, start_new_session=True, stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )


class Training:
    """The training that an emulator sees to, once there are a Spark and a Java on this machine."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def begin(self) -> None:
        """Begin it, unless it has begun, is done, or somebody else's affair."""
        if self._process is None and ready() and (quick := home()) and quick.parent == FOLDER:
            self._process = train(quick)

    def end(self) -> None:
        """End it, if it has not ended."""
        if self._process and self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)


def ready() -> bool:
    """Whether there are a Spark and a Java to train."""
    return packages.SETS["jobs"].installed and home() is not None
