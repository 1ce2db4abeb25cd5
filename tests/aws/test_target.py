import os
from pathlib import Path

import pytest
from botocore.stub import Stubber

from orchard.aws import target
from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.emulator.credentials import Credentials
from orchard.emulator.process import LocalAws


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> LocalAws:
    found = LocalAws(instance="one-life", pid=1, port=4711, home=tmp_path)
    Credentials.make().write(tmp_path)
    monkeypatch.setattr(target.process, "start", lambda: found)
    monkeypatch.setattr(target.process, "find", lambda: None)
    return found


def test_the_local_target_is_the_emulator_and_nobody_elses_credentials(
    running: LocalAws, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "company")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "secret")
    deployer = Credentials("AKIADEPLOYER", "of-the-deployer", running.credentials.token)
    monkeypatch.setattr(target.deployer, "credentials", lambda *_: deployer)
    local = target.connect(Settings(target="local", region="eu-central-1"))
    assert (local.name, local.region) == ("local", "eu-central-1")
    assert (local.charges, local.reachable, local.durable) == (False, False, False)
    assert local.instance_id == "one-life"
    assert local.terraform_variables == {"emulated": True, "region": "eu-central-1"}
    assert local.state_dir == running.home / "state" / "orchard" / "eu-central-1" / "terraform"
    assert local.state_dir.is_dir()
    assert local.environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4711"
    assert local.environment["AWS_REGION"] == "eu-central-1"
    assert "AWS_PROFILE" not in local.environment
    assert "AWS_SESSION_TOKEN" not in local.environment
    assert local.environment["PATH"] == os.environ["PATH"]
    s3 = local.client("s3")
    assert s3.meta.endpoint_url == "http://127.0.0.1:4711"
    assert s3.meta.region_name == "eu-central-1"
    assert local.environment["AWS_ACCESS_KEY_ID"] == deployer.key_id
    assert s3._request_signer._credentials.secret_key == deployer.secret
    assert local.livy_login == running.credentials.login
    for secret in (running.credentials.secret, deployer.secret, running.credentials.token, "secret"):
        assert secret not in repr(local)


def test_nothing_is_started_when_nothing_shall_be(running: LocalAws) -> None:
    assert target.connect(Settings(target="local"), start=False) is None
    assert target.connect(Settings(target="aws"), start=False) is not None


def test_the_real_target_is_botos_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "of-the-user")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    aws = target.connect(Settings(target="aws", region="eu-west-1"))
    assert aws.terraform_variables == {"emulated": False, "region": "eu-west-1"}
    others = (("eu-west-3", "orchard"), ("eu-west-1", "second"))
    places = {target.connect(Settings(target="aws", region=r, project=p)).state_dir for r, p in others}
    assert len(places | {aws.state_dir}) == 3, "a state is one project's in one region"
    assert aws.environment["AWS_ACCESS_KEY_ID"] == "of-the-user"
    emr = aws.client("emr")
    assert emr.meta.endpoint_url == "https://eu-west-1.elasticmapreduce.amazonaws.com" or "eu-west-1" in (
        emr.meta.endpoint_url
    )
    assert emr.meta.config.retries["mode"] == "adaptive"
    assert aws.stop() is False


def test_refused_credentials_have_a_remedy(running: LocalAws, monkeypatch: pytest.MonkeyPatch) -> None:
    local = target._local("eu-west-3", running)
    sts = local.client("sts")
    monkeypatch.setattr(target.Target, "client", lambda *_: sts)
    with Stubber(sts) as stub:
        stub.add_client_error("get_caller_identity", "ExpiredToken", "The security token has expired")
        with pytest.raises(OrchardError, match="have expired") as caught:
            local.account()
    assert "AWS_PROFILE" in caught.value.remedy
    with Stubber(sts) as stub:
        stub.add_response("get_caller_identity", {"Account": "123456789012"})
        assert local.account() == "123456789012"
