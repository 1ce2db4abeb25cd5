"""A request to the EMR API, and its members as plain Python values."""

from typing import TYPE_CHECKING, Any

from moto.core.responses import BaseResponse
from moto.emr.responses import ElasticMapReduceResponse

if TYPE_CHECKING:
    from orchard.emulator.emr.backend import EmrBackend


def plain(value: Any) -> Any:
    """Turn moto's case-blind dictionaries into ordinary ones with the member names of the EMR API Reference."""
    if hasattr(value, "original_dict"):
        value = value.original_dict()
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    return [plain(member) for member in value] if isinstance(value, list) else value


class EmrRequest(ElasticMapReduceResponse):
    """What every group of operations needs; moto makes one for each request, and calls the operation's method."""

    # moto's EMR answers for us-east-1 unless the region is in the host name, which an endpoint URL never has.
    get_region_from_url = BaseResponse.get_region_from_url

    @property
    def backend(self) -> "EmrBackend":
        """The backend of the request's region, under moto's name; what EMR has forgotten by now is not in it."""
        found = super().backend
        found.forget_the_old()
        return found

    @property
    def emr(self) -> "EmrBackend":
        """The backend of the request's region."""
        return self.backend

    @property
    def fields(self) -> dict[str, Any]:
        """The request's members."""
        return plain(self.params)
