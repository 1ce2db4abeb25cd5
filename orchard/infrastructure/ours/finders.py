"""All kinds, by Terraform's type; and whether it is worth while to look for each."""

from orchard.aws import scheduler, tags
from orchard.aws.emr import Emr
from orchard.diagnosis.aws import NotFoundError
from orchard.infrastructure.ours import account, clusters, network
from orchard.infrastructure.ours.place import Finder, Place, Values, key_alias


def _if_there(look: Finder) -> Finder:
    def asked(place: Place, values: Values) -> str | None:
        try:
            return look(place, values)
        except NotFoundError:
            return None

    return asked


FINDERS = {kind: _if_there(look) for part in (account, network, clusters) for kind, look in part.FINDERS.items()}


def any_of_foundation(place: Place, bucket: str) -> bool:
    """Tell in a few requests whether anything of a foundation is there; the tag index, which is late, comes last.

    Raises:
        AwsError: AWS refuses to tell.
    """
    prefix = f"{place.project}-{place.target.region}-"
    named: list[tuple[str, Values]] = [
        ("aws_s3_bucket", {"bucket": bucket}),
        ("aws_kms_alias", {"name": key_alias(place.project)}),
        *(("aws_iam_role", {"name": prefix + role}) for role in ("emr-service", "emr-node", "end-of-life")),
    ]
    if any(FINDERS[kind](place, values) for kind, values in named):
        return True
    tagged = [{"Name": "tag:Project", "Values": [place.project]}]
    return bool(
        place.client("ec2").describe_security_groups(Filters=tagged)["SecurityGroups"]
        or next(tags.by_tag(place.client, place.project), None)
    )


def any_of_cluster(place: Place, name: str) -> bool:
    """Tell in a few requests whether a cluster of that name is there, or anything that lives with one.

    Raises:
        AwsError: AWS refuses to tell.
    """
    named: list[tuple[str, Values]] = [
        ("aws_scheduler_schedule", {"name": scheduler.name_of(name)}),
        ("aws_eip", {"tags": {"Name": f"{name}-nat"}}),
        ("aws_nat_gateway", {"tags": {"Name": name}}),
        ("aws_key_pair", {"key_name": name}),
    ]
    return bool(Emr(place.target).clusters(name)) or any(FINDERS[kind](place, values) for kind, values in named)
