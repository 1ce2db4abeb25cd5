import json

import pytest
from botocore.exceptions import ClientError

from tests.support.fidelity import models

from .conftest import Aws

ACCOUNT = "123456789012"


@models(
    "S3 keeps a bucket policy that denies requests without TLS; the local AWS does not enforce it",
    source='Amazon S3 User Guide, "Security best practices"',
)
def test_a_bucket_may_insist_on_tls(aws: Aws) -> None:
    bucket = aws.bucket()
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    aws.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    aws.put(bucket, "key", b"body")
    assert aws.read(bucket, "key") == b"body"
    del statement["Condition"]
    aws.s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    with pytest.raises(ClientError):
        aws.put(bucket, "key", b"denied to all")


@models(
    "Budgets change in place and are read back as they were given", source="AWS Budgets API Reference, UpdateBudget"
)
def test_budgets_change_in_place_and_can_be_read_back(aws: Aws) -> None:
    budgets = aws.client("budgets")
    budget = {
        "BudgetName": "monthly",
        "BudgetType": "COST",
        "TimeUnit": "MONTHLY",
        "BudgetLimit": {"Amount": "20", "Unit": "USD"},
    }
    notification = {"NotificationType": "ACTUAL", "ComparisonOperator": "GREATER_THAN", "Threshold": 80.0}
    me, you = ({"SubscriptionType": "EMAIL", "Address": f"{name}@example.com"} for name in ("me", "you"))
    budgets.create_budget(
        AccountId=ACCOUNT,
        Budget=budget,
        NotificationsWithSubscribers=[{"Notification": notification, "Subscribers": [me]}],
        ResourceTags=[{"Key": "Project", "Value": "orchard"}],
    )
    name = {"AccountId": ACCOUNT, "BudgetName": "monthly"}
    budgets.update_budget(AccountId=ACCOUNT, NewBudget=budget | {"BudgetLimit": {"Amount": "30", "Unit": "USD"}})
    assert budgets.describe_budget(**name)["Budget"]["BudgetLimit"]["Amount"] == "30"
    asked = name | {"Notification": notification}
    assert budgets.describe_subscribers_for_notification(**asked)["Subscribers"] == [me]
    budgets.create_subscriber(**asked, Subscriber=you)
    budgets.delete_subscriber(**asked, Subscriber=me)
    assert budgets.describe_subscribers_for_notification(**asked)["Subscribers"] == [you]
    budgets.update_notification(
        **name, OldNotification=notification, NewNotification=notification | {"Threshold": 90.0}
    )
    assert budgets.describe_notifications_for_budget(**name)["Notifications"][0]["Threshold"] == 90.0
    arn = f"arn:aws:budgets::{ACCOUNT}:budget/monthly"
    budgets.tag_resource(ResourceARN=arn, ResourceTags=[{"Key": "Owner", "Value": "me"}])
    budgets.untag_resource(ResourceARN=arn, ResourceTagKeys=["Project"])
    assert budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"] == [{"Key": "Owner", "Value": "me"}]
    with pytest.raises(budgets.exceptions.NotFoundException):
        budgets.update_budget(AccountId=ACCOUNT, NewBudget=budget | {"BudgetName": "none"})
    budgets.delete_budget(**name)


def test_rules_to_a_prefix_list_keep_their_description(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="to-s3", Description="x", VpcId=vpc)["GroupId"]
    named = [{"Name": "prefix-list-name", "Values": ["com.amazonaws.eu-west-3.s3"]}]
    (s3,) = ec2.describe_prefix_lists(Filters=named)["PrefixLists"]
    entry = {"PrefixListId": s3["PrefixListId"], "Description": "repositories"}
    permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "PrefixListIds": [entry]}
    rule = ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[permission])["SecurityGroupRules"][0]
    (found,) = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])[
        "SecurityGroupRules"
    ]
    assert (found["PrefixListId"], found["Description"]) == (entry["PrefixListId"], "repositories")


