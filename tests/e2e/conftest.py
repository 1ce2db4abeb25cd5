"""A user at a terminal, and the story of the README's first hour as far as a test needs it."""

import functools
import http.server
import os
import subprocess
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from checks.documents import commands
from tests.support import permission_use

ROOT = Path(__file__).resolve().parents[2]
FIRST_HOUR = {words[0]: words for words in commands.first_hour()}
BUCKET = "orchard-123456789012-eu-west-3"
ALIVE = ["STARTING", "BOOTSTRAPPING", "RUNNING", "WAITING"]


class User:
    """Somebody at a terminal, with a state of their own."""

    def __init__(self, home: Path, archive: str, weights: str) -> None:
        self.home = home
        self.environment = os.environ | {
            "ORCHARD_HOME": str(home),
            "ORCHARD_ARCHIVE": archive,
            "ORCHARD_WEIGHTS": weights,
            "ORCHARD_SPLIT": "Test",
            "ORCHARD_MODE": "full",
            "ORCHARD_K": "5",
        }

    def inv(self, *words: str, code: int = 0, **settings: str) -> str:
        """Call ./inv and return all it said."""
        done = subprocess.run(
            [ROOT / "inv", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
            env=self.environment | settings,
            check=False,
        )
        assert done.returncode == code, done.stdout[-3000:]
        assert "Traceback" not in done.stdout
        return done.stdout

    @property
    def target(self):
        """The same target that the commands act on."""
        from orchard.aws import target
        from orchard.emulator import process

        found = process.find(self.home)
        return target._local("eu-west-3", found) if found else None

    @property
    def credentials(self):
        """The access key of the local AWS that runs."""
        from orchard.emulator import process

        return process.find(self.home).credentials

    def clusters(self) -> list[dict]:
        """The descriptions of the clusters that live."""
        emr = self.target.client("emr")
        alive = emr.list_clusters(ClusterStates=ALIVE)["Clusters"]
        return [emr.describe_cluster(ClusterId=entry["Id"])["Cluster"] for entry in alive]

    def advance(self, seconds: int) -> None:
        """Let time pass in the local AWS."""
        clock, login = f"{self.target.endpoint}/_orchard/clock", self.target.livy_login
        requests.post(clock, params={"advance": seconds}, auth=login, timeout=60).raise_for_status()


class Story(User):
    """One user's way through the README's first hour: each command word for word, once, after those before it.

    A test asks for the command that it needs to have happened. A command that fails does so in the first test that
    asks for it; those that need it later are skipped, and say why.
    """

    def __init__(self, *args) -> None:
        super().__init__(*args)
        self.said: dict[str, str] = {}
        self.failed = ""
        self.on_purpose = range(0)  # what a test has tried that is refused: lines in the ledger of permissions
        self.is_changed = False  # whether the cluster is not as the settings come

    def told(self, task: str) -> str:
        """Call what the README has up to a command, unless it was called already; returns what that command said."""
        if "cleanup" in self.said and task != "cleanup":
            self.said.clear()  # there is nothing any more: from the beginning
        for step in [*FIRST_HOUR][: [*FIRST_HOUR].index(task) + 1]:
            if step not in self.said:
                self.said[step] = self._call(*FIRST_HOUR[step])
                if step == "up":
                    permission_use.keep(self.target, self.home)
        return self.said[task]

    def cluster(self, *, changed: bool = False) -> dict:
        """Describe the cluster that lives; `up` brings it back when there is none, or one that a test has changed.

        Args:
            changed: take one that a test has changed, too.
        """
        self.told("up")
        if not self.clusters() or (self.is_changed and not changed):
            self._call("up")
            self.is_changed = False
        (only,) = self.clusters()
        return only

    def change(self, **settings: str) -> str:
        """Call `up` with other settings; returns what it said."""
        self.is_changed = True
        return self._call("up", **settings)

    @property
    def run(self) -> str:
        """The run that the README's commands made."""
        return max(path.name for path in (self.home / "data" / "emr_output" / "runs").iterdir())

    def _call(self, *words: str, **settings: str) -> str:
        if self.failed:
            pytest.skip(f"{self.failed} failed in an earlier test, and this one needs what it makes")
        try:
            return self.inv(*words, **settings)
        except AssertionError:
            self.failed = f"./inv {' '.join(words)}"
            raise


@pytest.fixture(scope="session")
def archive(tmp_path_factory, drawn) -> Iterator[str]:
    """The address of the drawn pictures, zipped as Fruits-360 is published."""
    folder = tmp_path_factory.mktemp("archive")
    with zipfile.ZipFile(folder / "fruits.zip", "w") as file:
        for path in sorted(drawn.rglob("*.jpg")):
            file.write(path, Path("fruits-360_dataset", "fruits-360", path.relative_to(drawn)))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/fruits.zip"
        server.shutdown()


@pytest.fixture(scope="session")
def story(tmp_path_factory, archive, weights_file) -> Iterator[Story]:
    """The one story that all tests share, since every `up` takes minutes."""
    made = Story(tmp_path_factory.mktemp("home"), archive, weights_file)
    yield made
    _stop(made.home)


@pytest.fixture
def newcomer(tmp_path, archive, weights_file) -> Iterator[User]:
    """Somebody who has done nothing yet."""
    yield User(tmp_path, archive, weights_file)
    _stop(tmp_path)


def _stop(home: Path) -> None:
    from orchard.emulator import process

    process.stop(home)
