"""The arithmetic of costs, against worked examples."""

import json

import pytest

from orchard.base.config import Settings
from orchard.base.instance_types import instance_types
from orchard.cost import estimate, parts, prices
from orchard.cost.money import Money, shown_in

IRELAND = prices.rates("eu-west-1")
NOWHERE = prices.rates("eu-north-1")


def settings(**values) -> Settings:
    return Settings(**values)


def test_three_m5_xlarge_in_ireland_for_an_hour():
    """By hand: EC2 3 x 0.214, EMR 3 x 0.048, gp3 3 x 96 GiB x 0.088 / 720 h; no NAT gateway, no requests."""
    hour = parts.per_hour([parts.Nodes("m5.xlarge", 3)], IRELAND, nat=False).over(1)
    assert hour.ec2 == pytest.approx(0.642)
    assert hour.emr == pytest.approx(0.144)
    assert hour.ebs == pytest.approx(0.0352)
    assert (hour.nat, hour.s3) == (0, 0)
    assert hour.total == pytest.approx(0.8212)


def test_a_private_network_brings_the_nat_gateway():
    with_nat = parts.per_hour([parts.Nodes("m5.xlarge", 3)], IRELAND, nat=True)
    assert with_nat.nat == 0.048
    assert with_nat.total == pytest.approx(0.8692)


def test_the_full_set(monkeypatch):
    """By hand, for two jobs on 2 core m5.xlarge: two executors of 4 vCPUs, each half of a measured core.

    Features 67,692 / (123.5 x 4) = 137.0 s, PCA 67,692 / (3489 x 4) = 4.9 s, two starts of 60 s: 261.9 s, which
    at 0.8212 USD an hour are 0.0597 USD. Requests: 67,756 GET and 67,887 HEAD at 0.00042 per 1,000, 195 PUT and
    262 LIST at 0.0053: 0.0594 USD.
    """
    monkeypatch.setattr(estimate, "JOBS", ("features", "pca"))
    chosen = settings(mode="full", region="eu-west-1", core_count=2)
    vcpus = estimate.working_vcpus(chosen)
    assert vcpus == 8
    count = estimate.images(chosen)
    assert count == 67_692
    lasts = estimate.duration(chosen, count)
    assert lasts.jobs["features"] == pytest.approx(137.0, abs=0.05)
    assert lasts.jobs["pca"] == pytest.approx(4.9, abs=0.05)
    assert lasts.steps == pytest.approx(261.9, abs=0.1)
    assert lasts.total == pytest.approx(861.9, abs=0.1)
    asked = estimate.requests(count, lasts.steps, vcpus)
    assert asked == {"GET": 67_756, "HEAD": 67_887, "PUT": 195, "LIST": 262}
    hourly = parts.per_hour(parts.nodes_of(chosen), IRELAND, nat=False)
    run = estimate.run_cost(hourly, lasts.steps, asked, IRELAND)
    assert run.s3 == pytest.approx(0.0594, abs=1e-4)
    assert run.total == pytest.approx(0.0597 + 0.0594, abs=1e-4)


def test_every_family_has_one_processor():
    named = [family for kind in estimate.measured()["processors"] for family in kind["families"]]
    assert sorted(named) == sorted({name.partition(".")[0] for name in instance_types()})


def test_processors_are_compared_by_their_vcpus():
    """By hand: 0.7 = 9.12 / (6.47 x 1.6 + 9.12 - 6.47), milliseconds; half a core, or a whole one."""
    intel, older, newer = (
        estimate.duration(settings(instance_type=f"{kind}.xlarge"), 1000).jobs["features"]
        for kind in ("m5", "m6a", "m7a")
    )
    assert older == pytest.approx(intel / 0.7)
    assert newer == pytest.approx(intel / 2)
    assert pytest.approx(9.12 / (6.47 * 1.6 + 9.12 - 6.47), abs=0.005) == 0.7


def test_a_guessed_speed_is_called_one_and_stays_below_what_its_vectors_allow():
    """By hand: with 256 bits a cycle 0.7, with half of that 0.47; a vCPU of Graviton is a core."""
    for family, bound in (("c7g", 0.7), ("r6g", 9.12 / (6.47 * 1.6**2 + 9.12 - 6.47))):
        chosen = settings(instance_type=f"{family}.2xlarge")
        chip, bounds = estimate.processor(chosen), estimate.spread(chosen)
        assert "never measured" in chip.name
        assert chip.speed_of_vcpu == chip.speed < bound
        measured = estimate.spread(settings())
        assert bounds["least"] < measured["least"]
        assert bounds["most"] > measured["most"]


def test_the_spread_is_of_the_features():
    spread = estimate.measured()["features"]["spread"]
    quick, slow = (estimate.duration(settings(), 1000, spread[end]).jobs for end in ("most", "least"))
    assert slow["features"] / quick["features"] == pytest.approx(spread["most"] / spread["least"])
    assert slow["pca"] == quick["pca"], "of which there is no spread"


