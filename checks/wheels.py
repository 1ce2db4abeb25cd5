"""What a node's lock must have: a wheel of every package for Intel and AMD, and for Graviton; nodes compile nothing."""

import re
import subprocess
import tempfile
from pathlib import Path

from invoke import Exit

# Amazon Linux 2023, which EMR 7 runs on, has glibc 2.34 (Amazon Linux 2023 User Guide, "Core toolchain packages").
PLATFORMS = ("x86_64-manylinux_2_34", "aarch64-manylinux_2_34")


def check(uv: str, lock: Path) -> None:
    """Let uv work out what a node of each architecture would install; nothing is installed.

    Args:
        uv: the program.
        lock: with hashes, as the nodes take it.

    Raises:
        Exit: a node of some architecture could not install it; uv has said which package.
    """
    words = ["pip", "install", "--quiet", "--dry-run", "--no-deps", "--require-hashes", "--only-binary", ":all:"]
    with tempfile.TemporaryDirectory() as place:
        asked = Path(place, lock.name)
        asked.write_text(but_for_spark(lock.read_text()))
        for platform in PLATFORMS:
            target = ["--python-version", "3.11", "--python-platform", platform, "--target", f"{place}/{platform}"]
            done = subprocess.run([uv, *words, *target, "--requirement", str(asked)], check=False)
            if done.returncode:
                raise Exit(f"{lock}: nodes of {platform} could not install it", code=done.returncode)


def but_for_spark(lock: str) -> str:
    """Leave out the cluster's own Spark, as `spark/bootstrap.sh` does; PyPI has it as source alone."""
    return "".join(entry for entry in re.split(r"(?m)^(?=[^ #])", lock) if not re.match(r"(pyspark|py4j)[=@ ]", entry))
