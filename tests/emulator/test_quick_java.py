"""The Java of the local AWS, which suits Spark jobs of seconds."""

import os
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from orchard.emulator.outside import find_java
from orchard.emulator.steps import processes, quick_java
from orchard.emulator.steps.spark import home as spark_home
from tests.waiting import until

JARS = f"{spark_home()}/jars/*"


@pytest.fixture
def quick(tmp_path: Path) -> Path:
    program = tmp_path / "plain" / "bin" / "java"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\nprintf '%s\\n' \"$@\"\n")
    program.chmod(0o755)
    return quick_java.prepare(tmp_path / "plain", tmp_path / "quick")


def told(quick: Path, *words: str) -> list[str]:
    line = [quick / "bin" / "java", *words]
    return subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (f"/step/conf/:{JARS}:/step/conf/", f"{JARS}:/step/conf/:/step/conf/"),
        (f"/step/my conf:{JARS}", f"{JARS}:/step/my conf"),
        (f"/mine.jar:/step/conf/:{JARS}", f"/mine.jar:/step/conf/:{JARS}"),  # spark.driver.extraClassPath goes first
        (JARS, JARS),
    ],
)
def test_settings_come_after_sparks_jars_and_nothing_else_moves(quick: Path, given: str, taken: str) -> None:
    assert told(quick, "-cp", given, "Main", "-cp", "a b")[-5:] == ["-cp", taken, "Main", "-cp", "a b"]


def test_what_a_user_says_counts(quick: Path) -> None:
    assert "-XX:+UseSerialGC" in told(quick, "Main")
    given = told(quick, "-XX:+UseG1GC", "-XX:TieredStopAtLevel=4", "Main")
    assert "-XX:+UseSerialGC" not in given
    assert given.index("-XX:TieredStopAtLevel=1") < given.index("-XX:TieredStopAtLevel=4")


def test_an_archive_is_for_one_java_and_one_spark(quick: Path) -> None:
    assert quick_java.prepare(quick) == quick
    plain = quick.parents[1] / "plain"
    assert quick_java.prepare(plain, quick.parent) == quick
    os.utime(plain / "bin" / "java", (1, 1))
    assert quick_java.prepare(plain, quick.parent) != quick


def test_an_archive_that_is_none_is_passed_over_in_silence(tmp_path: Path) -> None:
    real = quick_java.java.find_java()
    if quick_java.prepare(real) == real:  # that of the tests: the one that it calls
        real = Path((real / "bin" / "java").read_text().split('exec "')[1].split("/bin/java")[0])
    quick = quick_java.prepare(real, tmp_path)
    plain = subprocess.run([real / "bin" / "java", "-version"], capture_output=True, text=True, check=True)
    (quick / quick_java.ARCHIVE).write_bytes(b"\0" * 5000)
    mine = subprocess.run([quick / "bin" / "java", "-version"], capture_output=True, text=True, check=True)
    assert (mine.stdout, mine.stderr.splitlines()[0]) == ("", plain.stderr.splitlines()[0])


def test_an_archive_serves_steps(tmp_path: Path) -> None:
    quick = quick_java.home()
    if quick is None or not any((quick / name).exists() for name in (quick_java.ARCHIVE, quick_java.LOG)):
        pytest.skip("a run of many tests begins to make it (tests/conftest.py)")
    log = quick / quick_java.LOG
    until(lambda: (quick / quick_java.ARCHIVE).exists() or "Traceback" in log.read_text())
    (tmp_path / "spark-defaults.conf").touch()
    main = ["-Xlog:class+load", "org.apache.spark.deploy.SparkSubmit", "--version"]
    loaded = told(quick, "-cp", f"{tmp_path}/:{JARS}:{tmp_path}/", *main)
    assert any("deploy.SparkSubmit " in line and "shared objects file (top)" in line for line in loaded)


def test_java_reads_names_of_files_as_utf8_whatever_locale_this_machine_lacks(monkeypatch):
    monkeypatch.setattr(processes.roles, "node_environment", lambda cluster: {})
    cluster = SimpleNamespace(emr_backend=SimpleNamespace(region_name="eu-west-3"))
    monkeypatch.setenv("LC_ALL", "xx_XX.UTF-8")  # which no machine has
    environment = processes.environment(SimpleNamespace(port=1), cluster)
    line = [find_java() / "bin" / "java", "-XshowSettings:properties", "-version"]
    said = subprocess.run(line, env=environment, capture_output=True, text=True, check=True).stderr
    assert "sun.jnu.encoding = UTF-8" in said
