"""Failures as Spark, YARN, EMR, Livy, TensorFlow and IAM log them: each is told by its cause, with a remedy."""

import re

import pytest
from failure_texts import TEXTS

from orchard.base.config import Settings
from orchard.diagnosis import failures

EVERY = [(name, known) for name in failures.TABLES for nodes in (0, 1) for known in failures.table(name, nodes=nodes)]
SAID_BY_NODES = {known for name, known in EVERY if name in failures.LOGS} - set(failures.table("aws"))


@pytest.mark.parametrize(("expected", "text"), TEXTS, ids=[f"{n}-{name}" for n, (name, _) in enumerate(TEXTS)])
def test_each_text_is_told_by_its_cause(expected, text):
    found = failures.diagnose(text)
    assert found.id == expected
    assert found.cause
    assert "{" not in found.cause + found.remedy
    assert "\n" not in found.cause + found.remedy


@pytest.mark.parametrize(("expected", "text"), TEXTS, ids=[f"{n}-{name}" for n, (name, _) in enumerate(TEXTS)])
def test_it_is_found_among_the_usual_noise(expected, text):
    before = (
        "26/11/21 09:59:58 INFO YarnAllocator: Completed container container_1_0001_01_000003 (state: COMPLETE)\n" * 9
    )
    after = "26/11/21 10:00:02 INFO ShutdownHookManager: Deleting directory /mnt/tmp/spark-1\n" * 3
    found = failures.diagnose(f"{before}{text.rstrip()}\n{after}")
    assert found.id == expected
    lines = f"{before}{text}".splitlines()
    assert 9 <= found.line < len(lines), "the line that tells it is one of the text's own"


def test_the_job_s_own_words_come_before_what_follows_from_them():
    said = "error: k is 41\nremedy: choose a k of at most 40\nTraceback (most recent call last):\nValueError: x\n"
    assert failures.diagnose(said) == ("job", "k is 41", "choose a k of at most 40", 0)


def test_groups_are_told():
    assert "pyarrow" in failures.diagnose("ModuleNotFoundError: No module named 'pyarrow'").cause
    denied = failures.diagnose("User: x is not authorized to perform: elasticmapreduce:RunJobFlow on resource")
    assert "the permission elasticmapreduce:RunJobFlow is missing" in denied.cause
    assert "Input contains NaN" in failures.diagnose(dict(TEXTS)["python"]).cause
    assert "IllegalStateException: no lake" in failures.diagnose(dict(TEXTS)["java"]).cause


def test_what_nobody_knows_is_said_to_be_unknown():
    found = failures.diagnose("starting\nthe gremlins have won\n26/11/21 10:00:02 INFO ShutdownHookManager: bye\n")
    assert found.id == "unknown"
    assert found.cause == "unknown; the last thing said is: the gremlins have won"
    assert found.line == 1
    assert failures.diagnose("").cause == "unknown: nothing was logged"


def test_every_entry_is_tested():
    untested = {known.id for known in SAID_BY_NODES} - {name for name, _ in TEXTS}
    assert untested <= {
        "illegal-instruction",
        "studio-root",
        "public-access",
        "master-lost",
        "no-core-left",
        "idle",
    } | {"driver-disconnected"}


def test_nothing_is_said_that_neither_the_text_nor_the_caller_tells():
    told = {"terraform": {"root"}, "aws": {"call", "code", "message", "bucket"}}
    for name, known in EVERY:
        blanks = set(re.findall(r"{(\w+)}", known.cause + known.remedy))
        assert blanks <= {*known.pattern.groupindex, *told.get(name, ())}, known.id


def test_remedies_name_commands_and_settings_that_exist():
    import tasks

    names = {name.split(" ")[0] for name in tasks.namespace.task_names}
    for _, known in EVERY:
        for command in re.findall(r"\./inv (?!--debug)([\w.-]+)", f"{known.cause} {known.remedy}"):
            assert command in names | {"status"}, known.id
        own = re.sub(r"\w+/\w+|spark\.\S+|\w+\.\w+|known_hosts", "", known.remedy)
        for word in re.findall(r"\b[a-z]+_[a-z_]+\b", own):
            assert word in Settings.model_fields, f"{known.id}: {word}"
        if known in SAID_BY_NODES and known.id != "job":
            assert re.search(r"\./inv |%%configure|aws |AWS_PROFILE|PYSPARK_PYTHON|SparkSession", known.remedy), (
                known.id
            )
