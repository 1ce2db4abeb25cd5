"""What EMR adds to `sc` in a notebook's session: packages that are installed for this session alone.

`sc.list_packages()`, `sc.install_pypi_package("name==1.0", "https://index/simple")`, `sc.uninstall_package("name")`
(Amazon EMR Management Guide, "Installing and using kernels and libraries in EMR Studio"). Here they go into a folder
of the session, before everything else on the path of the driver and of the Python workers.
"""

import importlib
import subprocess
import sys
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any


class Packages:
    """The packages of one session. `sc` is its SparkContext, `folder` theirs."""

    def __init__(self, sc: Any, folder: Path) -> None:
        self._sc, self._folder = sc, folder
        for method in (self.list_packages, self.install_pypi_package, self.uninstall_package):
            setattr(sc, method.__name__, method)

    def list_packages(self) -> None:
        """Print every package that the session can import, with its version."""
        found = {item.metadata["Name"]: item.version for item in distributions() if item.metadata["Name"]}
        width = max(len(name) for name in found)
        print(f"{'Package':{width}} Version\n{'-' * width} -------")
        for name in sorted(found, key=str.lower):
            print(f"{name:{width}} {found[name]}")

    def install_pypi_package(self, pypi_package: str, pypi_repo: str | None = None) -> None:
        """Install a package, from PyPI or another index, for the driver and the workers.

        Raises:
            RuntimeError: pip refuses; its own last words.
        """
        line = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
        line += ["--target", str(self._folder), "--upgrade", *(["--index-url", pypi_repo] if pypi_repo else [])]
        done = subprocess.run([*line, pypi_package], capture_output=True, text=True, check=False)
        print(done.stdout.strip())
        if done.returncode:
            words = [row for row in done.stderr.strip().splitlines() if row.startswith("ERROR")] or [done.stderr[-300:]]
            raise RuntimeError(f"{pypi_package} could not be installed: {words[-1]}")
        if str(self._folder) not in sys.path:
            sys.path.insert(0, str(self._folder))
            # Workers that start from now on; Spark starts new ones when their environment is another.
            self._sc.environment["PYTHONPATH"] = str(self._folder)
        importlib.invalidate_caches()

    def uninstall_package(self, package: str) -> None:
        """Remove a package that was installed in this session.

        Raises:
            RuntimeError: it was not.
        """
        found = [item for item in distributions(path=[str(self._folder)]) if _same(item, package)]
        if not found:
            raise RuntimeError(f"{package} was not installed in this session, and only such packages can be removed")
        for file in found[0].files or []:
            Path(str(found[0].locate_file(file))).unlink(missing_ok=True)
        for module in [name for name in sys.modules if name.partition(".")[0] == package.replace("-", "_")]:
            del sys.modules[module]
        importlib.invalidate_caches()
        print(f"Successfully uninstalled {package}-{found[0].version}")


def _same(item: Distribution, name: str) -> bool:
    return (item.metadata["Name"] or "").lower().replace("_", "-") == name.lower().replace("_", "-")
