"""The errors of the EMR API, with the codes and messages that SDKs and Terraform look for.

moto 5.2.5 emr/models.py answers an unknown cluster in most operations with a KeyError, hence a 500 that SDKs retry;
EMR says InvalidRequestException "Cluster id 'j-...' is not valid." (the AWS provider tests for "is not valid"), and
ValidationException "Specified job flow ID not valid." in the older operations, whose members still say job flow.
"""

from typing import Any

from moto.emr.exceptions import InvalidRequestException, ValidationException

__all__ = [
    "InvalidRequestException",
    "Registry",
    "ValidationException",
    "not_modifiable",
    "not_running",
    "unknown_job_flow",
    "unknown_step",
    "wrong_collection",
]


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


def unknown_job_flow() -> ValidationException:
    """For an id that no cluster has, in an operation on job flows."""
    return ValidationException("Specified job flow ID not valid.")


def not_modifiable() -> ValidationException:
    """For changes to a cluster that has ended or is ending."""
    return ValidationException("A job flow that is shutting down, terminated, or finished may not be modified.")


def not_running(what: str) -> ValidationException:
    """For changes to the instances of a cluster that is not up yet (hashicorp/terraform issue 22116)."""
    return ValidationException(f"An {what} may only be modified when the cluster is running or waiting.")


def wrong_collection(operation: str, uses: str, other: str) -> InvalidRequestException:
    """For an operation on groups of a cluster of fleets, or the other way round."""
    return InvalidRequestException(
        "Instance fleets and instance groups are mutually exclusive. The EMR cluster specified in the request uses "
        f"instance {uses}. The {operation} operation does not support clusters that use instance {uses}. "
        f"Use the {other} operation instead."
    )
