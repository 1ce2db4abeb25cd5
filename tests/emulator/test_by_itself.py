"""The local AWS without the rest of Orchard: what it takes from it, the program, the fixture, the exports."""

import ast
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from page import example

from orchard.emulator import __main__ as program
from orchard.emulator import exports, process
from tests.waiting import PATIENCE, until

from .conftest import ROOT

PACKAGE = ROOT / "orchard" / "emulator"
# What the rest of Orchard may import of the emulator.
KNOWN = {"credentials", "exports", "options", "process", "session", "steps"}
ASK = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"


def imported(file: Path) -> Iterator[str]:
    """The dotted names that a file imports from this repository, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports by a relative name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def test_what_it_takes_from_outside_is_named_in_one_place() -> None:
    outside = PACKAGE / "outside.py"
    assert any(name.startswith("orchard.base.errors.") for name in imported(outside))
    for file in set(PACKAGE.rglob("*.py")) - {outside}:
        taken = [name for name in imported(file) if name.startswith(("orchard", "checks", "tests", "fruits"))]
        assert [name for name in taken if not name.startswith("orchard.emulator.")] == [], file


def test_the_rest_of_orchard_knows_a_few_of_its_modules() -> None:
    files = {*(ROOT / "orchard").rglob("*.py"), *(ROOT / "checks").rglob("*.py")} - set(PACKAGE.rglob("*.py"))
    used = {name for file in files for name in imported(file) if name.startswith("orchard.emulator")}
    assert {name.split(".")[2] for name in used} == KNOWN


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[subprocess.Popen, Path]]:
    """The program in the foreground, its home and what it prints in files."""
    words = ["serve", "--home", str(tmp_path / "home"), "--region", "eu-west-1", "--starting", "0.1"]
    with (tmp_path / "out").open("w") as out, (tmp_path / "err").open("w") as err:
        started = subprocess.Popen(
            [sys.executable, "-m", "orchard.emulator", *words],
            cwd=ROOT, stdout=out, stderr=err, env=os.environ | {"AWS_PROFILE": "company"},
        )  # fmt: skip
    yield started, tmp_path
    started.kill()
    started.wait()


def test_it_serves_in_the_foreground_and_says_how_it_is_used(served) -> None:
    started, place = served
    until(lambda: "Ctrl-C ends it." in (place / "err").read_text() or started.poll() is not None)
    lines = (place / "out").read_text()
    assert (place / "home" / "credentials").read_text().splitlines()[2].split()[-1] not in lines
    # A shell that has a profile and keys of the real AWS.
    told = {"AWS_PROFILE": "company", "AWS_ACCESS_KEY_ID": "x", "AWS_SESSION_TOKEN": "y"}
    asked = f'{lines}\n{shlex.quote(sys.executable)} -c "{ASK}"; echo $AWS_REGION'
    done = subprocess.run(["sh", "-c", asked], env=os.environ | told, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["123456789012", "eu-west-1"], done.stderr
    started.send_signal(signal.SIGINT)
    assert started.wait(PATIENCE) == 0
    assert not (place / "home").exists()


def test_a_home_with_something_in_it_is_left_alone(tmp_path: Path, capsys) -> None:
    (tmp_path / "thesis.tex").write_text("all of it")
    assert program.main(["serve", "--home", str(tmp_path)]) == 2
    assert "has thesis.tex\nremedy: name a new directory" in capsys.readouterr().err
    assert program.main(["serve", "--home", str(tmp_path / "thesis.tex")]) == 2
    assert (tmp_path / "thesis.tex").read_text() == "all of it"


def test_endpoints_of_services_are_set_aside() -> None:
    first, *_ = exports.lines({"AWS_REGION": "eu-west-3"}, {"AWS_ENDPOINT_URL_S3": "https://elsewhere"})
    assert first.startswith("unset ")
    assert first.endswith(" AWS_ENDPOINT_URL_S3")


@pytest.mark.parametrize("before", [{"no_proxy": "a.example"}, {"NO_PROXY": "a.example,127.0.0.1"}])
def test_requests_to_this_machine_pass_by_a_proxy(before: dict[str, str]) -> None:
    assert exports.lines({}, before)[1:] == []
    hosts = "a.example,127.0.0.1"
    before |= {"HTTP_PROXY": "http://proxy.example"}
    assert exports.lines({}, before)[1:] == [f"export NO_PROXY={hosts}", f"export no_proxy={hosts}"]
    assert exports.environment({}, before)["no_proxy"] == hosts


TESTS = """
pytest_plugins = ["orchard.emulator.pytest_plugin"]

def test_it_is_there_for_boto3_and_for_other_processes(local_aws):
    import subprocess, sys
    local_aws.client("s3").create_bucket(
        Bucket="of-a-test", CreateBucketConfiguration={"LocationConstraint": local_aws.region})
    ask = "import boto3; print(boto3.client('s3').list_buckets()['Buckets'][0]['Name'])"
    done = subprocess.run([sys.executable, "-c", ask], env=local_aws.environment, capture_output=True, text=True)
    assert done.stdout.strip() == "of-a-test", done.stderr
    print("home", local_aws.running.home)
"""


def test_the_fixture_serves_the_tests_of_any_project(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(TESTS)
    (tmp_path / "test_page.py").write_text(example("pytest"))
    words = ["-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    own = os.environ | {"PYTHONPATH": str(ROOT), "AWS_PROFILE": "company"}
    done = subprocess.run([sys.executable, *words], cwd=tmp_path, env=own, capture_output=True, text=True, check=False)
    assert "2 passed" in done.stdout, done.stdout + done.stderr
    home = Path(done.stdout.split("home ")[1].splitlines()[0])
    assert not home.exists(), "it ended with the tests"


def inv(place: Path, *words: str) -> subprocess.CompletedProcess[str]:
    own = os.environ | {"ORCHARD_HOME": str(place)}
    line = [sys.executable, str(ROOT / "tasks.py"), *words]
    return subprocess.run(line, env=own, capture_output=True, text=True, check=False)


def test_inv_env_points_a_shell_at_the_running_one_and_the_real_one_is_out_of_its_reach(tmp_path: Path) -> None:
    none = inv(tmp_path, "env")
    assert (none.returncode, none.stdout) == (2, "")
    assert "error: no local AWS runs\nremedy: start it with ./inv up" in none.stderr
    found = process.start(tmp_path)
    try:
        done = inv(tmp_path, "env")
        assert f"export AWS_ENDPOINT_URL={found.endpoint}\n" in done.stdout
        assert found.credentials.secret not in done.stdout
        assert "--endpoint-url" in done.stderr
        script = f"{done.stdout}\n{shlex.quote(sys.executable)} {ROOT / 'tasks.py'} status --target aws"
        own = os.environ | {"ORCHARD_HOME": str(tmp_path)}
        refused = subprocess.run(["sh", "-c", script], env=own, capture_output=True, text=True, check=False)
        assert refused.returncode == 2
        assert "is the local AWS's" in refused.stderr
    finally:
        process.stop(tmp_path)
