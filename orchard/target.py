"""Where commands act: an AWS emulated on this machine, or the real one. The only module that knows the difference.

A target is an endpoint, credentials, a value for Terraform's `emulated` and a directory for Terraform's state; all
code beyond this module is the same for both.
"""

import os
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError

from orchard.config import ROOT, Settings
from orchard.emulator import process
from orchard.errors import OrchardError

EMULATOR_KEY = "emulator"  # any credentials do; nobody's real ones must go to a local server by mistake
CONNECTIONS = 64  # the pool's default of 10 would make an upload with more threads wait for connections

# EMR refills DescribeStep and ListSteps at one call every two seconds for a whole account: let botocore pace itself.
RETRIES = {"mode": "adaptive", "max_attempts": 10}
LOCAL_RETRIES = {"mode": "standard", "max_attempts": 2}  # pacing has no object here, and a refusal is final


class Target(Protocol):
    """What the control plane knows about where it acts."""

    name: str
    region: str

    @property
    def instance_id(self) -> str:
        """What the state belongs to: one life of the emulator, or the account's region."""

    @property
    def state_dir(self) -> Path:
        """Where Terraform keeps its local state and its plans; made when first asked for."""

    @property
    def terraform_variables(self) -> dict[str, Any]:
        """Values for the variables of the provider: {"emulated": bool, "region": str}."""

    @property
    def environment(self) -> dict[str, str]:
        """The whole environment for subprocesses (Terraform, the AWS CLI), which then act on this target."""

    @property
    def free(self) -> bool:
        """Whether nothing here costs money, so that nobody needs to be asked."""

    def client(self, service: str, **kwargs: Any) -> Any:  # noqa: ANN401 - boto3 makes its classes at run time
        """A boto3 client of this target's region; `kwargs` as for boto3."""

    def stop(self) -> bool:
        """End what the target itself keeps running; returns whether there was anything."""


def connect(settings: Settings, *, start: bool = True) -> Target | None:
    """The target that the settings name, ready for use.

    Args:
        settings: `target` and `region` count.
        start: start what the target needs if it is not there; otherwise answer None then.

    Raises:
        OrchardError: the emulator cannot be started or does not answer.
    """
    if settings.target == "aws":
        return Aws(settings.region)
    found = process.start() if start else process.find()
    return Local(settings.region, found) if found else None


def account(target: Target) -> str:
    """The number of the account that the target's credentials belong to.

    Raises:
        OrchardError: there are no credentials, they are not accepted, or AWS cannot be reached.
    """
    try:
        return target.client("sts").get_caller_identity()["Account"]
    except NoCredentialsError:
        raise OrchardError(
            "no AWS credentials were found", "run aws configure (or aws sso login), or set AWS_PROFILE"
        ) from None
    except ClientError as error:
        raise OrchardError(
            f"AWS does not accept the credentials: {error.response['Error']['Message']}",
            "renew them (aws sso login, aws configure), or choose others by AWS_PROFILE",
        ) from None
    except BotoCoreError as error:
        raise OrchardError(
            f"AWS cannot be reached: {error}", "check the network, the region and AWS_PROFILE"
        ) from None


@dataclass(frozen=True)
class Local:
    """The emulator of this checkout."""

    region: str
    aws: process.LocalAws
    name: str = "local"
    free: bool = True

    @property
    def instance_id(self) -> str:
        return self.aws.instance

    @property
    def state_dir(self) -> Path:
        return _made(self.aws.state_dir / "terraform")

    @property
    def terraform_variables(self) -> dict[str, Any]:
        return {"emulated": True, "region": self.region}

    @cached_property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return kept | {
            "AWS_ENDPOINT_URL": self.aws.endpoint,
            "AWS_ACCESS_KEY_ID": EMULATOR_KEY,
            "AWS_SECRET_ACCESS_KEY": EMULATOR_KEY,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_CONFIG_FILE": os.devnull,  # a profile there may name an endpoint or a role of its own
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(EMULATOR_KEY, EMULATOR_KEY, region_name=self.region)

    def client(self, service: str, **kwargs: Any) -> Any:  # noqa: ANN401
        # Loopback needs no bucket names in host names, and no proxy that the environment may name.
        style = Config(
            retries=LOCAL_RETRIES,
            max_pool_connections=CONNECTIONS,
            s3={"addressing_style": "path"},
            proxies={},
        )
        return self._session.client(service, endpoint_url=self.aws.endpoint, **_merged(style, kwargs))

    def stop(self) -> bool:
        return process.stop()


@dataclass(frozen=True)
class Aws:
    """The real one, with the credentials that boto3 finds by itself."""

    region: str
    name: str = "aws"
    free: bool = False
    state: Path = field(default=ROOT / ".orchard" / "aws")

    @property
    def instance_id(self) -> str:
        return f"aws-{self.region}"

    @property
    def state_dir(self) -> Path:
        return _made(self.state / self.region / "terraform")

    @property
    def terraform_variables(self) -> dict[str, Any]:
        return {"emulated": False, "region": self.region}

    @property
    def environment(self) -> dict[str, str]:
        return dict(os.environ) | {"AWS_REGION": self.region, "AWS_DEFAULT_REGION": self.region}

    @cached_property
    def _session(self) -> boto3.Session:
        return boto3.Session(region_name=self.region)

    def client(self, service: str, **kwargs: Any) -> Any:  # noqa: ANN401
        paced = Config(retries=RETRIES, max_pool_connections=CONNECTIONS)
        return self._session.client(service, **_merged(paced, kwargs))

    def stop(self) -> bool:
        return False


def _merged(config: Config, kwargs: dict[str, Any]) -> dict[str, Any]:
    given = kwargs.pop("config", None)
    return kwargs | {"config": config.merge(given) if given else config}


def _made(path: Path) -> Path:
    path.mkdir(parents=True, exist_ok=True)
    return path
