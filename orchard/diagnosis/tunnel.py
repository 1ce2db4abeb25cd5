"""Why a tunnel did not open: what ssh and Session Manager say, as cause and remedy."""

import re

from orchard.base.errors import OrchardError

_PLUGIN = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
)
_SSM = 'set access = "ssm" (no key, no open port)'
_TABLE = (
    (r"SessionManagerPlugin is not found", "the AWS CLI lacks the Session Manager plugin", f"install it: {_PLUGIN}"),
    (
        r"TargetNotConnected",
        "Session Manager does not know the primary node (yet): its agent reports some minutes after the start",
        'wait and call again; if it stays: access = "ssh", then ./inv up',
    ),
    (
        r"AccessDenied\w*|not authorized to perform: (ssm:\w+)",
        "these credentials may not open sessions (ssm:StartSession)",
        "ask for it, or use another AWS_PROFILE",
    ),
    (r"ExpiredToken", "the AWS credentials have expired", "renew them: aws sso login, or aws configure"),
    (
        r"Permission denied \(publickey",
        "the primary node does not accept this machine's key",
        "the cluster was made with another key: ./inv up says what differs",
    ),
    (
        r"UNPROTECTED PRIVATE KEY FILE|bad permissions",
        "ssh refuses the key, since others can read it",
        "chmod 600 the file named above, and move it off a disk that has no modes",
    ),
    (
        r"HOST IDENTIFICATION HAS CHANGED|Host key verification failed",
        "another machine answers under the primary node's name",
        "if the cluster is a new one, remove known_hosts beside the key; otherwise somebody is in between",
    ),
    (
        r"(?:Connection|Operation) timed out|No route to host|Connection refused|Network is unreachable",
        "the primary node cannot be reached by SSH: it lets in one address, and this machine's may have changed",
        f"./inv up opens it for the address of now; or {_SSM}",
    ),
    (
        r"Could not resolve hostname",
        "the primary node has no name that this machine can look up: it has a private address only",
        _SSM,
    ),
    (
        r"Address already in use|cannot listen to port",
        "the port is in use on this machine",
        "choose another: --port 9444",
    ),
)


def explain(said: str, program: str) -> OrchardError:
    """Turn what the program said into a cause and a remedy; its last line where nothing is recognised."""
    for pattern, cause, remedy in _TABLE:
        if re.search(pattern, said):
            return OrchardError(cause, remedy)
    lines = said.strip().splitlines()
    return OrchardError(
        f"{program} opened no tunnel: {lines[-1] if lines else 'it said nothing'}", "./inv doctor checks the tools"
    )


def missing(program: str) -> OrchardError:
    """Say that a program is not installed."""
    if program == "ssh":
        return OrchardError("there is no ssh on this machine", f"install OpenSSH's client, or {_SSM}")
    remedy = f'install the AWS CLI and the Session Manager plugin ({_PLUGIN}), or set access = "ssh" and ./inv up'
    return OrchardError(f"there is no {program} on this machine", remedy)