def test_a_forgotten_week():
    """By hand: idle it lives 10 min + 60 min, 0.8212 x 7/6; busy 8 h; without guards 168 h."""
    hourly = parts.per_hour([parts.Nodes("m5.xlarge", 3)], IRELAND, nat=False)
    week = estimate.forgotten(hourly, 168, idle_seconds=3600, lifetime_hours=8)
    assert week.idle == pytest.approx(0.958, abs=1e-3)
    assert week.busy == pytest.approx(6.57, abs=1e-2)
    assert week.unguarded == pytest.approx(137.96, abs=1e-2)
    assert week.idle <= 2, "in euros too, at any rate below two euros a dollar"


def test_the_guards_of_the_settings_that_are_shipped_keep_a_forgotten_week_under_two_euros():
    chosen = settings()
    hourly = parts.per_hour(parts.nodes_of(chosen), prices.rates(chosen.region), nat=True)
    assert estimate.forgotten(hourly, 168, chosen.idle_timeout, chosen.max_lifetime).idle <= 2


def test_an_hour_is_never_cut_below_what_it_is():
    hourly = parts.Parts(ec2=1)
    assert estimate.forgotten(hourly, 1, 3600, 8) == (1, 1, 1)
    assert estimate.forgotten(hourly, 168, 604_800, 2) == (2, 2, 168)


def test_managed_scaling_and_spot_nodes_count_at_their_most():
    scaled = parts.nodes_of(settings(core_count=2, managed_scaling_max=10))
    assert scaled == [parts.Nodes("m5.xlarge", 3), parts.Nodes("m5.xlarge", 8, "SPOT")]
    assert parts.nodes_of(settings(task_spot_count=4))[1] == parts.Nodes("m5.xlarge", 4, "SPOT")


def test_without_a_price_there_is_no_cost_at_all():
    assert parts.per_hour([parts.Nodes("m5.xlarge", 3)], NOWHERE, nat=False) is None
    assert parts.per_hour([parts.Nodes("m5a.2xlarge", 1)], IRELAND, nat=False) is None, "its EMR fee is not known"


def test_a_run_costs_at_least_a_minute():
    assert estimate.run_cost(parts.Parts(ec2=60), 1, {}, IRELAND).total == pytest.approx(1)


def test_mini_is_bounded_by_what_there_is():
    assert estimate.images(settings(mode="mini", max_images=100), counted=40) == 40
    assert estimate.images(settings(mode="mini", max_images=100)) == 100
    assert estimate.images(settings(mode="apples", split="Test")) == 2_134
    assert estimate.images(settings(mode="full"), counted=12) == 12


def test_fetched_prices_win_over_the_shipped_ones_price_by_price(tmp_path):
    file = tmp_path / "prices.json"
    found = {
        "date": "2026-11-20",
        "source": "AWS Price List API",
        "ec2": {"m5.xlarge": 0.2},
        "requests": {"PUT": 0.006},
    }
    prices.keep("eu-west-1", found, file)
    prices.keep("eu-north-1", {"date": "2026-11-21", "gp3": 0.08}, file)
    now = prices.rates("eu-west-1", file)
    assert now.ec2["m5.xlarge"] == 0.2
    assert now.ec2["m5.2xlarge"] == 0.428
    assert now.requests["PUT"] == 0.006
    assert now.requests["GET"] == 0.00042
    assert (now.date, now.gp3) == ("2026-11-20", 0.088)
    assert prices.rates("eu-north-1", file).gp3 == 0.08
    assert prices.rates("eu-west-3", file) == prices.rates("eu-west-3", tmp_path / "none")


def test_disks_are_as_large_as_terraform_makes_them():
    from orchard.base.places import ROOT

    module = ROOT / "terraform" / "modules" / "cluster"
    root = int((module / "cluster.tf").read_text().split("ebs_root_volume_size = ")[1].split()[0])
    data = int(
        (module / "variables.tf").read_text().split('variable "ebs_gib"')[1].split("default     = ")[1].split()[0]
    )
    assert root + data == parts.DISK_GIB


@pytest.mark.parametrize(
    ("usd", "text"),
    [(0, "0.00 USD"), (143.316, "143.32 USD"), (0.1, "0.10 USD"), (0.0302, "0.030 USD"), (0.00001, "<0.0001 USD")],
)
def test_amounts_are_said_with_what_matters(usd, text):
    assert Money("USD", 1, "").say(usd) == text


def test_euros_by_the_rate_in_the_settings():
    money = shown_in(settings(eur_rate=0.9, eur_rate_date="2026-11-20"))
    assert money.say(2) == "1.80 EUR"
    assert money.note == "0.9 EUR for a dollar, the rate of 2026-11-20 in the settings"
    assert shown_in(settings()).say(2) == "2.00 USD"


def test_the_tables_say_when_and_where_from():
    shipped, measured = json.loads(prices.SHIPPED.read_text()), estimate.measured()
    assert shipped["date"]
    assert shipped["source"]
    for job in ("features", "pca"):
        assert {"date", "machine", "how"} <= measured[job].keys()
