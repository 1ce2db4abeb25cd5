"""The benchmarks by name, and the record of what those with peers measured."""

import json
import subprocess
import sys
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

from checks import environments
from orchard.base.errors import UsageError
from orchard.base.places import ROOT

FOLDER = ROOT / "benchmarks"
MEASURED = FOLDER / "measured.json"
RECORDED = ("features", "pca", "cold", "whole")  # they write their figures as JSON; the others print them
PARTS = (*RECORDED, "report")  # bench_upload.py and bench_permissions.py want more of the machine: see their heads


def chosen(only: str) -> tuple[str, ...]:
    """Return the parts that a user names, with commas between; all where none is.

    Raises:
        UsageError: there is no such part.
    """
    names = tuple(name.strip() for name in only.split(",") if name.strip())
    for name in names:
        if name not in PARTS:
            raise UsageError(f"there is no benchmark {name}", f"choose some of {', '.join(PARTS)}")
    return names or PARTS


def run(part: str, photographs: Path, words: list[str]) -> int:
    """Run a benchmark, and keep what it measured; returns its exit code.

    Raises:
        UsageError: there are no photographs to measure with.
    """
    line = [sys.executable, str(FOLDER / f"bench_{part}.py")]
    if part in ("features", "cold", "whole"):
        if not photographs.is_dir():
            raise UsageError(f"there are no photographs in {photographs}", "./inv fetch-dataset, or --photographs DIR")
        line.append(str(photographs))
    if part in ("features", "whole"):
        programs = environments.prepare(ROOT / ".venv-bench", ROOT / "requirements" / "bench.lock")
        line += ["--peers", str(programs / "python")]
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder, "figures.json")
        if part in RECORDED:
            line += ["--json", str(figures)]
        code = subprocess.run([*line, *words], check=False).returncode
        if figures.exists():
            keep(part, json.loads(figures.read_text()))
    return code


def keep(part: str, figures: dict[str, Any]) -> None:
    """Put a part's figures into the record, in place of those before."""
    told = json.loads(MEASURED.read_text())
    told.setdefault("runs", {})[part] = {"date": date.today().isoformat(), **figures}
    MEASURED.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