@models(
    "EC2 keeps the description of each rule of a security group", source="Amazon EC2 API Reference, SecurityGroupRule"
)
def test_rules_between_groups_keep_their_description(aws: Aws) -> None:
    ec2 = aws.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    one, two = (ec2.create_security_group(GroupName=f"g{n}", Description="x", VpcId=vpc)["GroupId"] for n in (1, 2))
    pair = [{"GroupId": two, "Description": "from the workspace"}]
    rule = ec2.authorize_security_group_ingress(
        GroupId=one,
        IpPermissions=[{"IpProtocol": "tcp", "FromPort": 18888, "ToPort": 18888, "UserIdGroupPairs": pair}],
    )["SecurityGroupRules"][0]
    found = ec2.describe_security_group_rules(SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])
    assert found["SecurityGroupRules"][0]["Description"] == "from the workspace"
    revoke = {"GroupId": one, "SecurityGroupRuleIds": [rule["SecurityGroupRuleId"]]}
    ec2.revoke_security_group_ingress(**revoke)
    with pytest.raises(ClientError, match=r"InvalidSecurityGroupRuleId\.NotFound"):
        ec2.revoke_security_group_ingress(**revoke)


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("ec2", "describe_fast_snapshot_restores"),
        ("wellarchitected", "list_workloads"),
    ],
)
def test_what_is_not_there_is_refused_at_once(aws: Aws, service: str, operation: str) -> None:
    client = aws.client(service, retries={"mode": "standard", "total_max_attempts": 3})
    with pytest.raises(ClientError) as caught:
        getattr(client, operation)()
    told = caught.value.response["ResponseMetadata"]
    assert (told["HTTPStatusCode"], told["RetryAttempts"]) == (400, 0)


@models("IAM has AWS's managed policies for EMR", source="AWS Managed Policy Reference")
def test_the_managed_policies_of_aws_exist(aws: Aws) -> None:
    arn = "arn:aws:iam::aws:policy/service-role/AmazonEMRServicePolicy_v2"
    assert aws.client("iam").get_policy(PolicyArn=arn)["Policy"]["PolicyName"] == "AmazonEMRServicePolicy_v2"


@models(
    "EC2 answers a request with the same client token as before",
    source='Amazon EC2 API Reference, "Ensuring idempotency"',
)
def test_a_call_to_ec2_that_is_sent_again_is_answered_as_before(aws):
    ec2 = aws.client("ec2")
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = ec2.create_security_group(GroupName="again", Description="again", VpcId=vpc)["GroupId"]
    rule = {"GroupId": group, "IpProtocol": "tcp", "FromPort": 1, "ToPort": 2, "CidrIp": "10.0.0.0/8"}

    def name(request, **_):
        request.headers["amz-sdk-invocation-id"] = "the-same"

    ec2.meta.events.register("before-send.ec2.AuthorizeSecurityGroupIngress", name)
    first = ec2.authorize_security_group_ingress(**rule)["SecurityGroupRules"]
    assert ec2.authorize_security_group_ingress(**rule)["SecurityGroupRules"] == first
    ec2.meta.events.unregister("before-send.ec2.AuthorizeSecurityGroupIngress", name)
    with pytest.raises(ClientError, match="Duplicate"):
        ec2.authorize_security_group_ingress(**rule)
    ec2.delete_security_group(GroupId=group)


@models(
    "Systems Manager knows managed nodes only: DescribeInstanceInformation leaves out an instance whose agent has not "
    "reported, StartSession and SendCommand refuse it",
    source="Systems Manager API Reference, DescribeInstanceInformation, StartSession (TargetNotConnected), "
    "SendCommand (InvalidInstanceId)",
)
def test_an_instance_without_an_agent_is_no_managed_node(aws: Aws) -> None:
    cluster = aws.cluster(name="no-agent")
    instance = aws.emr.list_instances(ClusterId=cluster)["Instances"][0]["Ec2InstanceId"]
    ssm = aws.client("ssm")
    asked = [{"Key": "InstanceIds", "Values": [instance]}]
    assert ssm.describe_instance_information(Filters=asked)["InstanceInformationList"] == []
    with pytest.raises(ClientError, match="TargetNotConnected"):
        ssm.start_session(Target=instance)
    with pytest.raises(ClientError, match="InvalidInstanceId"):
        ssm.send_command(InstanceIds=[instance], DocumentName="AWS-RunShellScript")
    aws.emr.terminate_job_flows(JobFlowIds=[cluster])
