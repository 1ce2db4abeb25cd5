"""Where commands act: an AWS emulated on this machine, or the real one. The only module that knows the difference.

A target is an endpoint, credentials, what can be done there and a directory for Terraform's state. All code beyond
this module is the same for both, and asks what it needs to know: whether the target charges, say, not which one it is.
"""

import ipaddress
import os
import threading
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from orchard.aws import deployer
from orchard.aws.door import through_door, translated
from orchard.aws.timestamps import quicken
from orchard.base import waiting
from orchard.base.config import PROJECT, Settings
from orchard.base.errors import OrchardError, UsageError
from orchard.base.places import STATE
from orchard.emulator import credentials, process, session
from orchard.emulator.options import ADDRESS

CHECK_IP = "https://checkip.amazonaws.com"
CONNECTIONS = 64  # the pool's default of 10 would make an upload with more threads wait for connections

# EMR refills DescribeStep and ListSteps at one call every two seconds for a whole account: let botocore pace itself.
PACED = Config(retries={"mode": "adaptive", "max_attempts": 10}, max_pool_connections=CONNECTIONS)
IMPATIENT = Config(retries={"mode": "standard", "max_attempts": 2}, connect_timeout=4, read_timeout=10)
# Locally a refusal is final; loopback needs no bucket names in host names, and no proxy that the environment names.
LOOPBACK = Config(
    retries={"mode": "standard", "max_attempts": 2},
    max_pool_connections=CONNECTIONS,
    s3={"addressing_style": "path"},
    proxies={},
)
# Clients may be used by several threads; a session may not make two of them at a time (boto3, "Multithreading").
_MAKING = threading.Lock()
CHARGING = "aws"  # the target where things cost money


@dataclass(frozen=True)
class Target:
    """Where commands act.

    Attributes:
        name: what the setting `target` calls it.
        region: of AWS.
        instance_id: what the state belongs to: one life of the emulator, or a region of the account.
        state_dir: where Terraform's local state and plans are. It exists, and goes when what it tells of is gone.
        environment: the whole environment for subprocesses (Terraform, the AWS CLI), which then act on this target.
        endpoint: the URL of every service, None for AWS's own.
        poll_interval: seconds between two looks at steps: EMR refills ListSteps at one call in two seconds for a whole
            account, a local server has no limit.
        livy: URL of a cluster's Livy, `{cluster}` standing for its id; None where only a tunnel leads to it.
        charges: whether what is made there costs money.
        reachable: whether its nodes and pages are there to be connected to, and not only told of.
        durable: whether it outlives this machine's own processes, so that Terraform's state may be kept there.
        livy_login: user name and password that Livy asks for; None where it asks for none.
        packages: sets of packages of this machine that clusters there run on; AWS's nodes have their own.
    """

    name: str
    region: str
    instance_id: str
    state_dir: Path
    environment: dict[str, str] = field(repr=False)
    endpoint: str | None = None
    poll_interval: float = 15.0
    livy: str | None = None
    charges: bool = True
    reachable: bool = True
    durable: bool = True
    livy_login: tuple[str, str] | None = field(default=None, repr=False)
    packages: tuple[str, ...] = ()
    _make_session: Callable[[], boto3.Session] = field(default=boto3.Session, repr=False)
    _config: Config = field(default=PACED, repr=False)
    _stop: Callable[[], bool] = field(default=lambda: False, repr=False)
    _own_address: Callable[[], str] = field(default=lambda: _seen_by_aws(), repr=False)

    @property
    def terraform_variables(self) -> dict[str, Any]:
        """Values for the variables that configure the provider."""
        return {"emulated": self.endpoint is not None, "region": self.region}

    @cached_property
    def _session(self) -> boto3.Session:
        return through_door(quicken(self._make_session()))

    def client(self, service: str, **kwargs: Any) -> Any:
        """Make a boto3 client for this target; `kwargs` as for boto3, a `config` is laid over the target's own.

        Raises:
            AwsError: as all calls of the client, their pages and streams: AWS refuses, or cannot be reached.
        """
        given = kwargs.pop("config", None)
        config = self._config.merge(given) if given else self._config
        region = kwargs.pop("region_name", self.region)
        with _MAKING, translated():
            return self._session.client(
                service, region_name=region, endpoint_url=self.endpoint, config=config, **kwargs
            )

    def impatient(self) -> "Target":
        """Return the same target, whose clients give up within seconds when nothing answers."""
        return replace(self, _config=self._config.merge(IMPATIENT))

    def credentials(self) -> Any:
        """Return botocore's credentials, which renew themselves where they can; None where there are none."""
        with translated():
            return self._session.get_credentials()

    def account(self) -> str:
        """Ask, once, for the number of the account that the credentials belong to.

        Raises:
            AwsError: there are no credentials, they are not accepted, or AWS cannot be reached.
        """
        return self._account

    @cached_property
    def _account(self) -> str:
        return self.client("sts").get_caller_identity()["Account"]

    def own_address(self) -> str:
        """Return the address that this machine has on the target's side, as `198.51.100.7/32`.

        Raises:
            OrchardError: it cannot be found out.
        """
        return self._own_address()

    def stop(self) -> bool:
        """End what the target itself keeps running, with its state; returns whether there was anything."""
        return self._stop()


