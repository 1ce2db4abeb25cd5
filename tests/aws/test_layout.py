"""The contract of the bucket, written once: Terraform's part, the jobs' part, and nobody's own words for it."""

import ast
import re
from pathlib import Path

import pytest

from checks import terraform_prefixes
from fruits import attempt, manifest, packed, progress
from orchard.aws import layout
from orchard.aws.emr import Step
from orchard.aws.layout import CANARY, JOBS, STEPS, StepName
from orchard.base.config import Settings
from orchard.base.places import ROOT

FIXED = {name: prefix for name, (prefix, _) in layout.PREFIXES.items()}
ALL = [*FIXED.values(), *(job.prefix for job in STEPS.values())]
HOME = "orchard/aws/layout.py"


def test_terraform_has_the_same_prefixes():
    text = terraform_prefixes.FILE.read_text()
    told = {
        name: dict(re.findall(r'^ +(\S+) += "([^"]+)"', body, re.M))
        for name, body in re.findall(r"^  (\w+) = \{\n(.*?)^  \}", text, re.M | re.S)
    }
    again = "./inv check.docs --write makes it anew from orchard/aws/layout.py"
    assert told == {"prefixes": FIXED, "results": {job.name: job.prefix for job in STEPS.values()}}, again
    assert text == terraform_prefixes.rendered(), again


def test_no_prefix_is_within_another():
    """Rights are given by prefix."""
    assert all(re.fullmatch(r"([a-z0-9-]+/)+", prefix) for prefix in ALL)
    assert [(one, other) for one in ALL for other in ALL if one is not other and other.startswith(one)] == []
    assert len(set(FIXED) | set(STEPS)) == len(ALL), "notebooks fill in both by their names"


def strings(path: Path) -> list[str]:
    return [node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)
            and isinstance(node.value, str)]  # fmt: skip


def test_each_prefix_is_written_in_one_python_file_and_one_terraform_file():
    """At the beginning of a string, or after what is no part of a path; `orchard/logs/` is no prefix."""
    literal = re.compile(rf"(?:^/?|(?<![\w/.-]))({'|'.join(map(re.escape, ALL))})|(?:^|/)data/$")
    python = [
        path
        for folder in ("orchard", "checks", "spark", "benchmarks")
        for path in sorted((ROOT / folder).rglob("*.py"))
    ]
    found = {path.relative_to(ROOT).as_posix() for path in python for text in strings(path) if literal.search(text)}
    assert found == {HOME}, "say it with orchard.aws.layout"
    for prefix in ALL:
        terraform = [path.name for path in (ROOT / "terraform").rglob("*.tf") if f'"{prefix}' in path.read_text()]
        assert terraform == [terraform_prefixes.FILE.name], prefix


def test_the_jobs_call_their_files_the_same():
    assert (manifest.NAME, attempt.STARTED, progress.NAME) == (layout.MANIFEST, layout.STARTED, layout.PROGRESS)
    assert layout.packed_manifest("Test") == f"{layout.PACKED}Test/{packed.MANIFEST}"


@pytest.mark.parametrize("job", JOBS.values(), ids=list(JOBS))
def test_a_job_reads_what_is_there_before_it_and_takes_what_exists(job):
    before = list(JOBS)[: list(JOBS).index(job.name)]
    assert job.reads is None or job.reads in before
    assert set(job.options) <= {*Settings.model_fields, "csv"}
    assert job.holds


def test_a_run_has_no_more_steps_than_emr_lists_at_once():
    assert len(STEPS) <= 10, "ListSteps takes ten ids (Amazon EMR API Reference)"


def test_keys_of_a_run():
    assert layout.PCA.output("r") == "data/pca/r"
    assert layout.PCA.manifest("r") == "data/pca/r/_manifest.json"
    assert layout.FEATURES.progress("r") == "data/features/r/_progress.json"
    assert layout.FEATURES.started("r") == "data/features/r/_run.json"
    assert CANARY.manifest("shape") == "data/canary/shape/_manifest.json"
    assert layout.record("r") == "data/runs/r/run.json"
    assert layout.code("0a") == "jobs/0a/"
    assert layout.packed_manifest("Test") == "data/packed/Test/manifest.json"


@pytest.mark.parametrize(
    "name",
    [
        StepName("20261121T203000-mini", "pca"),
        StepName("a.b-c_d", "features"),
        StepName("emr-7.5.0-2xm5.xlarge-0a1b2c3d", "canary"),
    ],
)
def test_a_steps_name_is_read_as_it_was_written(name):
    assert StepName.parse(str(name)) == name
    assert str(StepName("r", "pca")) == "r: pca"


@pytest.mark.parametrize("text", ["", "pca", ": pca", "r: weather", "r:pca", "Spark application", "r: pca "])
def test_a_step_of_somebody_else_is_not_taken_for_ours(text):
    assert StepName.parse(text) is None
    step = Step("s-1", text, "RUNNING", "")
    assert (step.run, step.job) == (None, None)
