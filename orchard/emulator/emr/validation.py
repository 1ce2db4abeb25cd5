"""What EMR refuses before it starts anything, and moto 5.2.5 accepts.

A cluster that could never start on AWS must not start here: an instance profile that does not exist or is named
otherwise than its role, an unknown instance type, subnet or security configuration, a step that the concurrency level
forbids.
"""

from typing import TYPE_CHECKING, Any

from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instance_types import INSTANCE_TYPES
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends

from orchard.emulator.emr.errors import InvalidRequestException, ValidationException

if TYPE_CHECKING:
    from orchard.emulator.emr.backend import EmrBackend

MAX_ACTIVE_STEPS = 256  # EMR Management Guide, "Submit work to a cluster"
MAX_CONCURRENCY = 256


def check_cluster(backend: "EmrBackend", fields: dict[str, Any]) -> None:
    """Check RunJobFlow's members.

    Raises:
        ValidationException: something that the cluster refers to is not there.
        InvalidRequestException: a step without a jar.
    """
    instances = fields["Instances"]
    for group in instances.get("InstanceGroups", []):
        _check_instance_type(group["InstanceType"])
    for member in ("MasterInstanceType", "SlaveInstanceType"):
        if instances.get(member):
            _check_instance_type(instances[member])
    if instances.get("Ec2SubnetId"):
        _check_subnet(backend, instances["Ec2SubnetId"])
    name = fields.get("SecurityConfiguration")
    if name and name not in backend.security_configurations:
        raise ValidationException(f"Security configuration with name '{name}' does not exist.")
    if fields.get("JobFlowRole"):
        _check_profile(backend.account_id, fields["JobFlowRole"])
    check_concurrency(fields.get("StepConcurrencyLevel") or 1)
    check_steps(fields.get("Steps", []), fields.get("StepConcurrencyLevel") or 1, active=0)


def check_concurrency(level: int) -> None:
    """Check a step concurrency level (Amazon EMR API Reference, ModifyCluster)."""
    if not 1 <= level <= MAX_CONCURRENCY:
        raise ValidationException(f"The step concurrency level must be between 1 and {MAX_CONCURRENCY}.")


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


def _check_instance_type(name: str) -> None:
    if name not in INSTANCE_TYPES:
        raise ValidationException(f"Instance type '{name}' is not supported.")


def _check_subnet(backend: "EmrBackend", number: str) -> None:
    try:
        backend.ec2_backend.get_subnet(number)
    except EC2ClientError:
        raise ValidationException(f"The subnet ID '{number}' does not exist.") from None


def _check_profile(account: str, name: str) -> None:
    try:
        profile = iam_backends[account]["aws"].get_instance_profile(name.rpartition("/")[2])
    except NotFoundException:
        raise ValidationException(f"Invalid InstanceProfile: {name}.") from None
    # EMR Management Guide, "Service role for cluster EC2 instances": a profile of another name is invalid.
    if [role.name for role in profile.roles] != [profile.name]:
        raise ValidationException(f"Invalid InstanceProfile: {name}. It must have one role, of the same name.")