def connect(settings: Settings, *, start: bool = True) -> Target | None:
    """Make the target that the settings name ready for use.

    Args:
        settings: `target` and `region` count.
        start: start what the target needs if it is not there; otherwise answer None then.

    Raises:
        OrchardError: the emulator cannot be started or does not answer.
    """
    if settings.target == "aws":
        return _aws(settings.region, settings.project)
    with waiting.shown("the local AWS: starting"):
        found = process.start() if start else process.find()
    if found is None:
        return None
    place = _local(settings.region, found, settings.project)
    return _as(deployer.credentials(found, settings, place.client), place)


def _local(region: str, found: process.LocalAws, project: str = PROJECT) -> Target:
    own = found.credentials
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "BOTO"))}
    near = {
        name: ",".join(filter(None, (kept.get(name), urlsplit(found.endpoint).hostname)))
        for name in ("NO_PROXY", "no_proxy")
    }
    pointed = {
        "AWS_ENDPOINT_URL": found.endpoint,
        **own.environment,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,  # a profile there may name an endpoint or a role of its own
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
    }
    return Target(
        name="local",
        region=region,
        instance_id=found.instance,
        state_dir=_made(found.state_dir / project / region / "terraform"),
        environment=kept | near | pointed,
        endpoint=found.endpoint,
        poll_interval=0.5,
        livy=found.livy("{cluster}"),
        charges=False,
        reachable=False,
        durable=False,
        livy_login=own.login,
        _make_session=partial(session.isolated, own),
        packages=("jobs",),
        _config=LOOPBACK,
        _stop=process.stop,
        _own_address=lambda: f"{ADDRESS}/32",  # nobody comes from outside
    )


def _as(own: credentials.Credentials, place: Target) -> Target:
    """Let somebody else act where the account's root did."""
    return replace(place, environment=place.environment | own.environment, _make_session=partial(session.isolated, own))


def _aws(region: str, project: str = PROJECT) -> Target:
    _refuse_the_local_one()
    return Target(
        name="aws",
        region=region,
        instance_id=f"aws-{region}",
        state_dir=_made(STATE / CHARGING / project / region / "terraform"),
        environment=os.environ | {"AWS_REGION": region, "AWS_DEFAULT_REGION": region},
    )


def charging_states(project: str, kept: Path = STATE) -> list[Path]:
    """Return the folders of the Terraform states that tell of what costs money, one for each region."""
    return sorted((kept / CHARGING / project).glob("*/terraform"))


def _refuse_the_local_one() -> None:
    """Refuse a shell in which `./inv env` was evaluated: what one thinks is made on AWS would be made here."""
    named = Path(os.environ.get("AWS_SHARED_CREDENTIALS_FILE") or os.devnull)
    try:
        credentials.read(named.parent)
    except (OSError, ValueError):  # not there, not ours to read, not of that form
        return
    raise UsageError(
        f"AWS_SHARED_CREDENTIALS_FILE = {named} is the local AWS's, so this shell does not reach AWS itself",
        "open another shell, or: unset AWS_ENDPOINT_URL AWS_SHARED_CREDENTIALS_FILE AWS_CONFIG_FILE",
    )


def _seen_by_aws() -> str:
    """Ask AWS which address this machine comes from."""
    try:
        with urllib.request.urlopen(CHECK_IP, timeout=5) as answer:
            return f"{ipaddress.IPv4Address(answer.read(64).decode().strip())}/32"
    except (OSError, ValueError) as error:
        raise OrchardError(
            f"{CHECK_IP} does not tell this machine's address: {error}",
            'set ssh_cidr in orchard.toml (as 198.51.100.7/32), or access = "ssm", which opens no port',
        ) from None


def _made(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    if path.is_relative_to(STATE):
        STATE.chmod(0o700)  # access keys and Terraform's state are nobody else's business
    return path
