"""Systems Manager: no instance here has its agent, so none is a managed node.

moto 5.2.5 ssm/models.py calls each command of SendCommand a success, whatever the instance and though nothing runs; it
lacks DescribeInstanceInformation and StartSession.
"""

import re
from typing import NoReturn

from moto.core.responses import ActionResult
from moto.ssm.exceptions import SSMException, ValidationException
from moto.ssm.responses import SimpleSystemManagerResponse

_INSTANCE = re.compile(r"m?i-\w+")


class TargetNotConnected(SSMException):
    """The agent is not there, or has not reported."""

    code = "TargetNotConnected"


class InvalidInstanceId(SSMException):
    """The instance is no managed node."""

    code = "InvalidInstanceId"


def install() -> None:
    """Answer for nodes without an agent."""
    SimpleSystemManagerResponse.describe_instance_information = describe_instance_information
    SimpleSystemManagerResponse.start_session = start_session
    SimpleSystemManagerResponse.send_command = send_command


def describe_instance_information(self: SimpleSystemManagerResponse) -> ActionResult:
    """DescribeInstanceInformation lists managed nodes only: what has no agent is left out, without an error."""
    if self._get_param("Filters") and self._get_param("InstanceInformationFilterList"):
        raise ValidationException("Filters and InstanceInformationFilterList cannot be used together.")
    return ActionResult({"InstanceInformationList": []})


def start_session(self: SimpleSystemManagerResponse) -> NoReturn:
    """StartSession."""
    target = self._get_param("Target")
    if not _INSTANCE.fullmatch(target):
        raise ValidationException(f"Value '{target}' at 'target' failed to satisfy constraint")
    raise TargetNotConnected(f"{target} is not connected.")


def send_command(self: SimpleSystemManagerResponse) -> NoReturn:
    """SendCommand."""
    ids = ", ".join(self._get_param("InstanceIds", []))
    raise InvalidInstanceId(f"Instances [[{ids}]] not in a valid state for account {self.current_account}")
