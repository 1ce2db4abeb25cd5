"""Livy's REST API of the local AWS: one session that really runs, and what Livy refuses."""

import base64
import io
import zipfile
from collections.abc import Iterator
from types import SimpleNamespace

import pytest
import requests
import tiny
from PIL import Image

from orchard.emulator.livy import server, shell
from tests.support.fidelity import models
from tests.waiting import until

from .conftest import Aws

LIVY = [{"Name": "Livy"}, {"Name": "Spark"}]


def configured(**settings: str) -> list[dict]:
    return [{"Classification": "livy-conf", "Properties": settings}]


class Client:
    """A client of one cluster's Livy."""

    def __init__(self, aws: Aws, cluster: str) -> None:
        self.url, self.login = f"{aws.endpoint}/_orchard/livy/{cluster}", aws.credentials.login

    def get(self, path: str) -> requests.Response:
        return requests.get(f"{self.url}/{path}", timeout=30, auth=self.login)

    def post(self, path: str, body: object, **kwargs) -> requests.Response:
        return requests.post(f"{self.url}/{path}", json=body, timeout=30, auth=self.login, **kwargs)

    def delete(self, path: str) -> requests.Response:
        return requests.delete(f"{self.url}/{path}", timeout=30, auth=self.login)

    def start(self, **body: object) -> int:
        answer = self.post("sessions", {"kind": "pyspark", **body})
        assert answer.status_code == 201, answer.text
        return answer.json()["id"]

    def until(self, path: str, *states: str) -> dict:
        return until(lambda: self.get(path).json(), lambda found: found["state"] in states)

    def run(self, session: int, code: str) -> dict:
        number = self.post(f"sessions/{session}/statements", {"code": code}).json()["id"]
        return self.until(f"sessions/{session}/statements/{number}", "available", "cancelled")["output"]

    def text(self, session: int, code: str) -> str:
        answer = self.run(session, code)
        assert answer["status"] == "ok", answer
        return answer["data"]["text/plain"]


class Livy:
    """A cluster with Livy, a bucket, and a session that has a module from S3."""

    def __init__(self, aws: Aws) -> None:
        self.bucket = aws.bucket()
        self.cluster = aws.cluster(bucket=self.bucket, Applications=LIVY, Configurations=configured())
        self.client = Client(aws, self.cluster)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("greetings.py", "def hello(x):\n    return f'hello {x}'\n")
        uri = aws.put(self.bucket, "jobs/greetings.zip", packed.getvalue())
        conf = {"spark.orchard": "given", "spark.pyspark.python": "/opt/on/the/nodes"}
        self._start = lambda: self.client.start(pyFiles=[uri], conf=conf)
        self._session = self._start()

    @property
    def session(self) -> int:
        """The number of the session, a new one where a test has let the last one end."""
        if self.client.get(f"sessions/{self._session}").status_code == 404:
            self._session = self._start()
        found = self.client.until(f"sessions/{self._session}", "idle", "busy", "dead")
        assert found["state"] != "dead", self.client.get(f"sessions/{self._session}/log").text
        return self._session


@pytest.fixture(scope="module")
def livy(aws: Aws) -> Iterator[Livy]:
    made = Livy(aws)
    yield made
    aws.emr.terminate_job_flows(JobFlowIds=[made.cluster])
    aws.until(made.cluster, "TERMINATED")
    assert made.client.get("sessions").status_code == 404, "its Livy went with the cluster"


@models(
    "Livy runs the statements of an interactive session in a Spark driver and tells value and output",
    source='Apache Livy 0.8, REST API, "Interactive sessions"',
)
def test_a_statement_gives_its_value_and_what_it_prints(livy):
    assert livy.client.text(livy.session, "spark").startswith("<pyspark.sql.session.SparkSession")
    assert livy.client.text(livy.session, "x = 40\nprint('printed')\nx + 2") == "printed\n42"
    assert livy.client.text(livy.session, "x") == "40"
    assert livy.client.text(livy.session, "spark.conf.get('spark.orchard')") == "'given'"


def test_code_from_s3_and_functions_of_the_notebook_reach_the_workers(livy):
    code = "import greetings\ndef shout(x):\n    return greetings.hello(x).upper()\n"
    assert (
        livy.client.text(livy.session, f"{code}sc.parallelize([1, 2]).map(shout).collect()") == "['HELLO 1', 'HELLO 2']"
    )


def test_errors_name_the_line_and_the_session_goes_on(livy):
    failed = livy.client.run(livy.session, "y = 1\n1 / 0")
    assert (failed["status"], failed["ename"], failed["evalue"]) == ("error", "ZeroDivisionError", "division by zero")
    assert 'File "<stdin>", line 2' in "".join(failed["traceback"])
    assert "shell.py" not in "".join(failed["traceback"])
    assert livy.client.run(livy.session, "z = (")["ename"] == "SyntaxError"
    assert livy.client.run(livy.session, "import sys; sys.exit(1)")["ename"] == "SystemExit"
    assert livy.client.run(livy.session, "%nonsense x")["evalue"] == "unknown magic command 'nonsense'"
    assert livy.client.text(livy.session, "y") == "1"


