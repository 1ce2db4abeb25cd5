"""The settings: orchard.toml, then ORCHARD_* in the environment, then a task's flags; the last one wins."""

import re
import tomllib
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from orchard.base import settings_errors
from orchard.base.instance_types import instance_types
from orchard.base.places import FILE

# Fruits-360 as the course publishes it.
ARCHIVE = "https://s3.eu-west-1.amazonaws.com/course.oc-static.com/projects/Data_Scientist_P8/fruits.zip"

PROJECT = "orchard"

# The AWS regions inside the European Union. London (eu-west-2) and Zurich (eu-central-2) are not in it.
EU_REGIONS = ("eu-central-1", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-3")

# Stricter than S3 by its dots, which break TLS host names, and by the room that `-access-logs` needs (Amazon S3 User
# Guide, "Bucket naming rules").
BUCKET = re.compile(r"[a-z0-9][a-z0-9-]{1,49}[a-z0-9]")
RESERVED = re.compile(r"^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|--x-s3|--table-s3)$")

# The ARN of a KMS key itself: an alias may come to stand for another one.
KMS_KEY = re.compile(r"arn:aws:kms:([a-z0-9-]+):\d{12}:key/[A-Za-z0-9-]+")


def words() -> dict[str, list[str]]:
    """Return what those settings take whose words a function below checks."""
    return {"region": list(EU_REGIONS), "instance_type": list(instance_types())}


class Settings(BaseSettings):
    """Every setting with its type, its bounds and its default; see orchard.toml for what each one does."""

    model_config = SettingsConfigDict(env_prefix="ORCHARD_", toml_file=FILE, extra="forbid", frozen=True)

    project: str = Field(PROJECT, pattern=r"^[a-z][a-z0-9-]{1,20}[a-z0-9]$")
    target: Literal["local", "aws"] = "local"
    lang: Literal["auto", "en", "fr"] = "auto"
    notify: bool = False
    region: str = "eu-west-3"

    mode: Literal["mini", "apples", "full"] = "mini"
    split: Literal["Training", "Test"] = "Training"
    max_images: int = Field(100, ge=1)
    k: int | float = Field(50, gt=0)
    max_error_rate: float = Field(0.01, ge=0, le=1)

    notebook: Literal["studio", "jupyterhub"] = "studio"
    release_label: str = Field("emr-7.13.0", pattern=r"^emr-(spark-)?\d+\.\d+\.\d+$")
    instance_type: str = Field("m5.xlarge", pattern=r"^[a-z0-9-]+\.[a-z0-9-]+$")
    core_count: int = Field(2, ge=1, le=50)
    access: Literal["ssm", "ssh"] = "ssm"
    ssh_cidr: str = Field("", pattern=r"^$|^\d+\.\d+\.\d+\.\d+/\d+$")
    idle_timeout: int = Field(3600, ge=60, le=604_800)
    max_lifetime: int = Field(8, ge=1, le=168)
    task_spot_count: int = Field(0, ge=0, le=50)
    managed_scaling_max: int = Field(0, ge=0, le=100)
    network: Literal["default", "private"] = "default"
    egress: Literal["https", "all"] = "https"
    vpc_cidr: str = Field("10.20.0.0/16", pattern=r"^\d+\.\d+\.\d+\.\d+/(1[6-9]|2[0-2])$")
    subnet_index: int = Field(0, ge=0, le=4)
    hub_persistence: bool = True
    disk_key: str = ""
    studio_key: str = "data"

    bucket: str = ""
    log_retention_days: int = Field(30, ge=1, le=3650)
    state_bucket: str = ""
    studio_users: dict[str, Literal["basic", "intermediate", "advanced"]] = Field(
        {}, description="IAM users of EMR Studio, each basic, intermediate or advanced"
    )

    monthly_budget: float = Field(0, ge=0)
    eur_rate: float = Field(0, ge=0, le=10)
    eur_rate_date: str = Field("", pattern=r"^(\d{4}-\d\d(-\d\d)?)?$")
    alarm_email: str = Field("", pattern=r"^$|^[^@\s]+@[^@\s]+\.[^@\s]+$")

    archive: str = Field(ARCHIVE, pattern=r"^https?://[^\s/]+/\S*$")
    archive_sha256: str = Field("", pattern=r"^([0-9a-f]{64})?$")
    dataset: Path | None = Field(None, description="the directory of your photographs; those fetched where unset")
    weights: str | None = Field(None, description="a MobileNetV2 weights file; found or fetched where unset")

    @field_validator("region")
    @classmethod
    def _region_is_in_the_eu(cls, region: str) -> str:
        if region not in EU_REGIONS:
            raise ValueError(f"personal data stays in the EU, so only {', '.join(EU_REGIONS)} are allowed")
        return region

    @field_validator("instance_type")
    @classmethod
    def _emr_knows_the_instance_type(cls, instance_type: str) -> str:
        if instance_type not in instance_types():
            raise ValueError("EMR does not know it, or Orchard has no figures for it")
        return instance_type

    @field_validator("bucket", "state_bucket")
    @classmethod
    def _s3_takes_the_name(cls, bucket: str) -> str:
        if bucket and (not BUCKET.fullmatch(bucket) or RESERVED.search(bucket)):
            raise ValueError("S3 takes 3 to 51 lower-case letters, digits and hyphens, no xn-- and the like in front")
        return bucket

    @field_validator("disk_key", "studio_key")
    @classmethod
    def _a_key_is_named_by_its_arn(cls, key: str, info: ValidationInfo) -> str:
        words = ("",) if info.field_name == "disk_key" else ("data", "none")
        found = KMS_KEY.fullmatch(key)
        region = info.data.get("region", "")  # not there when it is wrong itself
        if key not in words and (not found or found[1] != region):
            named = f"arn:aws:kms:{region}:ACCOUNT:key/ID"
            raise ValueError(
                f"it takes {' or '.join(words) or 'nothing'}, or the ARN of a key in the same region: {named}"
            )
        return key

    @field_validator("k", mode="before")
    @classmethod
    def _k_is_count_or_share(cls, k: object) -> int | float:
        """Understand 50, `95%` and 0.95; 1.0 looks like all of the variance, and like one component."""
        text = str(k).strip()
        with suppress(ArithmeticError):
            number = Decimal(text.removesuffix("%").strip())
            share = number / 100 if text.endswith("%") else number
            if 0 < share < 1:
                return float(share)
            if share == number and (text == "1" or (number > 1 and number == int(number))):
                return int(number)
        raise ValueError(
            "it takes a number of components (1, 2, ...), or a share of the variance below 100% (95%, or 0.95)"
        )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Put flags before the environment before the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load(**flags: Any) -> Settings:
    """Read the settings; flags that are None were not given.

    Raises:
        UsageError: a setting is unknown, of the wrong type or out of bounds; names it, where it stands, its value and
            what is allowed.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    file = Path(Settings.model_config["toml_file"])  # type: ignore[arg-type]
    settings_errors.refuse_unknown_variables(Settings.model_fields)
    try:
        return Settings(**given)
    except tomllib.TOMLDecodeError as error:
        raise settings_errors.not_toml(error, file) from None
    except SettingsError as error:
        raise settings_errors.not_json(error) from None
    except ValidationError as error:
        raise settings_errors.explain(error.errors()[0], Settings.model_fields, words(), given, file) from None
