"""Settings and target in, Terraform's variables out; and the settings that Terraform would refuse, refused before."""

import hashlib
import re
from typing import ClassVar

import pytest

from checks import terraform_readmes
from orchard.base import config
from orchard.base.errors import UsageError
from orchard.infrastructure import bootstrap, roots


class Somewhere:
    terraform_variables: ClassVar = {"emulated": True, "region": "eu-west-3"}
    durable = False
    state_dir = None

    def account(self):
        return "123456789012"


def declared(root):
    return {entry.name for entry in terraform_readmes.entries(terraform_readmes.DIRECTORY / root, "variable")}


def test_foundation_gets_only_variables_that_it_has():
    given = roots.foundation_variables(config.load(), Somewhere())
    assert set(given) <= declared("foundation")
    assert given["account_id"] == "123456789012"
    assert given["bucket"] is None
    assert given["force_destroy"] is False


def test_the_nodes_way_out_and_other_keys_are_the_foundations():
    key = "arn:aws:kms:eu-west-3:123456789012:key/mine"
    given = roots.foundation_variables(config.load(egress="all", disk_key=key, studio_key="none"), Somewhere())
    assert (given["egress"], given["disk_key_arn"], given["studio_key"]) == ("all", key, "none")
    assert roots.foundation_variables(config.load(), Somewhere())["disk_key_arn"] is None


def test_two_states_never_share_a_place():
    places = {
        roots.state_prefix(config.load(project=project, region=region))
        for project in ("orchard", "orchard-two")
        for region in ("eu-west-3", "eu-central-1")
    }
    assert len(places) == 4


@pytest.mark.parametrize("name", ["two-default", "", "Trial", "x" * 25])
def test_a_clusters_name_is_no_other_projects(name):
    with pytest.raises(UsageError, match="a cluster cannot be called") as caught:
        roots.open_root("cluster", config.load(), Somewhere(), workspace=name)
    assert "letters and digits" in caught.value.remedy


def test_cluster_gets_only_variables_that_it_has():
    given = roots.cluster_variables(config.load(core_count=3), Somewhere(), {"region": "eu-west-3"})
    assert set(given) <= declared("cluster")
    assert given["core_count"] == 3
    assert given["hub_persistence"] is True
    assert given["foundation"] == {"region": "eu-west-3"}


def test_foundation_output_is_what_the_cluster_takes():
    """Both are written by hand, in two roots."""
    taken = (terraform_readmes.DIRECTORY / "cluster" / "variables.tf").read_text().split("object({")[1].split("})")[0]
    made = (terraform_readmes.DIRECTORY / "foundation" / "outputs.tf").read_text().split("value = {")[1].split("}")[0]
    names = re.compile(r"^\s+(\w+)\s*=", re.M)
    assert names.findall(taken) == names.findall(made)


def test_bootstrap_is_named_by_its_content():
    given = bootstrap.variable()
    assert re.fullmatch(r"jobs/[0-9a-f]{16}/", given["prefix"])
    assert given["requirements_sha256"] == hashlib.sha256(bootstrap.LOCK.read_bytes()).hexdigest()


class Store:
    """A bucket that keeps what it is given."""

    def __init__(self):
        self.files = {}

    def keys(self, prefix):
        return [(key, 0) for key in self.files if key.startswith(prefix)]

    def upload(self, files):
        new = {key: path for path, key in files}
        self.files |= new
        return len(new)


def test_bootstrap_is_uploaded_once():
    store = Store()
    assert bootstrap.upload(store) == 3
    names = [key.removeprefix(bootstrap.prefix()) for key in store.files]
    assert names == ["bootstrap.sh", "jupyterhub.sh", "requirements.lock"]
    assert bootstrap.upload(store) == 0


@pytest.mark.parametrize(
    ("setting", "value", "why", "remedy"),
    [
        ("region", "eu-west-2", "personal data stays in the EU", "eu-west-3"),
        ("instance_type", "m5.xlarg", "EMR does not know it", "did you mean m5.xlarge"),
        ("idle_timeout", 59, "from 60 to 604,800", "correct --idle-timeout"),
        ("idle_timeout", 604_801, "from 60 to 604,800", "correct --idle-timeout"),
        ("bucket", "My_Photographs", "S3 takes 3 to 51 lower-case letters", "correct --bucket"),
        ("bucket", "xn--photographs", "S3 takes 3 to 51 lower-case letters", "correct --bucket"),
        ("vpc_cidr", "10.0.0.0/8", "its length from 16 to 22", "correct --vpc-cidr"),
        ("egress", "http", "it takes https or all", "https"),
        ("disk_key", "alias/mine", "the ARN of a key in the same region: arn:aws:kms:eu-west-3:", "--disk-key"),
        ("disk_key", "arn:aws:kms:eu-west-1:123456789012:key/1", "of a key in the same region", "--disk-key"),
        ("studio_key", "mine", "data or none, or the ARN of a key", "correct --studio-key"),
        ("studio_users", {"ana": "root"}, "basic, intermediate or advanced", "--studio-users"),
    ],
)
def test_refused_before_terraform_is_asked(setting, value, why, remedy):
    with pytest.raises(UsageError) as caught:
        config.load(**{setting: value})
    assert why in caught.value.cause
    assert remedy in caught.value.remedy
