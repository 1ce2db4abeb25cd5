"""Which tests take long, and which of them share what is set up. conftest.py reads it.

`./inv test` begins with the longest and keeps the files of a group in one process; `./inv test --quick` leaves all of
these out. A file that is not here uses none of the fixtures in LONG, else conftest.py refuses to run anything; and it
takes less than 20 s on two cores, else conftest.py names it at the end of a run.
"""

from pathlib import Path
from typing import NamedTuple

TESTS = Path(__file__).resolve().parent
LATE = 60.0  # seconds after which a file is named: three times as long, since the machine may be busy


class Group(NamedTuple):
    """Files that share what is set up, so that one process runs them, one after the other.

    Attributes:
        shares: what is set up once for all of them.
        seconds: that they take on two cores which do nothing else.
        files: the ends of their paths, in the order in which they run.
    """

    shares: str
    seconds: int
    files: tuple[str, ...]


# Fixtures that start Spark or let Terraform work for more than some seconds.
LONG = {"spark", "story", "stepped", "outcomes", "roots"}

SLOW = [
    Group(
        "a cluster that Terraform made",
        410,
        (
            "test_local_aws.py",
            "test_session.py",
            "test_refused.py",
            "test_settings_change.py",
            "test_teardown.py",
            "test_least_privilege.py",
        ),
    ),
    Group(
        "one Spark",
        200,
        (
            "test_submitted.py",
            "test_jobs.py",
            "test_featurizer.py",
            "test_pca.py",
            "test_environment.py",
            "test_packed.py",
            "test_dataset.py",
            "test_canary.py",
        ),
    ),
    Group(
        "a Spark for faults",
        200,
        (
            "test_killed.py",
            "test_losses.py",
            "test_hangs.py",
            "test_memory.py",
            "test_batches.py",
            "test_hostile_folder.py",
            "test_damaged_data.py",
            "test_listing_changes.py",
            "test_progress_writes.py",
            "test_two_attempts.py",
        ),
    ),
    Group("a cluster with Livy and a run", 200, ("test_cluster_notebooks.py", "test_results_notebook.py")),
    Group("a demonstration", 150, ("test_demo.py",)),
    Group("steps of Spark", 140, ("test_yarn.py", "test_steps_spark.py", "test_steps_scripts.py")),
    Group("an environment of pinned packages", 90, ("test_bootstrap.py",)),
    Group("every module, checked", 75, ("test_iam_policies.py", "test_escalation.py", "test_modules.py")),
    Group("clients of others", 60, ("test_clients.py",)),
    Group("three foundations", 60, ("test_side_by_side.py",)),
    Group("TensorFlow in this process", 40, ("test_engine.py", "test_weights.py")),
    Group("a copy of this tree", 40, ("test_new_step.py",)),
    Group("both roots, initialised", 35, ("test_addresses.py",)),
    Group("the policy scanner", 35, ("test_policy_scan.py",)),
    Group("Terraform's own refusals", 30, ("test_terraform_refusals.py",)),
    Group("a Livy session", 25, ("test_livy.py",)),
    Group("a notebook of a cluster", 25, ("test_emr_notebook_executions.py",)),
    Group("a browser", 25, ("test_report_browser.py",)),
]

# Of the matrix of faults: those before all others, as Terraform waits there for minutes, and those whose cells go by
# their fault, so that several processes take them.
CELLS = ("test_foundation_killed.py", "test_cluster_killed.py", "test_changed_by_hand.py", "test_state_lost.py")
BY_FAULT = CELLS[:2]

_GROUPS = {file: group for group in SLOW for file in group.files}
_ORDER = list(_GROUPS)


def entry(file: str) -> str | None:
    """The entry that a test file has above; None for a quick one."""
    return next((known for known in _GROUPS if f"/{file}".endswith(f"/{known}")), None)


def place(file: str) -> int:
    """Where a test file stands in the order; all quick ones at its end."""
    known = entry(file)
    return _ORDER.index(known) if known else len(_ORDER)


def unit(file: str) -> str:
    """Name what one process takes on as a whole: a group, or one file."""
    known = entry(file)
    return _GROUPS[known].shares if known else file


def cell_place(file: str) -> int:
    """Where a file of the matrix stands in the order: the longest first."""
    known = Path(file).name
    return CELLS.index(known) - len(CELLS) if known in CELLS else place(file)


def cell_unit(nodeid: str) -> str:
    """Name what one process takes on as a whole: `unit`, or the cells of a file that begin with the same word."""
    file, _, test = nodeid.partition("::")
    if Path(file).name in BY_FAULT and "[" in test:
        return f"{file} {test.partition('[')[2].partition('-')[0]}"
    return unit(file)


def mistakes(uses: dict[str, set[str]]) -> list[str]:
    """What is wrong above.

    Args:
        uses: the fixtures that the tests of each collected file use.
    """
    there = [entry(path.as_posix()) for path in TESTS.rglob("test_*.py")]
    told = [f"{known} stands for {there.count(known)} files" for known in _ORDER if there.count(known) != 1]
    for file, fixtures in uses.items():
        if not entry(file) and (used := fixtures & LONG):
            told.append(f"{file} uses the fixture {min(used)} and is not there")
    return told
