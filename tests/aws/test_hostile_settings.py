"""Settings that somebody else wrote, and variables that lie about: nothing of them leads elsewhere."""

from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest
from botocore.awsrequest import AWSResponse
from fake_s3 import FakeS3

from orchard.aws import bucket, target
from orchard.base import config
from orchard.base.config import Settings
from orchard.base.errors import UsageError
from orchard.emulator.credentials import Credentials
from orchard.emulator.process import LocalAws
from tests.support.cells import cell

SERVICES = (
    *("budgets", "cloudwatch", "ec2", "emr", "iam", "kms", "pricing", "resourcegroupstaggingapi", "s3", "scheduler"),
    *("service-quotas", "sns", "sqs", "ssm", "sts"),
)
ACCOUNT = "123456789012"


@pytest.fixture
def toml(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A file of settings, and no variables beside it."""
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ORCHARD_{name.upper()}", raising=False)
    monkeypatch.setitem(Settings.model_config, "toml_file", tmp_path / "orchard.toml")
    monkeypatch.setattr(target, "STATE", tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "orchard.toml"


@cell("redirect", area="user", at="`--target aws`", quick=True,
      fault="a hostile orchard.toml names endpoints, profiles, credentials, programs, other files",
      holds="it is refused, and the name at fault is said",
      case=("endpoint_url", "AWS_ENDPOINT_URL", "endpoints", "profile", "aws_profile", "credentials", "proxy", "home",
            "https_proxy", "ca_bundle", "terraform", "provider_mirror", "ORCHARD_TERRAFORM", "env", "role_arn",
            "toml_file", "shell", "command", "bootstrap", "plugins"))  # fmt: skip
def test_what_is_no_setting_is_refused(toml: Path, case: tuple[str, ...]) -> None:
    for name in case:
        for value in ('"http://evil.example"', '{ AWS_ENDPOINT_URL = "http://evil.example" }'):
            toml.write_text(f"{name} = {value}")
            with pytest.raises(UsageError, match="no setting called"):
                config.load(target="aws")


@cell("commands", area="user", at="`--target aws`", quick=True,
      fault="a hostile orchard.toml has commands, line breaks, paths and addresses in its values",
      holds="what becomes a name, an argument or an address takes none of them",
      case=("$(touch owned)", "`touch owned`", "x; touch owned", "a\nb", "../../x", "--flag", "x\" y", "${file(\"x\")}",
            "%{ if true }", "http://evil.example", "\x1b[31m", "\u202e"))  # fmt: skip
def test_values_are_names_and_nothing_else(toml: Path, case: tuple[str, ...]) -> None:
    texts = {name for name, field in Settings.model_fields.items() if field.annotation is str}
    files = {"archive"}  # is fetched, over HTTP or HTTPS, and unpacked as a stranger's
    free = {"target", "mode", "split", "weights", "dataset"}
    for name in sorted((texts - files) | {"target", "mode", "split", "access", "notebook", "network"}):
        for value in case:
            with pytest.raises(UsageError, match=" cannot be used: "):
                config.load(**{name: value})
    for value in ("file:///etc/passwd", "ftp://x/y", "/etc/passwd", "http://x/a b", "-o x"):
        with pytest.raises(UsageError):
            config.load(archive=value)
    assert not free & texts


@cell("dotenv", area="user", at="`--target aws`", quick=True,
      fault="a hostile checkout has a `.env` and directories of secrets beside orchard.toml",
      holds="they are not read")  # fmt: skip
def test_no_other_file_is_read(toml: Path) -> None:
    toml.write_text("")
    (toml.parent / ".env").write_text("ORCHARD_REGION=eu-north-1\nAWS_ENDPOINT_URL=http://evil.example\n")
    assert config.load().region == "eu-west-3"


@cell("aws", area="user", at="`--target aws`", quick=True,
      fault="a hostile orchard.toml changes all that a setting can be",
      holds="every client speaks to AWS over TLS, in the EU, with the environment as the user has it")  # fmt: skip
def test_clients_of_aws_speak_to_aws(toml: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    toml.write_text(
        'target = "aws"\nregion = "eu-north-1"\nbucket = "evil"\nstate_bucket = "evil"\nproject = "evil"\n'
        'archive = "http://evil.example/x.zip"\nweights = "http://evil.example/w"\ndataset = "/"\n'
    )
    place = target.connect(config.load())
    changed = {name: value for name, value in place.environment.items() if target.os.environ.get(name) != value}
    assert changed == {"AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-north-1"}
    for service in SERVICES:
        url = urlsplit(place.client(service).meta.endpoint_url)
        assert url.scheme == "https", service
        assert url.hostname.endswith(("amazonaws.com", "api.aws")), service


@cell("bucket", area="user", at="`upload-dataset`, `run`, `status`", quick=True,
      fault="a hostile orchard.toml names another account's bucket that is open to all, or one has the project's name",
      holds="refused before anything is sent there or read from there")  # fmt: skip
def test_another_accounts_bucket_is_refused(tmp_path: Path) -> None:
    s3 = FakeS3()
    client = s3.target(tmp_path).client("s3")
    asked: list[str] = []

    def foreign(request: object, **_: object) -> AWSResponse:
        asked.append(request.headers["x-amz-expected-bucket-owner"].decode())  # type: ignore[attr-defined]
        return AWSResponse(request.url, 403, {}, SimpleNamespace(stream=lambda: iter([b""])))  # type: ignore[attr-defined]

    place = SimpleNamespace(**vars(s3.target(tmp_path)) | {"client": lambda _: client, "account": lambda: ACCOUNT})
    bucket.data(Settings(bucket="mine"), place)
    client.meta.events.register("before-send.s3", foreign)
    for settings in (Settings(bucket="evil"), Settings()):
        with pytest.raises(UsageError, match="is not of this account"):
            bucket.data(settings, place)
    assert asked == [ACCOUNT] * 2
    s3.server.shutdown()


AWAY = "http://evil.example:1"
LIES = {
    "AWS_ENDPOINT_URL": AWAY,
    **{f"AWS_ENDPOINT_URL_{name}": AWAY for name in ("S3", "EMR", "STS", "EC2", "IAM", "KMS", "SQS", "SSM")},
    "AWS_PROFILE": "company",
    "AWS_DEFAULT_PROFILE": "company",
    "AWS_ACCESS_KEY_ID": "AKIAOFTHECOMPANY",
    "AWS_SECRET_ACCESS_KEY": "of-the-company",
    "AWS_SESSION_TOKEN": "of-the-company",
    "AWS_ROLE_ARN": "arn:aws:iam::111122223333:role/admin",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/etc/hostname",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": AWAY,
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/x",
    "AWS_EC2_METADATA_DISABLED": "false",
    "AWS_EC2_METADATA_SERVICE_ENDPOINT": AWAY,
    "AWS_USE_FIPS_ENDPOINT": "true",
    "AWS_USE_DUALSTACK_ENDPOINT": "true",
    "AWS_S3_US_EAST_1_REGIONAL_ENDPOINT": "regional",
    "AWS_CA_BUNDLE": "/nowhere.pem",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_REGION": "us-east-1",
    **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"), AWAY),
}


@cell("environment", area="user", at="`--target local`", quick=True,
      fault="endpoints, profiles, keys, roles, proxies, metadata services and configuration files in the environment",
      holds="clients and Terraform speak to this machine, with the local AWS's own key")  # fmt: skip
def test_the_local_target_reaches_this_machine_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    profile = "[profile company]\nendpoint_url = {0}\nregion = us-east-1\nservices = x\n[services x]\ns3 =\n"
    (tmp_path / "config").write_text(f"{profile}  endpoint_url = {{0}}\n[default]\nendpoint_url = {{0}}\n".format(AWAY))
    for name, value in LIES.items():
        monkeypatch.setenv(name, value)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "BOTO_CONFIG"):
        monkeypatch.setenv(name, str(tmp_path / "config"))
    home = tmp_path / "life"
    home.mkdir()
    own = Credentials.make()
    own.write(home)
    place = target._local("eu-west-3", LocalAws(instance="one", pid=1, port=4711, home=home))
    for service in SERVICES:
        client = place.client(service)
        assert client.meta.endpoint_url == "http://127.0.0.1:4711", service
        assert client.meta.region_name == "eu-west-3", service
        assert client._endpoint.http_session._proxy_config.proxy_url_for(client.meta.endpoint_url) is None, service
        assert client._request_signer._credentials.access_key == own.key_id, service
    given = place.environment
    assert {name for name in given if name.startswith("AWS_")} == {
        *("AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"),
        *("AWS_EC2_METADATA_DISABLED", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"),
    }
    assert given["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4711"
    assert not {"of-the-company", "AKIAOFTHECOMPANY"} & set(given.values())
    assert "BOTO_CONFIG" not in given
    for name in ("NO_PROXY", "no_proxy"):
        assert "127.0.0.1" in given[name].split(",")
