"""A run that only the bucket has."""

from types import SimpleNamespace

import pytest
from report_runs import write

from orchard.base.errors import UsageError
from orchard.diagnosis.aws import refusal
from orchard.report import bring, read
from orchard.runs import results, run_names, run_record

OLD, NEW = "20261121T200000-full", "20261122T200000-full"


class Store:
    """A bucket with complete runs."""

    name = "bucket"

    def __init__(self, *runs: str) -> None:
        self.runs = list(runs)

    def uri(self, key: str) -> str:
        return f"s3://bucket/{key}"

    def directories(self, _prefix: str) -> list[str]:
        return self.runs


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The results of this machine; what is fetched comes from a bucket that has whatever is asked for."""
    monkeypatch.setattr(run_names, "RESULTS", tmp_path)
    monkeypatch.setattr(results, "is_complete", lambda store, run: run in store.runs)
    monkeypatch.setattr(results, "download", lambda _, run: write(tmp_path, run))
    monkeypatch.setattr(run_record, "complete", lambda *_: None)
    return tmp_path


def at(store: Store):
    return lambda: SimpleNamespace(bucket=lambda: store, target=None)


def nowhere():
    raise AssertionError("nobody is to be asked")


def test_a_run_that_is_here_asks_nobody(here):
    write(here, OLD)
    assert bring.load(nowhere, OLD).name == OLD
    assert bring.load(nowhere, None).name == OLD


def test_a_run_that_only_the_bucket_has_is_fetched(here, capsys):
    write(here, OLD)
    assert bring.load(at(Store(OLD, NEW)), NEW).name == NEW
    assert f"The run {NEW} is not on this machine: fetching it from s3://bucket ..." in capsys.readouterr().err
    assert set(read.names(here)) == {OLD, NEW}


def test_the_newest_of_the_bucket_where_none_is_here(here):
    assert bring.load(at(Store(OLD, NEW)), None).name == NEW


@pytest.mark.parametrize(
    ("store", "name", "cause", "remedy"),
    [
        (Store(OLD), "20261121T200000-fool", "neither on this machine nor in s3://bucket/data/pca/", f"mean {OLD}?"),
        (Store(OLD, NEW), "zzz", "neither on this machine nor in", f"the latest is {NEW}"),
        (Store(), NEW, "neither on this machine nor in", "there are none yet: ./inv run"),
        (Store(), None, "there is no complete run on this machine", "./inv results fetches one"),
        (Store(), "a b", "the run name 'a b' cannot be used", "use letters"),
    ],
)
def test_a_run_that_is_nowhere(here, store, name, cause, remedy):
    with pytest.raises(UsageError) as caught:
        bring.load(at(store), name)
    assert cause in caught.value.cause
    assert remedy in caught.value.remedy


def test_without_a_bucket_what_is_lacking_here_is_told(here):
    def refused():
        raise refusal("ExpiredToken", "it has expired", 400, "HeadBucket")

    for find in (lambda: None, lambda: SimpleNamespace(bucket=refused)):
        with pytest.raises(UsageError, match=f"there is no run {NEW} on this machine") as caught:
            bring.load(find, NEW)
        assert f"./inv results --run-name {NEW}" in caught.value.remedy
