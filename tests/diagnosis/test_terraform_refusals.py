"""Bad input and a missing world, met by the real roots and the real provider: said in two lines, nothing changed."""

import http.server
import threading

import pytest

from orchard.diagnosis.terraform import TerraformError
from orchard.infrastructure import bootstrap
from orchard.infrastructure.terraform import Terraform
from orchard.machine import provider

ACCOUNT = {"account_id": "123456789012", "default_vpc": {"vpc_id": "vpc-1", "subnet_ids": ["subnet-1"]}}
NO_NETWORK = {"emulated": True, "offline": True}
STANDS_ON = {
    "project": "orchard",
    "region": "eu-west-3",
    "account_id": "123456789012",
    "bucket": "photographs",
    "logs_prefix": "logs/",
    "key_arn": "arn:aws:kms:eu-west-3:123456789012:key/1",
    "disk_key_arn": "arn:aws:kms:eu-west-3:123456789012:key/1",
    "vpc_id": "vpc-1",
    "subnet_ids": ["subnet-1"],
    "route_table_ids": [],
    "nat_subnet_id": None,
    "security_group_ids": {"primary": "sg-p", "core": "sg-c", "engine": "sg-e"},
    "emr_service_role_arn": "arn:aws:iam::123456789012:role/a",
    "instance_profile_arn": "arn:aws:iam::123456789012:instance-profile/b",
    "end_of_life_role_arn": "arn:aws:iam::123456789012:role/c",
    "alarm_topic_arn": "arn:aws:sns:eu-west-3:123456789012:d",
    "failed_ends_arn": "arn:aws:sqs:eu-west-3:123456789012:e",
}
CLUSTER = {"foundation": STANDS_ON, "bootstrap": bootstrap.variable()}

REFUSED = {
    "region": (
        "foundation",
        {"region": "eu-west-2"},
        'region = "eu-west-2" cannot be used: The region is not in the EU',
    ),
    "bucket": (
        "foundation",
        {"bucket": "My_Photographs"},
        'bucket = "My_Photographs" cannot be used: S3 refuses the bucket name',
    ),
    "other region": (
        "cluster",
        {"foundation": STANDS_ON | {"region": "eu-central-2"}},
        'region = "eu-central-2" cannot be used: The region is not in the EU',
    ),
    "instance type": (
        "cluster",
        {"instance_type": "t3.nano"},
        'instance_type = "t3.nano" cannot be used: EMR does not know the instance type',
    ),
    "idle timeout": (
        "cluster",
        {"idle_timeout": 59},
        "idle_timeout = 59 cannot be used: The idle timeout lies between 60 seconds and 7 days",
    ),
}


@pytest.fixture(scope="module")
def roots(tmp_path_factory):
    folder = tmp_path_factory.mktemp("state")
    made = {root: Terraform(root, folder, provider.offline()) for root in ("foundation", "cluster")}
    for terraform in made.values():
        terraform.init()
    return made


@pytest.mark.parametrize("case", REFUSED)
def test_bad_value(roots, case):
    root, wrong, cause = REFUSED[case]
    given = ACCOUNT if root == "foundation" else CLUSTER
    with pytest.raises(TerraformError) as caught:
        roots[root].plan(NO_NETWORK | given | wrong, refresh=False)
    assert caught.value.cause.startswith(cause)
    assert caught.value.remedy.startswith("change ")
    assert not (roots[root].state_dir / f"{root}.tfstate").exists()


class Refusing(http.server.BaseHTTPRequestHandler):
    """Every AWS endpoint, to credentials that it does not like."""

    code = ""

    def do_POST(self):
        error = f"<Error><Type>Sender</Type><Code>{self.code}</Code><Message>no</Message></Error>"
        body = f"<ErrorResponse>{error}</ErrorResponse>"
        self.send_response(403)
        self.send_header("Content-Type", "text/xml")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def aws():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def plan_on_aws(roots, environment):
    place = roots["foundation"]
    terraform = Terraform("foundation", place.state_dir, provider.offline() | environment)
    with pytest.raises(TerraformError) as caught:
        terraform.plan(ACCOUNT)
    return caught.value


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        ("ExpiredToken", "the AWS credentials have expired"),
        ("InvalidClientTokenId", "AWS does not accept the credentials (InvalidClientTokenId): no"),
    ],
)
def test_credentials_that_aws_refuses(roots, aws, code, cause):
    Refusing.code = code
    keys = {"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
    endpoint = {"AWS_ENDPOINT_URL": f"http://127.0.0.1:{aws.server_port}"}
    assert plan_on_aws(roots, keys | endpoint).cause == cause


def test_no_credentials(roots, tmp_path):
    nowhere = {"AWS_CONFIG_FILE": str(tmp_path / "none"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "none")}
    assert plan_on_aws(roots, nowhere).cause == "no AWS credentials were found"


def test_no_provider(tmp_path):
    """An empty mirror and no way to the registry."""
    (tmp_path / "empty").mkdir()
    configuration = tmp_path / "terraform.tfrc"
    configuration.write_text(
        f'provider_installation {{\n  filesystem_mirror {{\n    path = "{tmp_path / "empty"}"\n  }}\n}}\n'
    )
    environment = provider.offline() | {"TF_CLI_CONFIG_FILE": str(configuration)}
    terraform = Terraform("foundation", tmp_path / "state", environment)
    assert provider.settings(environment, tmp_path) == {}, "a configuration of the user's own is kept"
    with pytest.raises(TerraformError) as caught:
        terraform.init()
    assert caught.value.cause == "the AWS provider of Terraform cannot be reached"
    assert caught.value.remedy == "check the network, or name a mirror on this machine by ORCHARD_PROVIDER_MIRROR"
