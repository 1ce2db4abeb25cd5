"""What carries the project's tag or name and is in none of Terraform's states: each with what to do about it."""

import re
from collections.abc import Iterable

from orchard.aws import existence, tags
from orchard.aws.emr import Emr
from orchard.aws.target import Target
from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.base.language import marked, tr
from orchard.infrastructure import state

# By what an ARN says it is of: how to remove it by hand. `{}` stands for the part of the ARN that names it.
_REMEDIES = (
    (r":ec2:.*:instance/(.+)", "aws ec2 terminate-instances --instance-ids {}"),
    (r":ec2:.*:volume/(.+)", "aws ec2 delete-volume --volume-id {}"),
    (r":ec2:.*:natgateway/(.+)", "aws ec2 delete-nat-gateway --nat-gateway-id {}"),
    (r":ec2:.*:elastic-ip/(.+)", "aws ec2 release-address --allocation-id {}"),
    (r":ec2:.*:security-group/(.+)", "aws ec2 delete-security-group --group-id {}"),
    (r":ec2:.*:network-interface/(.+)", "aws ec2 delete-network-interface --network-interface-id {}"),
    (r":ec2:.*:subnet/(.+)", "aws ec2 delete-subnet --subnet-id {}"),
    (r":ec2:.*:vpc/(.+)", "aws ec2 delete-vpc --vpc-id {}"),
    (r":ec2:.*:key-pair/(.+)", "aws ec2 delete-key-pair --key-pair-id {}"),
    (
        r":s3:::(.+)",
        marked("look into it first (aws s3 ls s3://{}/); aws s3 rb s3://{} --force deletes all that is in it"),
    ),
    (r":kms:.*:key/(.+)", "aws kms schedule-key-deletion --key-id {} (what it encrypts is lost then)"),
    (r":sns:.*:([^:]+)", "aws sns delete-topic --topic-arn <its ARN>"),
    (r":sqs:.*:([^:]+)", "aws sqs delete-queue --queue-url $(aws sqs get-queue-url --queue-name {} --output text)"),
    (r":cloudwatch:.*:alarm:(.+)", "aws cloudwatch delete-alarms --alarm-names {}"),
    (r":scheduler:.*:schedule/[^/]+/(.+)", "aws scheduler delete-schedule --name {}"),
    (r":iam:.*:role/(.+)", "aws iam delete-role --role-name {} (after its policies)"),
    (r":iam:.*:policy/(.+)", "aws iam delete-policy --policy-arn <its ARN>"),
    (r":iam:.*:instance-profile/(.+)", "aws iam delete-instance-profile --instance-profile-name {}"),
    (r":ec2:.*:vpc-endpoint/(.+)", "aws ec2 delete-vpc-endpoints --vpc-endpoint-ids {}"),
    (r"^endpoint (vpce-\w+)", marked("./inv down, or aws ec2 delete-vpc-endpoints --vpc-endpoint-ids {}")),
    (r"^cluster \S+ \(.*-([a-z0-9]+)\)", "./inv down --name {}"),
    (r"^cluster (j-\w+)", "aws emr terminate-clusters --cluster-ids {}"),
    (r"^Studio (es-\w+)", "aws emr delete-studio --studio-id {}"),
)


def unknown(
    tagged: Iterable[tags.Tagged], phrases: Iterable[str], clusters: Iterable[tuple[str, str]], known: set[str]
) -> list[str]:
    """Pick what no state knows, sorted, gone or not; what EMR makes for a cluster is none beside that.

    Args:
        tagged: what carries the project's tag.
        phrases: what has its name, as `orchard.aws.tags` says it.
        clusters: ids and names of those that are up.
        known: ids and ARNs in all states.
    """
    clusters = list(clusters)
    ours = {word for cluster in clusters if cluster[0] in known for word in cluster}
    up = {word for cluster in clusters for word in cluster}  # those that no state knows are among the phrases
    phrases = (phrase for phrase in phrases if not (ours and phrase.startswith("endpoint ")))  # EMR's, for a cluster
    items = {*phrases, *(item.arn for item in tagged if not item.belongs_to(up))}
    return sorted(item for item in items if not _is_known(item, known))


def remedy(item: str) -> str:
    """Say how to remove an orphan by hand."""
    for pattern, command in _REMEDIES:
        if match := re.search(pattern, item):
            return tr(command).replace("{}", match[1]).replace("<its ARN>", item)
    return tr("remove it in the AWS console")


def _is_known(item: str, known: set[str]) -> bool:
    if item in known:
        return True
    named = re.match(r"(?:cluster|Studio|endpoint) (\S+)", item)  # phrases name an id; ARNs may have one at their end
    words = {named[1]} if named else {item.rsplit(":", 1)[-1], re.split(r"[:/]", item)[-1]}
    return not known.isdisjoint(words)


def find(settings: Settings, target: Target) -> list[str]:
    """Search the whole project: what carries its tag or name, and is known to none of Terraform's states.

    Raises:
        OrchardError: a state cannot be read, or Terraform is at work.
        AwsError: AWS refuses one of the searches.
    """
    known, at_work = state.known(settings, target)
    if at_work:
        raise OrchardError(
            "Terraform is at work here, and what it makes just now is in no state yet",
            "call again when it has finished",
        )
    tagged, phrases = tags.by_tag(target.client, settings.project), tags.others(target.client, settings.project)
    found = unknown(tagged, phrases, ((cluster.id, cluster.name) for cluster in Emr(target).all()), known)
    return still_there(target.client, found)


def still_there(client: tags.Make, items: Iterable[str]) -> list[str]:
    """Leave out those of the tag index that are gone; raises AwsError where AWS refuses to tell."""
    items = list(items)
    arns = [item for item in items if item.startswith("arn:")]
    gone = set(arns).difference(existence.standing(client, arns))
    return [item for item in items if item not in gone]
