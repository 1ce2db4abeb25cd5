"""What is ours beside the network, removed by name, ARN or id."""

from orchard.aws.bucket import Bucket
from orchard.aws.emr import Emr
from orchard.aws.target import Target
from orchard.base.console import say

KEY_DAYS = 7  # the shortest that KMS takes (KMS API Reference, ScheduleKeyDeletion), as in terraform/modules/bucket


def cluster(target: Target, resource_id: str) -> None:
    """End a cluster and wait until it is TERMINATED: until then its nodes cost, and its groups cannot be deleted."""
    emr = Emr(target)
    emr.api.terminate_job_flows(JobFlowIds=[resource_id])
    emr.until_gone(emr.cluster(resource_id).name, lambda _: None)


def security_configuration(target: Target, name: str) -> None:
    """Delete a security configuration of EMR's."""
    target.client("emr").delete_security_configuration(Name=name)


def studio(target: Target, resource_id: str) -> None:
    """Delete a Studio."""
    target.client("emr").delete_studio(StudioId=resource_id)


def schedule(target: Target, name: str) -> None:
    """Delete a schedule."""
    target.client("scheduler").delete_schedule(Name=name)


def alarm(target: Target, name: str) -> None:
    """Delete an alarm."""
    target.client("cloudwatch").delete_alarms(AlarmNames=[name])


def topic(target: Target, arn: str) -> None:
    """Delete a topic with its subscriptions."""
    target.client("sns").delete_topic(TopicArn=arn)


def queue(target: Target, name: str) -> None:
    """Delete a queue."""
    sqs = target.client("sqs")
    sqs.delete_queue(QueueUrl=sqs.get_queue_url(QueueName=name)["QueueUrl"])


def budget(target: Target, name: str) -> None:
    """Delete a budget."""
    target.client("budgets").delete_budget(AccountId=target.account(), BudgetName=name)


def profile(target: Target, name: str) -> None:
    """Delete an instance profile."""
    iam = target.client("iam")
    for role in iam.get_instance_profile(InstanceProfileName=name)["InstanceProfile"]["Roles"]:
        iam.remove_role_from_instance_profile(InstanceProfileName=name, RoleName=role["RoleName"])
    iam.delete_instance_profile(InstanceProfileName=name)


def role(target: Target, name: str) -> None:
    """Delete a role with its policies."""
    iam = target.client("iam")
    for attached in iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]:
        iam.detach_role_policy(RoleName=name, PolicyArn=attached["PolicyArn"])
    for policy_name in iam.list_role_policies(RoleName=name)["PolicyNames"]:
        iam.delete_role_policy(RoleName=name, PolicyName=policy_name)
    iam.delete_role(RoleName=name)


def users(target: Target, name: str) -> None:
    """Delete a group of IAM users; the users stay."""
    iam = target.client("iam")
    for attached in iam.list_attached_group_policies(GroupName=name)["AttachedPolicies"]:
        iam.detach_group_policy(GroupName=name, PolicyArn=attached["PolicyArn"])
    for user in iam.get_group(GroupName=name)["Users"]:
        iam.remove_user_from_group(GroupName=name, UserName=user["UserName"])
    iam.delete_group(GroupName=name)


def policy(target: Target, arn: str) -> None:
    """Delete a policy with its former versions."""
    iam = target.client("iam")
    for version in iam.list_policy_versions(PolicyArn=arn)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=arn, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=arn)


def bucket(target: Target, name: str) -> None:
    """Delete a bucket with all that is in it, in all versions."""
    store = Bucket(target, name)
    say(f"Deleting all that is in the bucket {name} ...")
    store.empty()
    store.s3.delete_bucket(Bucket=name)


def alias(target: Target, name: str) -> None:
    """Delete a key's alias; the key stays."""
    target.client("kms").delete_alias(AliasName=name)


def key(target: Target, resource_id: str) -> None:
    """Let KMS delete a key after its waiting period, in which it costs nothing and can be taken back."""
    target.client("kms").schedule_key_deletion(KeyId=resource_id, PendingWindowInDays=KEY_DAYS)
