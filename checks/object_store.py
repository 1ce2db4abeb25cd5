"""Compiles the file system of the local AWS's `s3://` by Janino, the Java compiler in Spark: no JDK is needed.

.venv/bin/python -m checks.object_store   writes the class file that belongs into the repository, beside its source
"""

import importlib.util
import os
import subprocess
from pathlib import Path

from orchard.emulator.steps.filesystems import CLASSES, OBJECT_STORE
from orchard.machine.java import find_java

COMPILER = "org.codehaus.commons.compiler.samples.CompilerDemo"


def made(folder: Path) -> bytes:
    """Compile the source into a folder; returns the class file.

    Raises:
        subprocess.CalledProcessError: it does not compile; its output says why.
    """
    found = importlib.util.find_spec("pyspark")
    assert found is not None  # noqa: S101 - the tests' environment has it
    jars = Path(str(found.origin)).with_name("jars")
    known = os.pathsep.join(map(str, [*jars.glob("hadoop-client-api-*.jar"), *jars.glob("slf4j-api-*.jar")]))
    options = ["-d", str(folder), "-classpath", known, str((CLASSES / OBJECT_STORE).with_suffix(".java"))]
    line = [str(find_java() / "bin" / "java"), "-cp", f"{jars}/*", COMPILER, *options]
    subprocess.run(line, check=True, capture_output=True, text=True)
    return (folder / OBJECT_STORE).read_bytes()


if __name__ == "__main__":
    made(CLASSES)
