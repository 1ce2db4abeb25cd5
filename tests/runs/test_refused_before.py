"""What is looked at before anything is submitted."""

from types import SimpleNamespace

import pytest

from orchard.aws import layout
from orchard.base import config
from orchard.base.errors import OrchardError, UsageError
from orchard.runs import submission


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"k": "1281", "mode": "full"}, "k is 1281, more than the 1280 features an image has"),
        ({"k": "101", "mode": "mini"}, "k is 101, more than the 100 images of the sample"),
    ],
)
def test_more_components_than_there_can_be(asked, said):
    with pytest.raises(UsageError, match=said):
        submission.check_k(config.load(**asked))


@pytest.mark.parametrize("asked", [{"k": "1280", "mode": "full"}, {"k": "100", "mode": "mini"}, {"k": "99.9%"}])
def test_as_many_components_as_there_can_be(asked):
    submission.check_k(config.load(**asked))


def test_more_components_than_photographs_of_ones_own():
    store = SimpleNamespace(uri=lambda key: f"s3://b/{key}", read_json=lambda key: {"photographs": 40})
    with pytest.raises(
        UsageError, match="k is 50, and there are only 40 photographs in s3://b/data/packed/Test/"
    ) as told:
        submission.check_count(store, config.load(split="Test"))
    assert told.value.remedy == "choose a k of at most 40: -k 40"
    submission.check_count(store, config.load(split="Test", k="40"))
    submission.check_count(store, config.load(split="Test", k="95%"))
    submission.check_count(SimpleNamespace(read_json=lambda key: None), config.load())


class Store:
    """A bucket that has the code and the weights already."""

    def keys(self, prefix):
        return [(prefix + name, 1) for name in ("features.py", submission.WEIGHTS)]

    def upload(self, files):
        self.uploaded = [key for _, key in files]


@pytest.mark.parametrize("content", [b"127.0.0.1 localhost", None])
def test_weights_that_are_named_are_looked_at_even_where_the_bucket_has_some(content, tmp_path):
    path = tmp_path / "weights.h5"
    if content:
        path.write_bytes(content)
    code = SimpleNamespace(code_hash="1", files=[])
    with pytest.raises(OrchardError, match=r"the weights .*weights\.h5 (are not a readable HDF5 file|cannot be read)"):
        submission.ship(Store(), code, config.load(weights=str(path)))


def test_good_weights_are_not_sent_twice(weights_file):
    store = Store()
    submission.ship(store, SimpleNamespace(code_hash="1", files=[]), config.load(weights=weights_file))
    assert store.uploaded == []


def test_k_reaches_both_steps_as_it_was_said():
    store = SimpleNamespace(uri=lambda key: f"s3://b/{key}")
    code, jobs = SimpleNamespace(code_hash="1"), list(layout.JOBS.values())
    told = submission.steps(store, code, config.load(k="99.99999%"), "r", jobs, layout.RAW, csv=False)
    for step in told:
        words = step["HadoopJarStep"]["Args"]
        assert words[words.index("--k") + 1] == "0.9999999"


@pytest.mark.parametrize("text", ["50", "1", "95%", "0.95", "99.99999%", "1e-3"])
def test_the_jobs_understand_k_as_the_settings_do(text):
    from fruits.components import count_or_share

    assert repr(count_or_share(text)) == repr(config.load(k=text).k)
