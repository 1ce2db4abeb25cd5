"""Notebook executions: a notebook of S3 runs on a cluster, and a copy with its outputs is put back.

The program of the node that does it is `steps/node/notebook.py`; here are the states (Amazon EMR API Reference,
NotebookExecution). There are no Workspaces here, so a notebook is named by its place in S3. Where exactly under the
prefix of the output the copy lies is not verified. What Jupyter says goes where the logs of a step would.
"""

import json
import logging
import threading
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from moto.core.utils import utcnow
from moto.emr.utils import random_id

from orchard.emulator.emr import roles
from orchard.emulator.emr.errors import InvalidRequestException
from orchard.emulator.emr.step import ClusterStep
from orchard.emulator.permissions import acting, principals
from orchard.emulator.permissions.access import DeniedError

if TYPE_CHECKING:
    from orchard.emulator.emr.backend import EmrBackend
    from orchard.emulator.emr.cluster import ManagedCluster

log = logging.getLogger(__name__)
ENDED = frozenset({"FINISHED", "FAILED", "STOPPED"})
SUMMARY = ("NotebookExecutionId", "NotebookExecutionName", "Status", "StartTime", "EndTime", "NotebookS3Location")
LONGEST_WAIT = 60  # seconds for an execution that ends with its cluster


class Execution:
    """One execution.

    Args:
        cluster: that it runs on.
        fields: StartNotebookExecution's members.
        livy: where the cluster's Livy answers.
        login: user name and password for it.
    """

    def __init__(self, cluster: "ManagedCluster", fields: dict[str, Any], livy: str, login: tuple[str, str]) -> None:
        self.id, self.cluster, self.fields = f"ex-{random_id(29)}", cluster, fields
        self.status, self.reason = "START_PENDING", "Execution is created."
        self.started, self.ended = utcnow(), None
        self.thread: threading.Thread | None = None
        self.step = ClusterStep({"HadoopJarStep": {"Jar": "command-runner.jar", "Args": ["notebook-execution"]}})
        self.step.id, self.step.name = self.id, fields.get("NotebookExecutionName") or self.id
        source = fields["NotebookS3Location"]
        asked = {
            "notebook": f"s3://{source['Bucket']}/{source['Key']}",
            "output": self.output,
            "html": fields.get("OutputNotebookFormat") == "HTML",
            "parameters": json.loads(fields.get("NotebookParams") or "{}"),
            "livy": livy,
            "login": login,
        }
        self.step.environment = fields.get("EnvironmentVariables", {}) | {"ORCHARD_NOTEBOOK": json.dumps(asked)}

    @property
    def output(self) -> str:
        """The URI of the copy with its outputs."""
        source = PurePosixPath(self.fields["NotebookS3Location"]["Key"])
        given = self.fields.get("OutputNotebookS3Location") or {}
        bucket = given.get("Bucket") or self.fields["NotebookS3Location"]["Bucket"]
        prefix = given["Key"].rstrip("/") if given.get("Key") else f"{source.parent}/executions".removeprefix("./")
        return f"s3://{bucket}/{prefix}/{self.id}/{source.name}"

    @property
    def arn(self) -> str:
        """The ARN."""
        backend = self.cluster.emr_backend
        return f"arn:aws:elasticmapreduce:{backend.region_name}:{backend.account_id}:notebook-execution/{self.id}"

    def enter(self, status: str, reason: str) -> None:
        """Enter a state, unless the execution has ended."""
        if self.status not in ENDED:
            self.status, self.reason = status, reason
            self.ended = utcnow() if status in ENDED else None

    def describe(self) -> dict[str, Any]:
        """NotebookExecution of the API Reference."""
        described = {
            "NotebookExecutionId": self.id,
            "Status": self.status,
            "LastStateChangeReason": self.reason,
            "StartTime": self.started,
            "EndTime": self.ended,
            "Arn": self.arn,
            "OutputNotebookURI": self.output if self.status in ENDED else None,
        }
        return {name: value for name, value in {**self.fields, **described}.items() if value is not None}


