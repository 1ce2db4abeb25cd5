"""What is ours beside the network: bucket and key, roles and policies, topic, queue and budget."""

from orchard.aws import tags
from orchard.base.console import say
from orchard.diagnosis.aws import AwsError, NotFoundError
from orchard.infrastructure.ours.place import Finder, Place, Values, key_alias


def _bucket(place: Place, values: Values) -> str | None:
    """Find a bucket. It gets its tags by a second call: one without any and without content was cut off there."""
    s3, name = place.client("s3"), values["bucket"]
    try:
        s3.head_bucket(Bucket=name)
    except NotFoundError:
        return None
    except AwsError as error:
        if error.status == 403:  # somebody else's: Terraform says so
            return None
        raise
    try:
        return name if place.owns(s3.get_bucket_tagging(Bucket=name)["TagSet"]) else None
    except AwsError as error:
        if error.code != "NoSuchTagSet":
            raise
        return None if s3.list_objects_v2(Bucket=name, MaxKeys=1).get("Contents") else name


def _key(place: Place, _: Values) -> str | None:
    """Find the key, which has no name: the one that the alias means, or one with our tag that is in use.

    What it encrypts is lost with it. So one that somebody has scheduled for deletion while the alias still means it is
    kept (AWS KMS Developer Guide, "Deleting AWS KMS keys": until the end of the waiting period it can be).
    """
    kms = place.client("kms")
    meant = _alias_target(place, key_alias(place.project))
    tagged = [item.arn for item in tags.by_tag(place.client, place.project) if ":kms:" in item.arn]
    for resource_id in [*([meant] if meant else []), *tagged]:
        told = kms.describe_key(KeyId=resource_id)["KeyMetadata"]
        if resource_id == meant and told["KeyState"] == "PendingDeletion":
            kms.cancel_key_deletion(KeyId=resource_id)
            kms.enable_key(KeyId=resource_id)
            say(f"The key {resource_id}, which encrypts the data, was to be deleted: that is taken back.")
            return told["KeyId"]
        if told["KeyState"] in ("Enabled", "Disabled"):
            return told["KeyId"]
    return None


def _alias(place: Place, values: Values) -> str | None:
    return values["name"] if _alias_target(place, values["name"]) else None


def _alias_target(place: Place, name: str) -> str | None:
    pages = place.client("kms").get_paginator("list_aliases").paginate()
    return next((a.get("TargetKeyId") for page in pages for a in page["Aliases"] if a["AliasName"] == name), None)


def _role(place: Place, values: Values) -> str | None:
    told = place.client("iam").get_role(RoleName=values["name"])["Role"]
    return values["name"] if place.owns(told.get("Tags")) else None


def _policy(place: Place, values: Values) -> str | None:
    arn = f"arn:aws:iam::{place.target.account()}:policy/{values['name']}"
    return arn if place.owns(place.client("iam").get_policy(PolicyArn=arn)["Policy"].get("Tags")) else None


def _profile(place: Place, values: Values) -> str | None:
    told = place.client("iam").get_instance_profile(InstanceProfileName=values["name"])["InstanceProfile"]
    return values["name"] if place.owns(told.get("Tags")) else None


def _users(place: Place, values: Values) -> str | None:
    """Find a group of users: it has no tags, and a name that says project and region."""
    return place.client("iam").get_group(GroupName=values["name"])["Group"]["GroupName"]


def _topic(place: Place, values: Values) -> str | None:
    arn = f"arn:aws:sns:{place.target.region}:{place.target.account()}:{values['name']}"
    return arn if place.owns(place.client("sns").list_tags_for_resource(ResourceArn=arn)["Tags"]) else None


def _queue(place: Place, values: Values) -> str | None:
    sqs = place.client("sqs")
    url = sqs.get_queue_url(QueueName=values["name"])["QueueUrl"]
    return url if place.owns(sqs.list_queue_tags(QueueUrl=url).get("Tags", {})) else None


def _budget(place: Place, values: Values) -> str | None:
    account = place.target.account()
    place.client("budgets").describe_budget(AccountId=account, BudgetName=values["name"])
    return f"{account}:{values['name']}"


FINDERS: dict[str, Finder] = {
    "aws_s3_bucket": _bucket,
    "aws_kms_key": _key,
    "aws_kms_alias": _alias,
    "aws_iam_role": _role,
    "aws_iam_policy": _policy,
    "aws_iam_instance_profile": _profile,
    "aws_iam_group": _users,
    "aws_sns_topic": _topic,
    "aws_sqs_queue": _queue,
    "aws_budgets_budget": _budget,
}
