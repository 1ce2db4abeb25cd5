"""Applications of YARN as processes: what they hold is free when they are gone, and they go with their cluster."""

import fcntl
import subprocess
import sys
from pathlib import Path

from orchard.emulator.steps.node import apart
from orchard.emulator.steps.node.resource_manager import ResourceManager, lives, wait
from orchard.emulator.steps.placement import Placement, Scheduler
from orchard.emulator.steps.yarn_request import Container, Request
from tests.waiting import PATIENCE, until

WHOLE = Request("client", Container(896, 1), Container(11264, 4), None, "")


def manager(folder: Path) -> ResourceManager:
    return ResourceManager(folder, Scheduler((Container(12288, 4),)))


def test_what_an_application_holds_is_free_when_it_ends(tmp_path):
    first, second = manager(tmp_path).submit(), manager(tmp_path).submit()
    assert (first.number, second.number) == (1, 2)
    assert isinstance(first.admit(WHOLE), Placement)
    assert "AM resource limit exceeded" in second.admit(WHOLE), "of a tenth of the node, the first one has 896 MiB"
    first.end()
    assert isinstance(second.admit(WHOLE), Placement)
    second.end()
    assert manager(tmp_path).submit().number == 3, "numbers are not given twice"


def test_an_application_lives_for_as_long_as_a_process_that_has_its_lock(tmp_path):
    application = manager(tmp_path).submit()
    line = [sys.executable, "-c", "import sys; sys.stdin.read()"]
    with subprocess.Popen(line, stdin=subprocess.PIPE, pass_fds=[application.lock]) as holder:
        application.end()
        assert lives(tmp_path / "1")
        holder.kill()
    wait(tmp_path / "1")
    assert not lives(tmp_path / "1")


def test_a_driver_ends_with_its_cluster_and_not_with_its_client(tmp_path):
    """The lock on the cluster's file goes with whoever holds it, however that ends: here this test lets it go."""
    cluster, said = tmp_path / "cluster", tmp_path / "pid"
    driver = f"import os, time; open({str(said)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    with cluster.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        line = [sys.executable, "-I", "-S", str(Path(apart.__file__)), str(cluster), "5", sys.executable, "-c", driver]
        leader = subprocess.Popen(line, start_new_session=True)
        until(lambda: said.exists() and said.read_text())
        assert leader.poll() is None
    assert leader.wait(PATIENCE) == 128 + 15
