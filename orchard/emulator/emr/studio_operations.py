"""The operations on EMR Studios, on who may use them, and on their tags."""

from moto.core.responses import ActionResult, EmptyResult, PaginatedResult

from orchard.emulator.emr import tags
from orchard.emulator.emr.requests import EmrRequest


class StudioOperations(EmrRequest):
    """One method for each operation."""

    def create_studio(self) -> ActionResult:
        """CreateStudio."""
        return ActionResult(self.emr.studios.create(self.fields))

    def describe_studio(self) -> ActionResult:
        """DescribeStudio."""
        return ActionResult({"Studio": self.emr.studios.get(self._get_param("StudioId"))})

    def list_studios(self) -> ActionResult:
        """ListStudios."""
        return PaginatedResult({"Studios": self.emr.studios.summaries()})

    def update_studio(self) -> EmptyResult:
        """UpdateStudio."""
        self.emr.studios.update(self._get_param("StudioId"), self.fields)
        return EmptyResult()

    def delete_studio(self) -> EmptyResult:
        """DeleteStudio."""
        self.emr.studios.delete(self._get_param("StudioId"))
        return EmptyResult()

    # Session mappings -------------------------------------------------------------------------------------------
    def create_studio_session_mapping(self) -> EmptyResult:
        """CreateStudioSessionMapping."""
        self.emr.studios.mappings.create(self.fields)
        return EmptyResult()

    def get_studio_session_mapping(self) -> ActionResult:
        """GetStudioSessionMapping."""
        return ActionResult({"SessionMapping": self.emr.studios.mappings.get(self.fields)})

    def list_studio_session_mappings(self) -> ActionResult:
        """ListStudioSessionMappings."""
        return PaginatedResult({"SessionMappings": self.emr.studios.mappings.select(self.fields)})

    def update_studio_session_mapping(self) -> EmptyResult:
        """UpdateStudioSessionMapping."""
        self.emr.studios.mappings.update(self.fields)
        return EmptyResult()

    def delete_studio_session_mapping(self) -> EmptyResult:
        """DeleteStudioSessionMapping."""
        self.emr.studios.mappings.delete(self.fields)
        return EmptyResult()

    # Tags: moto knows those of clusters only --------------------------------------------------------------------
    def add_tags(self) -> EmptyResult:
        """AddTags, to clusters and studios."""
        fields = self.fields
        given = tags.checked(fields["Tags"])
        if fields["ResourceId"].startswith("es-"):
            self.emr.studios.tag(fields["ResourceId"], fields["Tags"])
        else:
            self.emr.add_tags(fields["ResourceId"], given)
        return EmptyResult()

    def remove_tags(self) -> EmptyResult:
        """RemoveTags, from clusters and studios."""
        fields = self.fields
        remove = self.emr.studios.untag if fields["ResourceId"].startswith("es-") else self.emr.remove_tags
        remove(fields["ResourceId"], fields["TagKeys"])
        return EmptyResult()
