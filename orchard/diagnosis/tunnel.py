"""Why a tunnel did not open: what ssh and Session Manager say, as cause and remedy."""

from orchard.base.errors import OrchardError
from orchard.diagnosis import failures

_PLUGIN = (
    "https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-install-plugin.html"
)


def explain(output: str, program: str) -> OrchardError:
    """Turn what the program said into a cause and a remedy; its last line where nothing is recognised."""
    if found := failures.find(output, failures.TUNNEL):
        return OrchardError(found[1].cause, found[1].remedy)
    lines = output.strip().splitlines()
    return OrchardError(
        f"{program} opened no tunnel: {lines[-1] if lines else 'it said nothing'}", "./inv doctor checks the tools"
    )


def missing(program: str) -> OrchardError:
    """Say that a program is not installed."""
    if program == "ssh":
        remedy = 'install OpenSSH\'s client, or set access = "ssm" (no key, no open port)'
        return OrchardError("there is no ssh on this machine", remedy)
    remedy = f'install the AWS CLI and the Session Manager plugin ({_PLUGIN}), or set access = "ssh" and ./inv up'
    return OrchardError(f"there is no {program} on this machine", remedy)
