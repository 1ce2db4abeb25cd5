"""Interactive sessions, application interfaces and their credentials: what the local AWS has none of.

Each request is checked as EMR would, and then refused with the reason: an answer that says yes would be waited for.
"""

from moto.core.responses import ActionResult

from orchard.emulator.emr.errors import InvalidRequestException
from orchard.emulator.emr.requests import EmrRequest


class SessionOperations(EmrRequest):
    """One method for each operation."""

    def start_session(self) -> ActionResult:
        """StartSession: refused."""
        self.emr.living(self._get_param("ClusterId"))
        raise InvalidRequestException("The local AWS starts no sessions on clusters; its Livy does.")

    def list_sessions(self) -> ActionResult:
        """ListSessions: there are none."""
        self.emr.describe_cluster(self._get_param("ClusterId"))
        return ActionResult({"Sessions": []})

    def get_session(self) -> ActionResult:
        """GetSession: no id is known."""
        raise self._no_session()

    def get_session_endpoint(self) -> ActionResult:
        """GetSessionEndpoint: no id is known."""
        raise self._no_session()

    def terminate_session(self) -> ActionResult:
        """TerminateSession: no id is known."""
        raise self._no_session()

    def _no_session(self) -> InvalidRequestException:
        self.emr.describe_cluster(self._get_param("ClusterId"))
        return InvalidRequestException(f"Session id '{self._get_param('SessionId')}' is not valid.")

    def create_persistent_app_ui(self) -> ActionResult:
        """CreatePersistentAppUI: refused."""
        self.emr.describe_cluster(self._get_param("TargetResourceArn").rpartition("/")[2])
        raise InvalidRequestException("The local AWS keeps no application interfaces; a step's logs tell what it did.")

    def describe_persistent_app_ui(self) -> ActionResult:
        """DescribePersistentAppUI: no id is known."""
        raise self._no_interface()

    def get_persistent_app_ui_presigned_url(self) -> ActionResult:
        """GetPersistentAppUIPresignedURL: no id is known."""
        raise self._no_interface()

    def _no_interface(self) -> InvalidRequestException:
        return InvalidRequestException(f"Persistent App UI id '{self._get_param('PersistentAppUIId')}' is not valid.")

    def get_on_cluster_app_ui_presigned_url(self) -> ActionResult:
        """GetOnClusterAppUIPresignedURL: refused."""
        self.emr.living(self._get_param("ClusterId"))
        raise InvalidRequestException("No application interface runs on a cluster of the local AWS.")

    def get_cluster_session_credentials(self) -> ActionResult:
        """GetClusterSessionCredentials: refused; they exist for clusters with runtime roles."""
        cluster = self.emr.living(self._get_param("ClusterId"))
        raise InvalidRequestException(f"The cluster {cluster.id} is not enabled for runtime roles.")
