"""What a Spark session has to run on: the packages of the driver and of every worker, compared before they are used.

On a cluster the two are different machines. A package that only the driver has fails in the first task, with a
traceback that names the wrong place.
"""

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from typing import NamedTuple

import pyarrow as pa
from pyspark.sql import SparkSession

from fruits.errors import JobError

MODULES = ("numpy", "pandas", "pyarrow", "PIL", "tensorflow", "h5py")
OPTIONAL = ("openvino",)  # where it is not to be had, TensorFlow serves; the workers have it where the driver does
DRIVER_MODULES = ("matplotlib",)  # draws on the driver only
_PACKAGES = {"PIL": ("pillow",), "tensorflow": ("tensorflow", "tensorflow-cpu")}  # PyPI's names, where others
_ON_WORKERS = "module string, version string, worker string"


class Package(NamedTuple):
    """A module and its versions: of the driver, and of the workers (several where they differ). None: not there."""

    module: str
    driver: str | None
    workers: tuple[str | None, ...]


def modules_here() -> tuple[str, ...]:
    """Return what the workers must have: MODULES, and of OPTIONAL what the driver has."""
    return MODULES + tuple(name for name in OPTIONAL if find_spec(name))


def packages(spark: SparkSession, modules: tuple[str, ...] = MODULES) -> list[Package]:
    """Ask the driver, and a task on each core, which Python and which of the modules they can import."""
    here = dict(versions((*modules, *DRIVER_MODULES)))
    cores = spark.sparkContext.defaultParallelism

    def report(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        return _report(batches, modules)

    rows = spark.range(cores, numPartitions=cores).mapInArrow(report, _ON_WORKERS).collect()
    on_workers: dict[str, set[str | None]] = {}
    for row in rows:
        on_workers.setdefault(row.module, set()).add(row.version)
    return [Package(name, here[name], tuple(sorted(on_workers.get(name, ()), key=str))) for name in here]


def check(spark: SparkSession, modules: tuple[str, ...] | None = None) -> str:
    """Compare the driver's packages with the workers'.

    Args:
        spark: the session.
        modules: which ones; `modules_here` when None.

    Returns:
        a table, a line for each package.

    Raises:
        JobError: a package is missing, or the workers have another version of it than the driver.
    """
    found = packages(spark, modules or modules_here())
    for package in found:
        needed = package.module not in DRIVER_MODULES
        if package.driver is None or (needed and None in package.workers):
            where = "the driver" if package.driver is None else "the workers"
            name = _PACKAGES.get(package.module, (package.module,))[0]
            raise JobError(
                f"{where} cannot import {package.module}",
                f'sc.install_pypi_package("{name}") adds it for this session, where the '
                "nodes reach the index; for good, it goes into spark/requirements.in, and ./inv up makes a new cluster",
            )
        if needed and package.workers != (package.driver,):
            raise JobError(
                f"the driver has {package.module} {package.driver}, the workers {', '.join(map(str, package.workers))}",
                "let both use one Python: the cell %%configure names it; run that cell again as ./inv notebooks "
                "rendered it",
            )
    lines = [f"{p.module:12} {p.driver!s:10} {', '.join(map(str, p.workers)) or 'not needed'}" for p in found]
    return "\n".join([f"{'':12} {'driver':10} workers", *lines])


def _report(batches: Iterator[pa.RecordBatch], modules: tuple[str, ...]) -> Iterator[pa.RecordBatch]:
    for _ in batches:
        found = list(versions(modules))
        columns = [[name for name, _ in found], [number for _, number in found], [platform.node()] * len(found)]
        yield pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in columns], ["module", "version", "worker"])


def versions(modules: tuple[str, ...]) -> Iterator[tuple[str, str | None]]:
    """Tell the version of this process's Python, and of each module, None where it is not there."""
    # Looked up, not imported: TensorFlow's import takes seconds and half a gigabyte, and the driver never needs it.
    yield "python", platform.python_version()
    for name in modules:
        yield name, _version(name) if find_spec(name) else None


def _version(module: str) -> str:
    for package in _PACKAGES.get(module, (module,)):
        try:
            return version(package)
        except PackageNotFoundError:
            continue
    return "of no package"