@models(
    "Livy gives pictures, JSON and tables for the magics of a PySpark session",
    source="Apache Livy 0.8, repl/src/main/resources/fake_shell.py",
)
def test_magics_give_pictures_json_and_tables(livy):
    drawn = livy.client.run(livy.session, "from matplotlib import pyplot as plt\nline = plt.plot([1, 2])\n%matplot plt")
    assert Image.open(io.BytesIO(base64.b64decode(drawn["data"]["image/png"]))).size == (640, 480)
    told = livy.client.run(livy.session, "rows = [{'a': 1, 'b': 'x'}]\n%json rows")["data"]
    assert told["application/json"] == [{"a": 1, "b": "x"}]
    table = livy.client.run(livy.session, "%table rows")["data"]["application/vnd.livy.table.v1+json"]
    assert table == {
        "headers": [{"name": "a", "type": "INT_TYPE"}, {"name": "b", "type": "STRING_TYPE"}],
        "data": [[1, "x"]],
    }


def test_s3_is_the_buckets_both_ways_between_two_statements(aws, livy):
    uri = f"s3://{livy.bucket}"
    livy.client.text(livy.session, f"spark.range(3).coalesce(1).write.json('{uri}/out')")
    (part,) = [key for key in aws.keys(livy.bucket, "out/") if "part-" in key]
    assert aws.read(livy.bucket, part) == b'{"id":0}\n{"id":1}\n{"id":2}\n'
    aws.put(livy.bucket, "in/later.txt", "put while the session lives")
    read = f"[row.value for row in spark.read.text('{uri}/in').collect()]"
    assert livy.client.text(livy.session, read) == "['put while the session lives']"
    aws.put(livy.bucket, "in/later.txt", "replaced")
    assert livy.client.text(livy.session, read) == "['replaced']"
    livy.client.text(livy.session, f"spark.range(1).coalesce(1).write.mode('overwrite').json('{uri}/out')")
    (part,) = [key for key in aws.keys(livy.bucket, "out/") if "part-" in key]
    assert aws.read(livy.bucket, part) == b'{"id":0}\n'


@models(
    "Livy keeps packages that a notebook installs to its session",
    source='Amazon EMR Management Guide, "Installing and using kernels and libraries in EMR Studio"',
)
def test_packages_are_the_sessions_own(livy, tmp_path):
    index = tiny.index(tmp_path)
    assert "pyspark" in livy.client.text(livy.session, "sc.list_packages()")
    failed = livy.client.run(livy.session, f"sc.install_pypi_package('orchard-absent', '{index}')")
    assert "orchard-absent could not be installed: ERROR: No matching distribution" in failed["evalue"]
    livy.client.text(livy.session, f"sc.install_pypi_package('orchard-tiny==1.0', '{index}')")
    use = "import orchard_tiny\nsc.parallelize([1]).map(lambda _: __import__('orchard_tiny').WORD).collect()"
    assert livy.client.text(livy.session, use) == "['tiny']"
    assert "orchard-tiny" in livy.client.text(livy.session, "sc.list_packages()")
    livy.client.text(livy.session, "sc.uninstall_package('orchard-tiny')")
    assert livy.client.run(livy.session, "import orchard_tiny")["ename"] == "ModuleNotFoundError"
    assert "not installed in this session" in livy.client.run(livy.session, "sc.uninstall_package('numpy')")["evalue"]


@models(
    "Livy cancels statements that run and that wait",
    source='Apache Livy 0.8, REST API, "POST /sessions/{sessionId}/statements/{statementId}/cancel"',
)
def test_a_running_statement_can_be_cancelled_and_waiting_ones_too(livy, tmp_path):
    there = tmp_path / "there"
    work = f"def work(_):\n    import pathlib, time\n    pathlib.Path('{there}').touch()\n    time.sleep(600)\n"
    slow = f"{work}\nsc.parallelize([0], 1).map(work).count()"
    running = livy.client.post(f"sessions/{livy.session}/statements", {"code": slow}).json()["id"]
    waiting = livy.client.post(f"sessions/{livy.session}/statements", {"code": "1"}).json()["id"]
    livy.client.until(f"sessions/{livy.session}/statements/{running}", "running")
    assert livy.client.get(f"sessions/{livy.session}").json()["state"] == "busy"
    until(there.exists)
    for number in (waiting, running):
        assert livy.client.post(f"sessions/{livy.session}/statements/{number}/cancel", {}).json() == {"msg": "canceled"}
        livy.client.until(f"sessions/{livy.session}/statements/{number}", "cancelled")
    assert livy.client.text(livy.session, "1 + 1") == "2"


def test_what_is_not_there_and_what_is_wrong(aws, livy):
    assert livy.client.get("sessions/99").json() == {"msg": "Session '99' not found."}
    assert livy.client.get("sessions/99").status_code == 404
    assert livy.client.get(f"sessions/{livy.session}/statements/999").status_code == 404
    for body in ({"kind": "spark"}, {"pyFile": []}, {"conf": "x"}, {"pyFiles": "x"}, []):
        assert livy.client.post("sessions", body).status_code == 400, body
    assert livy.client.post(f"sessions/{livy.session}/statements", {}).status_code == 400
    assert Client(aws, "j-NOTHERE").get("sessions").status_code == 404
    assert "made without" in Client(aws, aws.cluster()).get("sessions").json()["msg"]


