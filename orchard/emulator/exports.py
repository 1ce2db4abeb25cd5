"""What points any AWS client at an emulator: variables of the environment, and the lines that set them in a shell.

No secret is among them: clients read the access key from the emulator's own file (AWS SDKs and Tools Reference Guide,
"Shared config and credentials files").
"""

import os
import shlex
from collections.abc import Mapping
from pathlib import Path

from orchard.emulator import credentials
from orchard.emulator.record import HOST

# What a client would believe before that file, or before AWS_ENDPOINT_URL.
ASIDE = (
    *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_DEFAULT_PROFILE"),
    *("AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"),
)
OF_A_SERVICE = "AWS_ENDPOINT_URL_"
PROXIES = {"http_proxy", "all_proxy"}

NOTE = 'AWS CLI 1 passes over AWS_ENDPOINT_URL in `aws emr`: aws emr --endpoint-url "$AWS_ENDPOINT_URL" list-clusters'


def variables(endpoint: str, home: Path, region: str) -> dict[str, str]:
    """Return the variables for a client.

    Args:
        endpoint: of the emulator, for every service.
        home: the directory of its files.
        region: that clients name.
    """
    return {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_SHARED_CREDENTIALS_FILE": str(home / credentials.NAME),
        "AWS_CONFIG_FILE": os.devnull,  # a profile there may name an endpoint or a role of its own
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def environment(given: Mapping[str, str], before: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the whole environment of a client's process: `before` without its own AWS, and the variables `given`."""
    return {name: value for name, value in before.items() if not name.startswith("AWS_")} | _all(given, before)


def lines(given: Mapping[str, str], before: Mapping[str, str] = os.environ) -> list[str]:
    """Return what a POSIX shell evaluates to have the variables `given` where it had those of `before`."""
    aside = [*ASIDE, *sorted(name for name in before if name.startswith(OF_A_SERVICE))]
    return [
        f"unset {' '.join(aside)}",
        *(f"export {name}={shlex.quote(value)}" for name, value in _all(given, before).items()),
    ]


def _all(given: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """Add what keeps requests to this machine from a proxy, where there is one."""
    if not PROXIES & {name.lower() for name in before}:
        return dict(given)
    kept = (before.get("no_proxy") or before.get("NO_PROXY") or "").split(",")
    hosts = ",".join(dict.fromkeys([*filter(None, kept), HOST]))
    return {**given, "NO_PROXY": hosts, "no_proxy": hosts}
