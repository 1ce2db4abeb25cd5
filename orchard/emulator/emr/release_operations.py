"""The operations that tell about releases and security configurations."""

from moto.core.responses import ActionResult, PaginatedResult

from orchard.emulator.emr import releases
from orchard.emulator.emr.errors import InvalidRequestException
from orchard.emulator.emr.requests import EmrRequest

PAGE = 100  # of ListReleaseLabels (API Reference); for ListSupportedInstanceTypes not verified


class ReleaseOperations(EmrRequest):
    """One method for each operation."""

    def describe_release_label(self) -> ActionResult:
        """DescribeReleaseLabel."""
        label = self._known_label()
        known = releases.applications(label) or {}
        listed = [{"Name": name, "Version": version} for name, version in known.items()]
        return ActionResult({"ReleaseLabel": label, "Applications": listed})

    def list_release_labels(self) -> ActionResult:
        """ListReleaseLabels; moto takes no filters and gives all of them on one page."""
        asked = self.fields.get("Filters") or {}
        labels = releases.labels(self.emr.region_name)
        if prefix := asked.get("Prefix"):
            labels = [label for label in labels if label.startswith(prefix)]
        if application := asked.get("Application"):
            labels = [label for label in labels if releases.has(label, application)]
        return self._page("ReleaseLabels", labels, "NextToken", int(self.fields.get("MaxResults") or PAGE))

    def list_supported_instance_types(self) -> ActionResult:
        """ListSupportedInstanceTypes; moto fails on an unknown release."""
        found = releases.supported(self._known_label(), self.emr.region_name)
        return self._page("SupportedInstanceTypes", found, "Marker", PAGE)

    def create_security_configuration(self) -> ActionResult:
        """CreateSecurityConfiguration; moto loses the text of the refusal."""
        name = self._get_param("Name")
        if name in self.emr.security_configurations:
            raise InvalidRequestException(f"SecurityConfiguration with name '{name}' already exists.")
        return super().create_security_configuration()

    def list_security_configurations(self) -> ActionResult:
        """ListSecurityConfigurations."""
        known = self.emr.security_configurations.values()
        listed = [{"Name": found.name, "CreationDateTime": found.creation_date_time} for found in known]
        return PaginatedResult({"SecurityConfigurations": listed})

    def _known_label(self) -> str:
        label = self._get_param("ReleaseLabel") or releases.labels(self.emr.region_name)[0]
        if label not in releases.labels(self.emr.region_name):
            raise InvalidRequestException(f"The supplied release label is invalid: {label}.")
        return label

    def _page(self, name: str, found: list, token: str, size: int) -> ActionResult:
        """Cut a page out of a list that botocore has no paginator for; the token is where it begins."""
        begin = self._get_param(token) or "0"
        if not begin.isdigit() or int(begin) > len(found):
            raise InvalidRequestException(f"The {token} '{begin}' is not valid.")
        first, last = int(begin), int(begin) + size
        return ActionResult({name: found[first:last]} | ({token: str(last)} if last < len(found) else {}))