def test_a_page_in_a_browser_cannot_run_code_here(livy):
    code = {"code": "1"}
    path = f"sessions/{livy.session}/statements"
    assert livy.client.post(path, code, headers={"Origin": "https://example.org"}).status_code == 403
    assert livy.client.post(path, code, headers={"Host": "example.org"}).status_code == 403
    for login in (None, ("orchard", "wrong")):
        assert requests.post(f"{livy.client.url}/{path}", json=code, auth=login, timeout=30).status_code == 403
    plain = requests.post(f"{livy.client.url}/{path}", data='{"code": "1"}', auth=livy.client.login, timeout=30)
    assert plain.status_code == 400, "a form needs no preflight, so it is not JSON"


def test_a_session_that_cannot_start_says_why(aws, livy):
    number = livy.client.start(pyFiles=[f"s3://{livy.bucket}/jobs/absent.zip"])
    assert livy.client.until(f"sessions/{number}", "dead", "idle")["state"] == "dead"
    said = "\n".join(livy.client.get(f"sessions/{number}/log").json()["log"])
    assert f"error: s3://{livy.bucket}/jobs/absent.zip does not exist" in said
    assert livy.client.post(f"sessions/{number}/statements", {"code": "1"}).json()["msg"] == "Session is in state dead"
    assert livy.client.delete(f"sessions/{number}").json() == {"msg": "deleted"}


@models("Livy ends a session that has been idle for its time-out", source="Apache Livy 0.8, conf/livy.conf.template")
def test_a_session_keeps_its_cluster_and_ends_when_nothing_runs_in_it(aws, livy):
    session = livy.session
    livy.client.text(session, "1")
    other = aws.cluster()  # alike, but without a session
    for cluster in (other, livy.cluster):
        aws.emr.put_auto_termination_policy(ClusterId=cluster, AutoTerminationPolicy={"IdleTimeout": 3000})
    aws.advance(3400)
    aws.until(other, "TERMINATED")
    assert aws.status(livy.cluster)["State"] == "WAITING", "a session counts as work"
    assert livy.client.get(f"sessions/{session}").json()["state"] == "idle"
    aws.emr.remove_auto_termination_policy(ClusterId=livy.cluster)
    aws.advance(600)
    until(lambda: livy.client.get(f"sessions/{session}").status_code == 404)
    assert livy.client.get(f"sessions/{session}").json() == {"msg": f"Session '{session}' not found."}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (3600, False)),
        ({"livy.server.session.timeout": "2h"}, (7200, False)),
        ({"livy.server.session.timeout": "90m", "livy.server.session.timeout-check.skip-busy": "true"}, (5400, True)),
        ({"livy.server.session.timeout-check": "false"}, (float("inf"), False)),
    ],
)
def test_limits_come_from_the_clusters_configuration(settings, expected):
    cluster = SimpleNamespace(configurations=configured(**settings))
    assert server.limits(cluster) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("x = 1\ny", ["x = 1\ny"]),
        ("a\n%matplot plt\nb", ["a\n", "%matplot plt", "b\n"]),
        ("x = 5\ny = (x\n%2)", ["x = 5\ny = (x\n%2)"]),  # a modulo, not a magic
        ("%json x", ["%json x"]),
    ],
)
def test_magics_are_told_from_python(code, expected):
    assert shell.pieces(code) == expected


@pytest.fixture
def small(aws: Aws) -> Iterator[Client]:
    """The Livy of a cluster with one core node, where a tenth of 12 GiB is for application masters."""
    groups = [{"InstanceRole": role, "InstanceType": "m5.xlarge", "InstanceCount": 1} for role in ("MASTER", "CORE")]
    cluster = aws.cluster(groups=False, ec2={"InstanceGroups": groups}, Applications=LIVY)
    yield Client(aws, cluster)
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])


@models(
    "Livy's session stays in starting while YARN keeps its application in ACCEPTED",
    source="Livy, REST API (session states); Hadoop, CapacityScheduler (maximum-am-resource-percent, 0.1)",
)
def test_a_second_session_waits_for_room(small: Client) -> None:
    def waiting() -> list[int]:
        said = "AM resource limit exceeded"
        return [number for number in sessions if said in small.get(f"sessions/{number}/log").text]

    sessions = {small.start(), small.start()}
    (second,) = until(waiting)
    assert small.get(f"sessions/{second}").json()["state"] == "starting"
    (first,) = sessions - {second}
    small.delete(f"sessions/{first}")
    small.until(f"sessions/{second}", "idle")


def test_a_session_that_no_node_has_room_for_is_dead(small: Client) -> None:
    number = small.start(executorMemory="16g")
    small.until(f"sessions/{number}", "dead")
    assert "Required executor memory (16384 MB)" in small.get(f"sessions/{number}/log").text
