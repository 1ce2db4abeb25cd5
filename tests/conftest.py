"""Fixtures that several folders of tests share.

ORCHARD_TEST_PHOTOS names real photographs (a tar of, or a directory with, Fruits-360's layout); tests that need them
are left out, and say so, where it is not set. ORCHARD_WEIGHTS names the weights; without it they are found or fetched.
"""

import functools
import os
import signal
import sys
import tarfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import botocore.loaders
import botocore.session
import pytest
from xdist.scheduler import LoadScopeScheduling

from tests import schedule

ROOT = Path(__file__).resolve().parent.parent

# Spark's Python workers must run this interpreter and find the package, in whatever process a test starts them.
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
os.environ["PYTHONPATH"] = str(ROOT / "spark")
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
os.environ["ORCHARD_LANG"] = "en"  # whatever this machine speaks
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
# A shell has what it starts in the background ignore Ctrl-C, and what tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
# As `inv` does it: a worker that compiles TensorFlow's modules anew takes twice as long to start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# moto makes 1,290 machine images that nobody asks for, whenever a test begins with an empty account.
os.environ["MOTO_EC2_LOAD_DEFAULT_AMIS"] = "false"

# As if all tests had one session of boto3, of which each reads the descriptions of the services from its files anew.
botocore.session.create_loader = functools.cache(botocore.loaders.create_loader)


class Units(LoadScopeScheduling):
    """xdist's distribution of what belongs together, with what belongs together being the schedule's."""

    def _split_scope(self, nodeid: str) -> str:
        return schedule.cell_unit(nodeid)


def pytest_configure(config: pytest.Config) -> None:
    """Let whatever starts a Java here start one that suits short runs; xdist's processes inherit it."""
    from orchard.emulator.steps import quick_java

    if hasattr(config, "workerinput") or not quick_java.ready():
        return
    os.environ["JAVA_HOME"] = str(quick := quick_java.home())
    many = config.option.numprocesses and not config.option.markexpr  # those of Spark among them
    if many and (training := quick_java.train(quick)):
        config.add_cleanup(training.kill)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Units:
    """Give a process a group of files at a time, in the order of the collection."""
    config.option.loadscopereorder = False  # by the number of tests, which says nothing of their length
    return Units(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add what `./inv check.faults` asks for."""
    parser.addoption("--matrix", action="store_true", help="run every cell of the matrix of faults, and nothing else")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run a test once for each of its cells (tests/support/cells.py)."""
    if cells := getattr(metafunc.function, "cells", []):
        if "case" not in metafunc.fixturenames:
            metafunc.fixturenames.append("case")
        marks = {True: [pytest.mark.cell], False: [pytest.mark.cell, pytest.mark.matrix]}
        metafunc.parametrize("case", [pytest.param(c.case, id=c.id, marks=marks[c.quick]) for c in cells])


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the longest, and mark what takes long; refuse a schedule that is not true any more."""
    whole = config.getoption("--matrix")
    chosen = [item for item in items if _is_asked_for(item, matrix=whole)]
    config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
    items[:] = chosen
    uses = defaultdict(set)
    for item in items:
        uses[_file(item.nodeid)].update(getattr(item, "fixturenames", ()))
        if schedule.entry(_file(item.nodeid)):
            item.add_marker(pytest.mark.slow)
    if told := schedule.mistakes(uses):
        raise pytest.UsageError("\n".join(["tests/schedule.py is not true any more:", *told]))
    order = schedule.cell_place if whole else schedule.place
    items.sort(key=lambda item: order(_file(item.nodeid)))


def _is_asked_for(item: pytest.Item, *, matrix: bool) -> bool:
    """With --matrix all cells and nothing else; without, no cell that takes long."""
    return item.get_closest_marker("cell") is not None if matrix else item.get_closest_marker("matrix") is None


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Name the files that took long and are not in the schedule."""
    if terminalreporter.config.getoption("--matrix"):
        return
    took: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                took[_file(report.nodeid)] += report.duration
    for file, seconds in took.items():
        if seconds > schedule.LATE and not schedule.entry(file):
            terminalreporter.write_line(
                f"{file} took {seconds:.0f} s: if not for other work here, add it to tests/schedule.py"
            )


def _file(nodeid: str) -> str:
    return nodeid.partition("::")[0]


@pytest.fixture(scope="session")
def photographs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Real photographs: the directory above Test."""
    named = os.environ.get("ORCHARD_TEST_PHOTOS")
    if not named:
        pytest.skip("set ORCHARD_TEST_PHOTOS to real photographs in the Fruits-360 layout, or a tar of them")
    place = Path(named)
    if place.is_file():
        folder = tmp_path_factory.mktemp("photographs")
        with tarfile.open(place) as archive:
            archive.extractall(folder, filter="data")
        place = folder
    return next(path.parent for path in sorted(place.rglob("Test")) if path.is_dir())


@pytest.fixture(scope="session")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn pictures: ten classes of 12 Training and 4 Test pictures."""
    from orchard.photographs import drawing

    root = tmp_path_factory.mktemp("drawn")
    drawing.draw(root, per_class=12)
    return root


@pytest.fixture(scope="session")
def weights_file() -> str:
    """A verified weights file."""
    from fruits import weights_source

    return os.environ.get("ORCHARD_WEIGHTS") or str(weights_source.find())


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator:
    """One Spark for all tests: two cores, the jobs' own settings."""
    from orchard.machine.java import find_java

    os.environ["JAVA_HOME"] = str(find_java())
    from pyspark.sql import SparkSession

    from fruits import job

    builder = SparkSession.builder.master("local[2]")
    for key, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
    }.items():
        builder = builder.config(key, value)
    builder.getOrCreate()
    session = job.session("tests")
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()
