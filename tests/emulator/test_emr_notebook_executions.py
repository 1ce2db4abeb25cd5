"""Notebooks that run on a cluster without a browser: what comes out, what fails, what is stopped."""

import json
import time
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from tests.support.fidelity import models

from .conftest import Aws
from .test_emr_refusals import refusal

WITHIN = 180
CELLS = (
    "from pyspark.sql import SparkSession",
    "word, times = 'pear', 1",
    "text = SparkSession.builder.getOrCreate().read.text(place)\n(word * times, text.count())",
)


@pytest.fixture(scope="module")
def place(aws: Aws, workspace: Any) -> Callable[..., str]:
    """Puts a notebook into the module's bucket; returns its key."""

    def put(*cells: str, key: str = "books/a.ipynb", kernel: str = "python3") -> str:
        made = [new_code_cell(cell) for cell in cells]
        for cell in made:
            cell.metadata["tags"] = ["parameters"] if "times = " in cell.source else []
        book = new_notebook(cells=made, metadata={"kernelspec": {"name": kernel, "display_name": kernel}})
        aws.put(workspace.bucket, key, nbformat.writes(book))
        return key

    return put


def asked(workspace: Any, key: str, **more: Any) -> dict:
    return {
        "ExecutionEngine": {"Id": workspace.cluster, "Type": "EMR"},
        "ServiceRole": "studio",
        "NotebookS3Location": {"Bucket": workspace.bucket, "Key": key},
        **more,
    }


def until(aws: Aws, number: str, *states: str) -> dict:
    end = time.monotonic() + WITHIN
    while True:
        told = aws.emr.describe_notebook_execution(NotebookExecutionId=number)["NotebookExecution"]
        if told["Status"] in states:
            return told
        assert time.monotonic() < end, told
        time.sleep(0.1)


@models(
    "EMR runs a notebook with parameters against a cluster and keeps the executed copy in S3",
    source="Amazon EMR API Reference, StartNotebookExecution",
)
def test_a_notebook_runs_with_its_parameters_and_spark(aws: Aws, workspace: Any, place: Callable) -> None:
    aws.put(workspace.bucket, "in/fruits.txt", "apple\npear\n")
    parameters = {"times": 3, "place": f"s3://{workspace.bucket}/in/"}
    output = {"Bucket": workspace.bucket, "Key": "results/"}
    more = {
        "NotebookParams": json.dumps(parameters),
        "OutputNotebookS3Location": output,
        "OutputNotebookFormat": "HTML",
    }
    number = aws.emr.start_notebook_execution(**asked(workspace, place(*CELLS), **more))["NotebookExecutionId"]
    assert number.startswith("ex-")
    told = until(aws, number, "FINISHED", "FAILED")
    assert told["Status"] == "FINISHED", told
    assert told["OutputNotebookURI"] == f"s3://{workspace.bucket}/results/{number}/a.ipynb"
    book = nbformat.reads(aws.read(workspace.bucket, f"results/{number}/a.ipynb").decode(), as_version=4)
    assert book.cells[2].metadata["tags"] == ["injected-parameters"]
    assert book.cells[3].outputs[-1]["data"]["text/plain"] == "('pearpearpear', 2)"
    assert f"results/{number}/a.html" in aws.keys(workspace.bucket, "results/")
    listed = aws.emr.list_notebook_executions(ExecutionEngineId=workspace.cluster, Status="FINISHED")
    assert number in [found["NotebookExecutionId"] for found in listed["NotebookExecutions"]]


@models("EMR ends a notebook execution as FAILED with the reason", source="Amazon EMR API Reference, NotebookExecution")
def test_a_notebook_that_fails_says_why_and_keeps_its_cells(aws: Aws, workspace: Any, place: Callable) -> None:
    key = place("print('so far')", "raise ValueError('no pears')", "never", key="bad.ipynb")
    number = aws.emr.start_notebook_execution(**asked(workspace, key))["NotebookExecutionId"]
    told = until(aws, number, "FAILED", "FINISHED")
    assert (told["Status"], told["LastStateChangeReason"]) == ("FAILED", "ValueError: no pears")
    book = nbformat.reads(aws.read(workspace.bucket, f"executions/{number}/bad.ipynb").decode(), as_version=4)
    assert book.cells[0].outputs[0]["text"] == "so far\n"


def test_a_running_notebook_keeps_its_cluster_and_can_be_stopped(aws: Aws, workspace: Any, place: Callable) -> None:
    key = place("import time; time.sleep(600)", key="slow.ipynb")
    number = aws.emr.start_notebook_execution(**asked(workspace, key))["NotebookExecutionId"]
    until(aws, number, "RUNNING")
    aws.emr.stop_notebook_execution(NotebookExecutionId=number)
    assert until(aws, number, "STOPPED")["EndTime"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"ExecutionEngine": {"Id": "j-NONE"}}, "Cluster id 'j-NONE' is not valid."),
        ({"EditorId": "e-NONE"}, "Editor id 'e-NONE' is not valid."),
        ({"NotebookS3Location": {}}, "Either EditorId or NotebookS3Location must be specified."),
        ({"NotebookParams": "[1]"}, "NotebookParams must be a JSON object."),
    ],
)
def test_what_cannot_run_is_refused(aws: Aws, workspace: Any, change: dict, message: str) -> None:
    code, said = refusal(aws.emr.start_notebook_execution, **asked(workspace, "a.ipynb") | change)
    assert (code, said) == ("InvalidRequestException", message)


@pytest.mark.parametrize(("key", "message"), [("none.ipynb", "none.ipynb does not exist"), ("text", "is no notebook")])
def test_a_notebook_that_is_none_fails(aws: Aws, workspace: Any, key: str, message: str) -> None:
    aws.put(workspace.bucket, "text", "no JSON")
    number = aws.emr.start_notebook_execution(**asked(workspace, key))["NotebookExecutionId"]
    assert message in until(aws, number, "FAILED", "FINISHED")["LastStateChangeReason"]
