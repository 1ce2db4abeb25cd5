"""The operations on notebook executions."""

from moto.core.responses import ActionResult, EmptyResult, PaginatedResult

from orchard.emulator.emr.requests import EmrRequest


class NotebookOperations(EmrRequest):
    """One method for each operation."""

    def start_notebook_execution(self) -> ActionResult:
        """StartNotebookExecution."""
        return ActionResult({"NotebookExecutionId": self.emr.notebooks.start(self.fields).id})

    def describe_notebook_execution(self) -> ActionResult:
        """DescribeNotebookExecution."""
        found = self.emr.notebooks.get(self._get_param("NotebookExecutionId"))
        return ActionResult({"NotebookExecution": found.describe()})

    def list_notebook_executions(self) -> ActionResult:
        """ListNotebookExecutions."""
        return PaginatedResult({"NotebookExecutions": self.emr.notebooks.select(self.fields)})

    def stop_notebook_execution(self) -> EmptyResult:
        """StopNotebookExecution."""
        self.emr.notebooks.stop(self._get_param("NotebookExecutionId"))
        return EmptyResult()
