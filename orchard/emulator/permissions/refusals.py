"""AWS's refusal of what somebody may not do, in the words and with the code of each service."""

from orchard.emulator.permissions.access import DeniedError
from orchard.emulator.signatures.refusals import Reason, RefusedError

# "Troubleshoot access denied error messages" (IAM User Guide) for the sentence; the codes are those of the services'
# API references. EC2 says more in front, and adds a message that only it can decode, which is left out here.
DENIED = Reason(
    "{}",
    (403, "AccessDenied"),
    (403, "AccessDenied"),
    (400, "AccessDeniedException"),
    (403, "UnauthorizedOperation"),
)
TOPIC_DENIED = Reason("{}", (403, "AccessDenied"), (403, "AuthorizationError"), (403, "AuthorizationError"))
REST_DENIED = Reason("{}", (403, "AccessDenied"), (403, "AccessDenied"), (403, "AccessDeniedException"))
OTHERS = {"sns": TOPIC_DENIED, "scheduler": REST_DENIED}


def refusal(service: str, denied: DeniedError) -> RefusedError:
    """Say it as the service that was asked would."""
    words = str(denied)
    if service == "ec2":
        words = f"You are not authorized to perform this operation. {words}"
    return RefusedError(OTHERS.get(service, DENIED), words)
