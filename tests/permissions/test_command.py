"""`./inv permissions`: for people, as IAM's own JSON, as files."""

import json

import pytest
from invoke import Exit, MockContext

from orchard.base import config
from orchard.commands.permissions import permissions
from orchard.emulator import process
from orchard.permissions import published

ACCOUNT = "210987654321"


@pytest.fixture(autouse=True)
def _nothing_is_up(monkeypatch):
    monkeypatch.setattr(process, "find", lambda: None)
    monkeypatch.setattr(process, "start", lambda: pytest.fail("a local AWS was started"))


def test_people_read_each_statement_with_its_reason(capsys):
    permissions(MockContext(), part="foundation", account=ACCOUNT)
    out, err = capsys.readouterr()
    assert out.startswith("foundation: to make and change what clusters stand on")
    assert f"account {ACCOUNT}; 2 policies" in out
    assert (
        "MakeKey\n  kms: CreateKey\n  on *\n  if aws:RequestTag/Project StringEquals orchard\n  why: no resource" in out
    )
    assert "denies everything but iam: *; sts: *; budgets: *" in out
    assert [line for line in out.splitlines() if line != line.rstrip()] == []
    assert "whoever administers your account" in err


def test_all_parts_are_told_without_starting_anything(capsys):
    permissions(MockContext())
    out = capsys.readouterr().out
    assert [part for part in published.PARTS if f"\n{part}: to " not in f"\n{out}"] == []
    assert "account 123456789012; " in out  # the local AWS's


def test_one_document_is_printed_as_iam_takes_it(capsys):
    permissions(MockContext(), part="look", json=True, account=ACCOUNT)
    (document,) = published.documents(config.load(), ACCOUNT)["look"]
    assert json.loads(capsys.readouterr().out) == document


def test_several_are_printed_by_name(capsys):
    permissions(MockContext(), json=True, account=ACCOUNT)
    told = json.loads(capsys.readouterr().out)
    assert told == published.managed_policies(config.load(), ACCOUNT)
    assert list(told)[-1] == "deployer-orchard-eu-west-3-cleanup"


def test_files_are_written(tmp_path, capsys):
    permissions(MockContext(), part="cluster", write=str(tmp_path / "new"), account=ACCOUNT)
    files = sorted((tmp_path / "new").iterdir())
    assert capsys.readouterr().out.split() == [str(file) for file in files]
    told = {file.stem: json.loads(file.read_text()) for file in files}
    assert told == published.managed_policies(config.load(), ACCOUNT, ["cluster"])


@pytest.mark.parametrize(
    ("given", "cause", "remedy"),
    [
        ({"part": "lok"}, "the permissions have no part called 'lok'", "did you mean look?"),
        ({"account": "1234"}, "'1234' is no AWS account", "12 digits"),
        ({"write": "/dev/null/here"}, "/dev/null/here cannot be written to", "choose another folder"),
    ],
)
def test_mistakes(given, cause, remedy, capsys):
    with pytest.raises(Exit) as ended:
        permissions(MockContext(), **given)
    told = capsys.readouterr().err.splitlines()
    assert ended.value.code == 2
    assert told[0].startswith(f"error: {cause}")
    assert remedy in told[1]
