"""Texts that Terraform and its AWS provider print, and what Orchard makes of them."""

import pytest

from orchard.diagnosis.terraform import translate
from orchard.diagnosis.terraform_events import Transcript

AGAIN = "call again, which goes on where this stopped; if it stays, ./inv --debug tf.plan --root cluster shows more"
TEXTS = {
    "a cluster that EMR refused": (
        "waiting for EMR Cluster (j-1P38LJGZQ23DK) to create: unexpected state 'TERMINATED_WITH_ERRORS', wanted target "
        "'RUNNING, WAITING'. last error: VALIDATION_ERROR: The requested instance type m5.xlarge is not supported in "
        "the requested availability zone.",
        "",
        "the availability zone of the subnet does not offer the instance type",
        "take another subnet (subnet_index) or another instance_type, then ./inv up",
    ),
    "a bootstrap action that failed": (
        "waiting for EMR Cluster (j-1) to create: unexpected state 'TERMINATING', wanted target 'RUNNING, WAITING'. "
        "last error: BOOTSTRAP_FAILURE: On the master instance (i-0c1), bootstrap action 1 returned a non-zero return "
        "code",
        "",
        "the bootstrap action 1 failed on a node, and EMR ended the cluster",
        "./inv logs shows what it said; then ./inv up",
    ),
    "a cluster that stays STARTING": (
        "waiting for EMR Cluster (j-1) create: timeout while waiting for state to become 'RUNNING, WAITING' (last "
        "state: 'STARTING', timeout: 1h15m0s)",
        "",
        "the cluster did not start, and EMR does not say why: mostly its nodes cannot reach what provisions them",
        './inv down, set egress = "all" in orchard.toml, which lets the nodes go anywhere, then ./inv up; ./inv logs '
        "--all has what they said",
    ),
    "a cluster that EMR has forgotten": (
        "reading EMR Managed Scaling Policy (j-2AXXXXXXGAPLF): operation error EMR: GetManagedScalingPolicy, https "
        "response error StatusCode: 400, RequestID: 1, api error InvalidRequestException: Cluster id 'j-2AXXXXXXGAPLF' "
        "is not valid.",
        "",
        "EMR has forgotten the cluster j-2AXXXXXXGAPLF, which ended two months ago or earlier, and Terraform's state "
        "has not",
        "./inv up or ./inv down takes it out of the state",
    ),
    "a name that another state has": (
        "creating IAM Role (orchard-eu-west-3-emr-node): operation error IAM: CreateRole, https response error "
        "StatusCode: 409, RequestID: 1, EntityAlreadyExists: Role with name orchard-eu-west-3-emr-node already exists.",
        "",
        "IAM Role (orchard-eu-west-3-emr-node) is there already, and this state does not know it",
        "call ./inv up again, which takes in what has this project's tag; what has not is somebody else's: set another "
        "project in orchard.toml",
    ),
    "no credentials": (
        "No valid credential sources found",
        "Please see https://registry.terraform.io/providers/hashicorp/aws\nfor more information about providing "
        "credentials.\n\nError: failed to refresh cached credentials, no EC2 IMDS role found",
        "no AWS credentials were found",
        "run aws configure (or aws sso login), or set AWS_PROFILE; ./inv doctor shows whose they are",
    ),
    "expired": (
        "Retrieving AWS account details: validating provider credentials",
        "retrieving caller identity from STS: operation error STS: GetCallerIdentity, https response error StatusCode: "
        "403, RequestID: 1, api error ExpiredToken: The security token included in the request is expired",
        "the AWS credentials have expired",
        "renew them (aws sso login, or aws configure), or choose others by AWS_PROFILE",
    ),
    "wrong key": (
        "Retrieving AWS account details: validating provider credentials",
        "retrieving caller identity from STS: operation error STS: GetCallerIdentity, https response error StatusCode: "
        "403, RequestID: 1, api error InvalidClientTokenId: The security token included in the request is invalid.",
        "AWS does not accept the credentials (InvalidClientTokenId): The security token included in the request is "
        "invalid.",
        "renew them (aws sso login, or aws configure), or choose others by AWS_PROFILE; ./inv doctor shows whose they "
        "are",
    ),
    "other account": (
        "AWS account ID not allowed: 210987654321",
        "",
        "the credentials belong to the account 210987654321, not to the one that the infrastructure is in",
        "choose the right credentials by AWS_PROFILE",
    ),
    "locked by S3": (
        "Error acquiring the state lock",
        "Error message: operation error S3: PutObject, RequestID: 4f1d-2, api error PreconditionFailed"
        "\nLock Info:\n  ID:        "
        "0b3f1f6a-3a0e-7b1c-0e8b-6d7c1a2f9b10\n  Path:      team-state/orchard/cluster.tfstate",
        "the state is locked: another command is changing the same infrastructure",
        "wait until it has ended; if it has crashed, ./inv tf.unlock --root cluster --lock-id "
        "0b3f1f6a-3a0e-7b1c-0e8b-6d7c1a2f9b10",
    ),
    "other provider": (
        "Failed to install provider",
        "Error while installing hashicorp/aws v5.100.0: the current package for hashicorp/aws 5.100.0 doesn't match "
        "any of the checksums previously recorded in the dependency lock file",
        "the AWS provider is not the one in .terraform.lock.hcl",
        "restore terraform/cluster/.terraform.lock.hcl from Git, and look at where the provider comes from",
    ),
    "no state bucket": (
        "Failed to get existing workspaces",
        'S3 bucket "team-state" does not exist.\n\nThe referenced S3 bucket must have been previously created.',
        "the bucket for the state does not exist: team-state",
        "create it, or correct state_bucket in orchard.toml",
    ),
    "name taken": (
        "creating S3 Bucket (photographs): operation error S3: CreateBucket, api error BucketAlreadyExists",
        "",
        "the bucket's name is taken: S3 names are shared by all accounts",
        "set another bucket in orchard.toml",
    ),
    "data in the bucket": (
        "deleting S3 Bucket (photographs): operation error S3: DeleteBucket, https response error StatusCode: 409, "
        "api error BucketNotEmpty: The bucket you tried to delete is not empty",
        "",
        "the bucket still holds objects, and they are not deleted unasked",
        "download what you need, then ./inv cleanup, which asks before it deletes data",
    ),
    "two private clusters": (
        "creating Route in Route Table (rtb-1) with destination (0.0.0.0/0)",
        "RouteAlreadyExists: The route identified by 0.0.0.0/0 already exists.",
        "another cluster already uses this private subnet",
        "give this one another: ORCHARD_SUBNET_INDEX=1",
    ),
    "no permission": (
        "creating EMR Cluster",
        "operation error EMR: RunJobFlow, api error AccessDeniedException: User: arn:aws:iam::123456789012:user/ana is "
        "not authorized to perform: elasticmapreduce:RunJobFlow on resource: *",
        "these credentials may not do RunJobFlow: User: arn:aws:iam::123456789012:user/ana is not authorized to "
        "perform: elasticmapreduce:RunJobFlow on resource: *",
        "ask for the permission named here (docs/security.md has all that Orchard needs), or choose other credentials "
        "by AWS_PROFILE",
    ),
    "emulator gone": (
        "reading S3 Bucket (photographs)",
        'Get "http://127.0.0.1:5555/photographs": dial tcp 127.0.0.1:5555: connect: connection refused',
        "nothing answers on 127.0.0.1:5555",
        "start the target again: ./inv up",
    ),
    "anything else": (
        "creating Budget (orchard-monthly)",
        "something\n  nobody foresaw",
        "module.guardrails.aws_budgets_budget.monthly[0]: creating Budget (orchard-monthly): something nobody foresaw",
        AGAIN,
    ),
    "a refusal that nobody foresaw": (
        "reading EMR Studio (es-1): operation error EMR: DescribeStudio, https response error StatusCode: 400, "
        "RequestID: 7d-1, api error InvalidRequestException: Studio does not exist.",
        "",
        "module.guardrails.aws_budgets_budget.monthly[0]: AWS refused DescribeStudio (InvalidRequestException): Studio "
        "does not exist.",
        AGAIN,
    ),
    "a policy of the bucket's that shuts everybody out": (
        "reading S3 Bucket (photographs) Policy: operation error S3: GetBucketPolicy, https response error StatusCode: "
        "403, RequestID: 1, HostID: x, api error AccessDenied: User: arn:aws:iam::123456789012:user/ana is not "
        "authorized to perform: s3:GetBucketPolicy on resource: arn:aws:s3:::photographs with an explicit deny in a "
        "resource-based policy",
        "",
        "the bucket's own policy forbids GetBucketPolicy",
        "./inv up --only foundation puts Orchard's policy back; where that is forbidden, too, the account's root user "
        "can: aws s3api delete-bucket-policy --bucket BUCKET",
    ),
    "something that went away meanwhile": (
        "Provider produced inconsistent result after apply",
        "When applying changes to module.bucket.aws_s3_bucket.data, provider produced an unexpected new value: Root "
        "object was present, but now absent.\n\nThis is a bug in the provider.",
        "something was changed or removed by somebody else while Terraform worked on it",
        "call again: ./inv up looks at what is there and goes on",
    ),
    "a provider that was killed": (
        "Plugin did not respond",
        "The plugin encountered an error, and failed to respond to the plugin.(*GRPCProvider).PlanResourceChange call.",
        "Terraform's AWS provider ended before its time: mostly this machine's memory is full",
        "free some memory, and call again: what was made is taken in",
    ),
}


@pytest.mark.parametrize("case", TEXTS)
def test_cause_and_remedy(case):
    summary, detail, cause, remedy = TEXTS[case]
    address = "module.guardrails.aws_budgets_budget.monthly[0]"
    said = Transcript(errors=[{"severity": "error", "summary": summary, "detail": detail, "address": address}])
    error = translate(said, 1, "cluster")
    assert (error.cause, error.remedy) == (cause, remedy)
    assert "\n" not in error.cause + error.remedy
    assert error.terraform_exit_code == 1
    assert summary in error.text


def test_a_crash_is_not_silent():
    said = Transcript()
    said.read("panic: runtime error: index out of range")
    error = translate(said, 11, "foundation")
    assert "11" in error.cause
    assert error.text == "panic: runtime error: index out of range"
