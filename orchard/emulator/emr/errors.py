"""The errors of the EMR API, with the codes and messages that SDKs and Terraform look for.

moto 5.2.5 emr/models.py answers an unknown cluster in most operations with a KeyError, hence a 500 that SDKs retry;
EMR says InvalidRequestException "Cluster id 'j-...' is not valid." (the AWS provider tests for "is not valid").
"""

from typing import Any

from moto.emr.exceptions import InvalidRequestException, ValidationException

__all__ = ["InvalidRequestException", "Registry", "ValidationException", "not_modifiable", "unknown_step"]


class Registry(dict):
    """Things by their id; looking up an unknown id is the API's error instead of a KeyError."""

    def __init__(self, label: str) -> None:
        super().__init__()
        self.label = label

    def __missing__(self, key: str) -> Any:
        raise InvalidRequestException(f"{self.label} id '{key}' is not valid.")


def unknown_step(number: str) -> InvalidRequestException:
    """For a step that its cluster does not have."""
    return InvalidRequestException(f"Step id '{number}' is not valid.")


def not_modifiable() -> ValidationException:
    """For changes to a cluster that has ended or is ending."""
    return ValidationException("A job flow that is shutting down, terminating, or finished may not be modified.")
