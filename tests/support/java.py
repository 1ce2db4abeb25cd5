"""A Java that suits test runs, which last seconds: `./inv test` starts some eighty."""

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ARCHIVE = "spark.jsa"

# The optimising compiler takes half of a short run's processor time, and is never done before it ends; to verify
# Spark's own classes takes a tenth. To read them takes a third, which an archive of them saves (JEP 350, "Dynamic CDS
# Archives"). It serves a class path that begins as the one did that it was made with: so the directory of settings,
# which Spark puts first, comes last. A JVM to which the archive does not belong does without and says nothing.
JAVA = """#!/bin/sh
archive="{folder}/{archive}"
[ -s "$archive" ] && known="-XX:SharedArchiveFile=$archive -Xlog:disable"
for word; do
    shift
    [ "$before" = -cp ] && case "$word" in *:*/jars/\\**) word="${{word#*:}}:${{word%%:*}}" ;; esac
    set -- "$@" "$word"
    before=$word
done
exec "{java}" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote \
    ${{known-$ORCHARD_JAVA_TRAINING}} "$@"
"""


def prepare(home: Path, folder: Path) -> Path:
    """Write a program `java` into a folder, the home of a Java then, that calls the one in another home."""
    program = folder / "bin" / "java"
    program.parent.mkdir()
    program.write_text(JAVA.format(java=home / "bin" / "java", folder=folder, archive=ARCHIVE))
    program.chmod(0o755)
    return folder


def train(folder: Path) -> subprocess.Popen[bytes]:
    """Begin to make the archive, in a process of its own: a Spark that does what most tests do."""
    made = folder / "training.jsa"
    told = {"JAVA_HOME": str(folder), "ORCHARD_JAVA_TRAINING": f"-XX:ArchiveClassesAtExit={made} -Xlog:disable"}
    line = [sys.executable, str(HERE.parent / "programs" / "spark_training.py"), str(folder), str(made)]
    quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(line, env=os.environ | told, start_new_session=True, **quiet)
