"""Notebook executions: what the local AWS has none of, since no notebook can be attached to a cluster here.

A start is checked as EMR would, and then refused with the reason: an answer that says yes would be waited for.
"""

from moto.core.responses import ActionResult

from orchard.emulator.emr.errors import InvalidRequestException
from orchard.emulator.emr.requests import EmrRequest


class NotebookOperations(EmrRequest):
    """One method for each operation."""

    def start_notebook_execution(self) -> ActionResult:
        """StartNotebookExecution: refused."""
        self.emr.living(self.fields["ExecutionEngine"]["Id"])
        raise InvalidRequestException("The local AWS runs no notebooks by itself; open them with its clusters' Livy.")

    def list_notebook_executions(self) -> ActionResult:
        """ListNotebookExecutions: there are none."""
        return ActionResult({"NotebookExecutions": []})

    def describe_notebook_execution(self) -> ActionResult:
        """DescribeNotebookExecution: no id is known."""
        raise self._no_execution()

    def stop_notebook_execution(self) -> ActionResult:
        """StopNotebookExecution: no id is known."""
        raise self._no_execution()

    def _no_execution(self) -> InvalidRequestException:
        number = self._get_param("NotebookExecutionId")
        return InvalidRequestException(f"Notebook execution id '{number}' is not valid.")
