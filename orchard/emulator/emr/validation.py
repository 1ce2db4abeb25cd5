"""What EMR refuses before it starts anything, and moto 5.2.5 accepts.

A cluster that could never start on AWS must not start here. What EMR finds out only while a cluster starts is in
`prerequisites`; how instances may be asked for is in `instance_rules`. The texts are those that public clients and
issues record; the ones of an unknown application and of an AMI version were seen once each.
"""

import logging
from typing import TYPE_CHECKING, Any

from moto.ec2.exceptions import EC2ClientError
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

from orchard.emulator.emr import instance_rules, releases
from orchard.emulator.emr.errors import InvalidRequestException, ValidationException

if TYPE_CHECKING:
    from orchard.emulator.emr.backend import EmrBackend

log = logging.getLogger(__name__)
MAX_ACTIVE_STEPS = 256  # EMR Management Guide, "Submit work to a cluster"
MAX_CONCURRENCY = 256
REQUIRED = ("Name", "Instances")  # API Reference, RunJobFlow


def check_cluster(backend: "EmrBackend", fields: dict[str, Any]) -> None:
    """Check RunJobFlow's members.

    Raises:
        ValidationException: a member is missing or does not fit, or something that it refers to is not there.
        InvalidRequestException: a step without a jar.
    """
    for member in REQUIRED:
        if fields.get(member) is None:
            name = member[0].lower() + member[1:]
            raise ValidationException(
                f"1 validation error detected: Value null at '{name}' failed to satisfy constraint: "
                "Member must not be null"
            )
    label = _check_release(backend.region_name, fields)
    if unknown := releases.unknown(label, [application["Name"] for application in fields.get("Applications", [])]):
        raise ValidationException(f"Specified application: {unknown} is invalid")
    _check_roles(backend.account_id, fields)
    security = fields.get("SecurityConfiguration")
    if security and security not in backend.security_configurations:
        raise ValidationException(f"Security configuration with name '{security}' does not exist.")
    instances = fields["Instances"]
    instance_rules.check(instances, label, backend.region_name)
    for number in (*instances.get("Ec2SubnetIds", []), instances.get("Ec2SubnetId")):
        if number:
            _check_subnet(backend, number)
    concurrency = fields.get("StepConcurrencyLevel", 1)
    check_concurrency(concurrency)
    check_steps(fields.get("Steps", []), concurrency, active=0)


def check_concurrency(level: int) -> None:
    """Check a step concurrency level (Amazon EMR API Reference, ModifyCluster)."""
    if not 1 <= level <= MAX_CONCURRENCY:
        raise ValidationException(f"Invalid step concurrency level. Allowed level is from 1 to {MAX_CONCURRENCY}")


def check_steps(steps: list[dict], concurrency: int, active: int) -> None:
    """Check steps to be queued beside `active` others (EMR Management Guide, "Running multiple steps in parallel").

    Raises:
        ValidationException: too many active steps, or an ActionOnFailure that the concurrency level forbids.
        InvalidRequestException: a step without a jar.
    """
    if active + len(steps) > MAX_ACTIVE_STEPS:
        raise ValidationException(
            "Maximum number of active steps(State = 'Running', 'Pending' or 'Cancel_Pending') "
            f"for cluster exceeded. The limit is {MAX_ACTIVE_STEPS}."
        )
    for step in steps:
        if not step.get("HadoopJarStep", {}).get("Jar"):
            raise InvalidRequestException("A step must name a jar.")
        if concurrency > 1 and step.get("ActionOnFailure") not in (None, "CONTINUE"):
            raise ValidationException(
                f"The ActionOnFailure setting {step['ActionOnFailure']} is not valid: "
                "with a step concurrency level greater than 1 only CONTINUE is allowed."
            )


def _check_release(region: str, fields: dict[str, Any]) -> str:
    label, ami = fields.get("ReleaseLabel"), fields.get("AmiVersion")
    if label and ami:
        raise ValidationException(
            f"Only one AMI version and release label may be specified. Provided AMI: {ami}, release label: {label}."
        )
    if ami:
        raise ValidationException(f"AMI version {ami} is not supported.")
    if not label:
        raise ValidationException(
            "Must specify exactly one of the following: release label, AMI version, or Hadoop version."
        )
    if label not in releases.labels(region):
        raise ValidationException(f"The supplied release label is invalid: {label}.")
    return label


def _check_roles(account: str, fields: dict[str, Any]) -> None:
    if not fields.get("ServiceRole"):
        raise ValidationException("ServiceRole is required for creating cluster.")
    name = fields.get("JobFlowRole")
    if not name:
        raise ValidationException("InstanceProfile is required for creating cluster.")
    try:
        profile = iam_backends[account]["aws"].get_instance_profile(name.rpartition("/")[2])
    except NotFoundException:
        profile = None
    if profile is None or not profile.roles:
        raise ValidationException(f"Invalid InstanceProfile: {name}.")
    if [role.name for role in profile.roles] != [profile.name]:
        # The Management Guide of 2022 ("Service role for cluster EC2 instances") has it that EMR refuses such a
        # profile; public modules make them by default, and clusters start with them.
        log.warning("the instance profile %s is not named as its role", name)


def _check_subnet(backend: "EmrBackend", number: str) -> None:
    try:
        backend.ec2_backend.get_subnet(number)
    except EC2ClientError:
        raise ValidationException("The supplied ec2SubnetId is not valid.") from None
