"""What a run of more photographs takes: predictions against what was measured, and worked examples."""

import json

import pytest

from fruits import decomposition, hung, tasks
from orchard.base.config import Settings
from orchard.base.places import ROOT
from orchard.cost import estimate, growth, prices
from orchard.photographs import packed

POINTS = json.loads((ROOT / "benchmarks" / "measured.json").read_text())["growth"]
IRELAND = prices.rates("eu-west-1")


@pytest.mark.parametrize("point", POINTS, ids=lambda point: point["command"].partition(" ")[2])
def test_the_predictions_are_near_the_measured_points(point):
    shards, files = point["shards"], point["files"]
    found = {
        "driver": (growth.driver(shards, files) / 1e6, point.get("jvm_mb", 0) + point.get("python_mb", 0)),
        "shuffled": (growth.names_shuffled(point["photographs"]) / 1e6, point.get("shuffled_mb")),
        "opened": (growth.opened(shards, files, point.get("rejected", 0)), point.get("opened")),
    }
    known = {name: pair for name, pair in found.items() if pair[1]}
    assert known
    for name, (predicted, measured) in known.items():
        assert predicted == pytest.approx(measured, rel=0.15), name


def test_what_is_said_of_other_rooms_is_so():
    assert (growth.MOST_TASKS, growth.IMAGES_PER_TASK) == (tasks.MOST_TASKS, tasks.IMAGES_PER_TASK)
    assert (growth.SHARD, growth.FAN_IN) == (packed.SHARD, decomposition.FAN_IN)
    assert growth.PATIENCE == hung.PATIENCE


def test_a_hundred_million_photographs_fit_the_driver():
    told = growth.predict(100_000_000, Settings(instance_type="m5.4xlarge", core_count=50), IRELAND)
    assert told.driver < 2e9
    rates = [estimate.measured()[job]["images_per_second_per_core"] for job in ("features", "pca")]
    assert told.core_hours == pytest.approx(100_000_000 / 3600 * sum(1 / rate for rate in rates), rel=0.01)


def test_the_sums_of_a_pca_do_not_grow_with_the_photographs():
    """By hand: 64 tasks pass on 64 matrices to 8 tasks, and those theirs to the driver; 8 tasks none."""
    assert growth.pca_shuffled(64) == 64 * 8 * 1281 * 1280
    assert growth.pca_shuffled(8) == 0


def test_what_is_too_little_is_said_with_the_number_it_is_enough_for():
    settings = Settings()
    assert growth.warning(67_692, settings) == ""
    first, most = next(iter(growth.limits(settings).items()))
    assert f"{first} (enough for {most:,.0f})" in growth.warning(int(most) + 1, settings)
