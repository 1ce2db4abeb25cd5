"""No secret leaves: neither by --debug, nor by what Orchard logs, nor by what Terraform keeps."""

import logging
import re

import pytest
from fake_s3 import FakeS3
from invoke.util import enable_logging

from orchard.aws.bucket import Bucket
from orchard.base.places import ROOT
from orchard.commands.task import command
from tests.support.cells import cell

# Resources and data of providers whose secrets a state would keep, in clear (Terraform, "Sensitive data in state").
KEEPING = re.compile(
    r'(?:resource|data|ephemeral)\s+"(?:random_password|tls_private_key|aws_iam_access_key|aws_iam_user_login_profile|'
    r'aws_secretsmanager_secret_version|aws_secretsmanager_random_password|aws_db_\w+|aws_kms_secrets|aws_ssm_parameter)"'
)


@cell("state", area="user", fault="somebody reads Terraform's state", at="at any time", quick=True,
      holds="it keeps no secret: nothing that the Terraform makes has one")  # fmt: skip
def test_no_resource_has_a_secret_that_a_state_would_keep() -> None:
    files = list((ROOT / "terraform").rglob("*.tf"))
    assert len(files) > 20
    assert [file for file in files if KEEPING.search(file.read_text())] == []


@cell("debug", area="user", fault="`./inv --debug` shows a traceback and Invoke's own notes", at="at any time",
      quick=True, holds="neither keys nor signatures are in it")  # fmt: skip
def test_debugging_shows_no_secret(tmp_path, caplog: pytest.LogCaptureFixture, capsys) -> None:
    before = logging.getLogger("invoke").level
    s3 = FakeS3()
    try:
        enable_logging()
        caplog.set_level(logging.getLogger().level)
        assert not logging.getLogger("botocore").isEnabledFor(logging.DEBUG)
        store = Bucket(s3.target(tmp_path), "bucket")
        store.write_text("key", "text")

        @command
        def fails(_: object) -> None:
            raise ValueError(store.read_text("key"), store, store.credentials)

        with pytest.raises(ValueError, match="text") as raised:
            fails.body(None)
    finally:
        logging.getLogger("invoke").setLevel(before)
        s3.server.shutdown()
    said = caplog.text + str(raised.value) + "".join(capsys.readouterr())
    assert "Signature" not in said
    assert "secret_key" not in said
