"""Forty mistakes and more, as people make them, with all that is answered; nothing is changed by any of them.

The answers are goldens in `forty.toml`: ORCHARD_GOLDEN=write writes them anew. What differs from run to run (ids,
paths, ports) stands in them by its name.
"""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from report_runs import write

from orchard.aws.layout import StepName
from orchard.emulator.process import directory
from tests.emulator.conftest import QUICK, REGION, Aws, command, launch
from tests.support.guards import end_of_life
from tests.waiting import PATIENCE

FILE = Path(__file__).with_name("forty.toml")
HEAD = FILE.read_text().partition("\n\n")[0]
MISTAKES = tomllib.loads(FILE.read_text())["mistake"]
ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "tests" / "programs" / "called.py"
BUCKET = f"orchard-123456789012-{REGION}"
MADE = {"version": 4, "resources": [{"mode": "managed", "instances": []}]}  # a state of Terraform's
DONE, BEGUN = "20261121T200000-full", "20261122T200000-full"


class Desk:
    """A machine of somebody's, with a local AWS on which a cluster `hub` and two runs are.

    Attributes:
        home: what ORCHARD_HOME is.
        port: that another program uses.
    """

    def __init__(self, home: Path, port: int) -> None:
        self.home, self.port = home, port

    def furnish(self) -> subprocess.Popen:
        """Start the local AWS and fill it; returns its process."""
        lives = directory(self.home) / "test"
        lives.parent.mkdir(parents=True)
        process, port = launch(lives, *QUICK)
        aws = Aws(port, lives)
        aws.s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        with tempfile.TemporaryDirectory() as folder:
            for run in (DONE, BEGUN):
                write(Path(folder), run, {"Kiwi": 4, "Lemon": 4})
            (Path(folder) / "pca" / BEGUN / "_manifest.json").unlink()
            for file in (path for path in Path(folder).rglob("*") if path.is_file()):
                aws.put(BUCKET, f"data/{file.relative_to(folder)}", file.read_bytes())
        steps = [command("true", name=str(StepName(DONE, "features")))]
        applications = [{"Name": name} for name in ("Spark", "JupyterHub")]
        aws.client("ec2").create_key_pair(KeyName="orchard-hub")
        tags = [{"Key": name, "Value": value} for name, value in (("Project", "orchard"), ("Cluster", "orchard-hub"))]
        named = {"name": "orchard-hub", "Applications": applications, "Tags": tags}
        hub = aws.cluster(*steps, bucket=BUCKET, ec2={"Ec2KeyName": "orchard-hub"}, **named)
        end_of_life(aws.client("scheduler"), "orchard-hub", hub, aws.now() + timedelta(hours=4))
        aws.until(hub, "WAITING")
        state = lives / "state" / "orchard" / REGION / "terraform" / "cluster.workspaces" / "hub"
        state.mkdir(parents=True)
        (state / "cluster.tfstate").write_text(
            json.dumps({"version": 4, "resources": [{"mode": "managed", "instances": []}]})
        )
        access = lives / "state" / "orchard" / REGION / "access"
        access.mkdir(mode=0o700)
        (access / "cluster-key").touch(mode=0o600)
        return process

    def ask(self, calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Call commands one after the other."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("ORCHARD_", "AWS_"))}
        env = own | {"ORCHARD_HOME": str(self.home), "COLUMNS": "80"}
        done = subprocess.run(
            [sys.executable, PROGRAM], input=json.dumps(calls), env=env, capture_output=True, text=True, check=True
        )
        return json.loads(done.stdout)

    def call(self, mistake: dict[str, Any]) -> dict[str, Any]:
        """Make what `ask` takes of a line as somebody types it."""
        words, env = shlex.split(mistake["line"].replace("PORT", str(self.port))), {}
        while "=" in words[0] and not words[0].startswith("-"):
            name, _, env[name] = words.pop(0).partition("=")
        return {"words": words, "env": env, "toml": mistake.get("toml")}

    def plain(self, text: str) -> str:
        """Put names in the place of what differs from run to run."""
        text = text.replace(str(self.home), "HOME").replace(str(ROOT), "CHECKOUT").replace(f" {self.port} ", " PORT ")
        text = re.sub(r"--port \d{5}\b", "--port OTHER", text)
        text = re.sub(r"\b\d{4}-\d\d-\d\d \d\d:\d\d UTC|\b\d d \d+ h\b", "TIME", text)
        return re.sub(r"\b(j|i)-[0-9A-Za-z]{8,}\b", r"\1-ID", text)


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[bool, Desk]]:
    """Two desks: one where something will be up, and one where nothing is."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        yield {up: Desk(tmp_path_factory.mktemp("desk"), port) for up in (True, False)}


@pytest.fixture(scope="module")
def answers(desks: dict[bool, Desk]) -> Iterator[list[dict[str, Any]]]:
    """What is answered to each mistake, in the order of the file."""

    def of(up: bool) -> Iterator[dict[str, Any]]:
        return iter(desks[up].ask([desks[up].call(m) for m in MISTAKES if m.get("up", False) == up]))

    with ThreadPoolExecutor() as pool:
        nowhere = pool.submit(of, False)
        process = desks[True].furnish()
        told = {True: of(True), False: nowhere.result()}
    found = [next(told[mistake.get("up", False)]) for mistake in MISTAKES]
    if os.environ.get("ORCHARD_GOLDEN") == "write":
        FILE.write_text("\n\n".join([HEAD, *map(_entry, MISTAKES, found, [desks[True]] * len(found))]) + "\n")
    yield found
    process.terminate()
    process.wait(PATIENCE)


def _entry(mistake: dict[str, Any], told: dict[str, Any], desk: Desk) -> str:
    (cause, remedy), before = _two_lines(told["err"])
    kept = {name: mistake[name] for name in ("why", "line", "toml", "up") if name in mistake}
    more = {"before": [desk.plain(line) for line in before]} if before else {}
    entry = kept | more | {"cause": desk.plain(cause), "remedy": desk.plain(remedy), "code": told["code"]}
    return "\n".join(["[[mistake]]", *(f"{name} = {json.dumps(v, ensure_ascii=False)}" for name, v in entry.items())])


def _two_lines(err: str) -> tuple[list[str], list[str]]:
    """Return the cause and the remedy, and what was said before them."""
    *before, cause, remedy = ["", "", *err.splitlines()]
    return [cause.removeprefix("error: "), remedy.removeprefix("remedy: ")], before[2:]


def test_there_are_forty_at_least() -> None:
    assert len({mistake["line"] + mistake.get("toml", "") for mistake in MISTAKES}) == len(MISTAKES) >= 40


@pytest.mark.parametrize("number", range(len(MISTAKES)), ids=[mistake["why"].replace(" ", "-") for mistake in MISTAKES])
def test_a_mistake_is_answered_by_a_cause_and_a_remedy(answers: list, desks: dict[bool, Desk], number: int) -> None:
    mistake, told = MISTAKES[number], answers[number]
    assert "Traceback" not in told["err"]
    lines, before = _two_lines(told["err"])
    assert told["err"].splitlines()[-2:] == [f"error: {lines[0]}", f"remedy: {lines[1]}"]
    desk = desks[True]
    assert [desk.plain(line) for line in before] == mistake.get("before", [])
    assert [desk.plain(line) for line in lines] == [mistake["cause"], mistake["remedy"]]
    assert told["code"] == mistake["code"] != 0


def test_no_mistake_starts_a_local_aws(answers: list, desks: dict[bool, Desk]) -> None:
    assert not list(directory(desks[False].home).glob("*/record.json"))


def test_a_cluster_of_another_region_is_told_of(answers: list, desks: dict[bool, Desk]) -> None:
    (told,) = desks[True].ask([{"words": ["status", "--json"], "env": {"ORCHARD_REGION": "eu-west-1"}}])
    status = json.loads(told["out"])
    assert status["clusters"] == []
    look = f"ORCHARD_REGION={REGION} ./inv status"
    assert status["elsewhere"] == [{"region": REGION, "name": "hub", "target": "", "look": look}]


def test_what_costs_on_aws_is_told_of_where_nothing_is_up(answers: list, desks: dict[bool, Desk]) -> None:
    state = desks[False].home / ".orchard" / "aws" / "orchard" / REGION / "terraform" / "cluster.tfstate"
    state.parent.mkdir(parents=True)
    state.write_text(json.dumps(MADE))
    status, scripted, down = desks[False].ask([{"words": w} for w in (["status"], ["status", "--json"], ["down"])])
    state.unlink()
    assert (status["out"], scripted["out"]) == ("Nothing is up.\n", "null\n")
    for told in (status, scripted, down):
        assert f"it may run and cost there. See: ORCHARD_REGION={REGION} ./inv status --target aws" in told["err"]
