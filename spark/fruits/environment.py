"""What a Spark session has to run on: the packages of the driver and of every worker, compared before they are used.

On a cluster the two are different machines. A package that only the driver has fails in the first task, with a
traceback that names the wrong place.
"""

import platform
from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple

import pyarrow as pa
from pyspark.sql import SparkSession

from fruits.errors import JobError

MODULES = ("numpy", "pandas", "pyarrow", "PIL", "tensorflow", "h5py")
DRIVER_MODULES = ("matplotlib",)  # draws on the driver only
_ON_WORKERS = "module string, version string, worker string"


class Package(NamedTuple):
    """A module and its versions: of the driver, and of the workers (several where they differ). None: not there."""

    module: str
    driver: str | None
    workers: tuple[str | None, ...]


def packages(spark: SparkSession) -> list[Package]:
    """Ask the driver, and a task on each core, which Python and which modules they can import."""
    here = dict(_versions((*MODULES, *DRIVER_MODULES)))
    cores = spark.sparkContext.defaultParallelism
    rows = spark.range(cores, numPartitions=cores).mapInArrow(_report, _ON_WORKERS).collect()
    there: dict[str, set[str | None]] = {}
    for row in rows:
        there.setdefault(row.module, set()).add(row.version)
    return [Package(name, here[name], tuple(sorted(there.get(name, ()), key=str))) for name in here]


def check(spark: SparkSession) -> str:
    """Compare the driver's packages with the workers'.

    Returns:
        a table, a line for each package.

    Raises:
        JobError: a package is missing, or the workers have another version of it than the driver.
    """
    found = packages(spark)
    for package in found:
        needed = package.module not in DRIVER_MODULES
        if package.driver is None or (needed and None in package.workers):
            where = "the driver" if package.driver is None else "the workers"
            raise JobError(
                f"{where} cannot import {package.module}",
                f'sc.install_pypi_package("{_distribution(package.module)}") adds it for this session, where the '
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


def _report(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for _ in batches:
        found = list(_versions(MODULES))
        columns = [[name for name, _ in found], [number for _, number in found], [platform.node()] * len(found)]
        yield pa.RecordBatch.from_arrays([pa.array(c, pa.string()) for c in columns], ["module", "version", "worker"])


def _versions(modules: tuple[str, ...]) -> Iterator[tuple[str, str | None]]:
    yield "python", platform.python_version()
    for name in modules:
        try:
            yield name, str(getattr(import_module(name), "__version__", "?"))
        except ImportError:
            yield name, None


def _distribution(module: str) -> str:
    """Name the package of PyPI that has a module."""
    return {"PIL": "pillow"}.get(module, module)
