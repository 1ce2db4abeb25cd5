"""What moto cannot do is refused at once.

moto 5.2.5 answers an operation that it lacks with 500 (core/responses.py raises NotImplementedError). Every SDK takes
that for a passing fault and retries it, for minutes. AWS answers 400 to an operation that it does not have.
"""

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse


class UnknownOperation(ServiceException):
    """The operation exists in AWS and not here."""

    code = "UnknownOperationException"


def install() -> None:
    """Answer 400 for unknown operations, in the protocol of their service."""
    call_action = BaseResponse.call_action

    def call_or_refuse(self: BaseResponse) -> Any:
        try:
            return call_action(self)
        except NotImplementedError as error:
            return self.serialized(ActionResult(UnknownOperation(f"Not in the local AWS: {error}")))

    BaseResponse.call_action = call_or_refuse