class NotebookExecutions:
    """The executions of one account and region."""

    def __init__(self, backend: "EmrBackend") -> None:
        self._backend = backend
        self._known: dict[str, Execution] = {}

    def start(self, fields: dict[str, Any]) -> Execution:
        """Start an execution.

        Raises:
            InvalidRequestException: the cluster or the notebook is not there, or the parameters are no JSON object.
            ValidationException: the cluster has ended.
        """
        cluster = self._backend.living(fields["ExecutionEngine"]["Id"])
        if fields.get("EditorId"):
            raise InvalidRequestException(f"Editor id '{fields['EditorId']}' is not valid.")
        if not {"Bucket", "Key"} <= (fields.get("NotebookS3Location") or {}).keys():
            raise InvalidRequestException("Either EditorId or NotebookS3Location must be specified.")
        try:
            right = isinstance(json.loads(fields.get("NotebookParams") or "{}"), dict)
        except ValueError:
            right = False
        if not right:
            raise InvalidRequestException("NotebookParams must be a JSON object.")
        livy = f"http://127.0.0.1:{self._backend.options.port}/_orchard/livy/{cluster.id}"
        execution = Execution(cluster, fields, livy, self._backend.options.credentials.login)
        self._known[execution.id] = execution
        execution.thread = threading.Thread(target=self._run, args=(execution,), name=execution.id, daemon=True)
        execution.thread.start()
        return execution

    def _run(self, execution: Execution) -> None:
        execution.enter("RUNNING", "Execution is running.")
        try:
            failure = self._as_service(execution) or self._backend.executor.run(execution.cluster, execution.step)
        except Exception as error:
            log.exception("the notebook execution %s could not be run", execution.id)
            failure = {"Message": f"the local executor failed: {error}"}
        if execution.status == "STOPPING":
            execution.enter("STOPPED", "Execution is stopped.")
        elif failure:
            execution.enter("FAILED", failure["Message"])
        else:
            execution.enter("FINISHED", "Execution is finished.")

    def _as_service(self, execution: Execution) -> dict[str, str] | None:
        """Let the notebook be read and written in the execution's role; returns why that cannot be.

        Source: Amazon EMR Management Guide, "Service role for EMR Notebooks".
        """
        role, region = execution.fields["ServiceRole"], self._backend.region_name
        try:
            found = acting.assume(role, roles.EMR, execution.id, region, execution.arn)
        except DeniedError as denied:
            return {"Message": str(denied)}
        execution.step.acts_as = partial(principals.role_session, found.role or role, execution.id)
        return None

    def get(self, number: str) -> Execution:
        """Find an execution.

        Raises:
            InvalidRequestException: there is none with that id.
        """
        if number not in self._known:
            raise InvalidRequestException(f"Notebook execution id '{number}' is not valid.")
        return self._known[number]

    def select(self, fields: dict[str, Any]) -> list[dict[str, Any]]:
        """List what ListNotebookExecutions shows, newest first."""
        found = []
        for execution in reversed(self._known.values()):
            engine = execution.fields["ExecutionEngine"]["Id"]
            entry = execution.describe()
            if fields.get("Status") in (None, entry["Status"]) and fields.get("ExecutionEngineId") in (None, engine):
                found.append({name: entry[name] for name in SUMMARY if name in entry} | {"ExecutionEngineId": engine})
        return [] if fields.get("EditorId") else found

    def stop(self, number: str) -> None:
        """Stop an execution; one that has ended stays as it is."""
        execution = self.get(number)
        execution.enter("STOPPING", "Execution is being stopped.")
        self._backend.executor.stop(execution.step)

    def busy(self, cluster_id: str) -> bool:
        """Whether a notebook runs on a cluster, which is not idle then."""
        return any(found.cluster.id == cluster_id and found.status not in ENDED for found in self._known.values())

    def end(self, cluster_id: str) -> None:
        """Stop all that runs on a cluster, and wait until it has stopped."""
        running = [found for found in self._known.values() if found.cluster.id == cluster_id]
        for execution in running:
            self.stop(execution.id)
        for execution in running:
            if execution.thread:
                execution.thread.join(LONGEST_WAIT)
