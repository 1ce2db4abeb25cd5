"""Airflow with its operators for EMR: the page's example, run as `airflow dags test` does."""

import boto3
from attempts import PLACE, attempt, call
from page import example

SETTINGS = {"AIRFLOW_HOME": str(PLACE), "AIRFLOW_CONN_AWS_DEFAULT": "aws://", "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}


def airflow(*words: str) -> str:
    return call("airflow", *words, **SETTINGS)


@attempt("the page's example: create, add a step and wait, terminate")
def _() -> None:
    (PLACE / "dags").mkdir()
    (PLACE / "dags" / "plums.py").write_text(example("Airflow"))
    airflow("db", "migrate")
    airflow("dags", "reserialize")
    said = airflow("dags", "test", "plums")
    assert "state=success" in said, said[-500:]


@attempt("a step that fails: the run fails, and ends the cluster")
def _() -> None:
    (PLACE / "dags" / "plums.py").write_text(example("Airflow").replace('"echo", "hello"', '"false"'))
    airflow("dags", "reserialize")
    try:
        said = airflow("dags", "test", "plums")
    except RuntimeError as error:
        said = str(error)
    states = {c["Status"]["State"] for c in boto3.client("emr").list_clusters()["Clusters"] if c["Name"] == "plums"}
    assert "state=failed" in said, said[-500:]
    assert states <= {"TERMINATING", "TERMINATED"}, states
