"""The AWS CLI 1, as a user runs it in a shell with the exports."""

import gzip
import json

from attempts import BUCKET, ENDPOINT, NAMES, PLACE, attempt, call, contents, folder
from page import example


def emr(*words: str) -> dict:
    return json.loads(call("aws", "emr", "--endpoint-url", ENDPOINT, *words, "--output", "json") or "{}")


@attempt("the page's example")
def _() -> None:
    said = call("bash", "-euc", example("AWS CLI"))
    assert "apples\t" in said, said


@attempt("s3 sync there, again with nothing to do, and back")
def _() -> None:
    tree = folder(*NAMES)
    call("aws", "s3", "sync", tree, f"s3://{BUCKET}/synced/")
    assert call("aws", "s3", "sync", tree, f"s3://{BUCKET}/synced/").strip() == ""
    call("aws", "s3", "sync", f"s3://{BUCKET}/synced/", PLACE / "back")
    assert contents(PLACE / "back") == contents(tree)


@attempt("s3 cp in parts, get-object-attributes, mv")
def _() -> None:
    (PLACE / "large").write_bytes(bytes(12 << 20))
    call("aws", "s3", "cp", PLACE / "large", f"s3://{BUCKET}/large")
    parts = ("--object-attributes", "ObjectParts", "ObjectSize")
    told = json.loads(call("aws", "s3api", "get-object-attributes", "--bucket", BUCKET, "--key", "large", *parts))
    assert told["ObjectSize"] == 12 << 20
    call("aws", "s3", "mv", f"s3://{BUCKET}/large", f"s3://{BUCKET}/moved")


@attempt("emr create-cluster with groups, add-steps, wait, describe, terminate")
def _() -> None:
    groups = [f"InstanceGroupType={role},InstanceCount=1,InstanceType=m5.xlarge" for role in ("MASTER", "CORE")]
    roles = ("--service-role", "EMR_DefaultRole", "--ec2-attributes", "InstanceProfile=EMR_EC2_DefaultRole")
    kept = ("--log-uri", f"s3://{BUCKET}/logs/", "--tags", "a=b")
    words = ("--name", "cli", "--release-label", "emr-7.5.0", "--instance-groups", *groups, *roles, *kept)
    cluster = ("--cluster-id", emr("create-cluster", *words)["ClusterId"])
    step = "Type=CUSTOM_JAR,Jar=command-runner.jar,Name=hi,ActionOnFailure=CONTINUE,Args=[echo,hello]"
    (number,) = emr("add-steps", *cluster, "--steps", step)["StepIds"]
    step_of = (*cluster, "--step-id", number)
    while emr("describe-step", *step_of)["Step"]["Status"]["State"] in ("PENDING", "RUNNING"):
        pass  # the CLI's own waiter looks only every 30 s
    emr("wait", "step-complete", *step_of)
    log = f"s3://{BUCKET}/logs/{cluster[1]}/steps/{number}/stdout.gz"
    call("aws", "s3", "cp", log, PLACE)
    assert gzip.decompress((PLACE / "stdout.gz").read_bytes()) == b"hello\n"
    assert len(emr("list-instances", *cluster)["Instances"]) == 2
    assert emr("describe-cluster", *cluster)["Cluster"]["Tags"] == [{"Key": "a", "Value": "b"}]
    policy = ("--auto-termination-policy", "IdleTimeout=9999")
    emr("put-auto-termination-policy", *cluster, *policy)
    assert emr("get-auto-termination-policy", *cluster)["AutoTerminationPolicy"] == {"IdleTimeout": 9999}
    emr("terminate-clusters", cluster[0] + "s", cluster[1])


@attempt("emr create-cluster with instance fleets")
def _() -> None:
    fleets = [
        {"InstanceFleetType": role, "TargetOnDemandCapacity": 1, "InstanceTypeConfigs": [{"InstanceType": "m5.xlarge"}]}
        for role in ("MASTER", "CORE")
    ]
    roles = ("--service-role", "EMR_DefaultRole", "--ec2-attributes", "InstanceProfile=EMR_EC2_DefaultRole")
    words = ("--release-label", "emr-7.5.0", "--instance-fleets", json.dumps(fleets), *roles)
    cluster = ("--cluster-id", emr("create-cluster", *words)["ClusterId"])
    told = emr("describe-cluster", *cluster)["Cluster"]
    assert told["InstanceCollectionType"] == "INSTANCE_FLEET"
    emr("terminate-clusters", cluster[0] + "s", cluster[1])


@attempt("emr list-security-configurations, describe-release-label, list-notebook-executions")
def _() -> None:
    emr("list-security-configurations")
    assert emr("describe-release-label", "--release-label", "emr-7.5.0")["ReleaseLabel"] == "emr-7.5.0"
    emr("list-notebook-executions")


@attempt("emr describe-cluster of none", refusal="InvalidRequestException")
def _() -> None:
    emr("describe-cluster", "--cluster-id", "j-1ABCDEFGHIJKL")
