"""What `cost` prints, before a run and after it."""

import io
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from rich.console import Console

from orchard.base.config import Settings
from orchard.base.errors import OrchardError
from orchard.base.language import tr
from orchard.cost import estimate, prices, view
from orchard.runs import bill
from orchard.runs.run_record import price
from orchard.runs.run_record_model import Cluster, Group, RunRecord, Step
from tests.support.french import english

TABLE = prices.table() | {"ec2": {"eu-west-1": {"c7g.xlarge": 1.0}}, "emr": {"c7g.xlarge": 1.0}}  # made up
START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def before(settings: Settings, count: int = 67_692, **more) -> str:
    console = Console(width=200, file=io.StringIO())
    view.before(settings, count, **({"counted": False, "free": False} | more), console=console)
    return console.file.getvalue()


def row(text: str, name: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"│ {name}"))
    return [cell.strip() for cell in line.strip("│").split("│")][1:]


def test_every_part_is_told_separately(monkeypatch):
    monkeypatch.setattr(estimate, "JOBS", ("features", "pca"))
    text = before(Settings(mode="full", region="eu-west-1", network="private"))
    assert row(text, "EC2")[0] == "0.64 USD"
    assert row(text, "EMR fee")[0] == "0.14 USD"
    assert row(text, "disks (EBS)")[0] == "0.035 USD"
    assert row(text, "NAT gateway")[0] == "0.048 USD"
    assert row(text, "S3 requests")[1] == "0.059 USD"
    assert row(text, "total")[0] == "0.87 USD"
    assert "67,692 photographs (as published)" in text
    assert "136,100 requests to S3" in text
    assert "4 min 18 s to 4 min 42 s, and 0.27 USD to 0.27 USD with the cluster's start" in text
    assert "a vCPU of m5.xlarge (Intel Xeon with AVX-512) does 50% of that" in " ".join(text.split())
    assert "Prices of 2026-09-01" in text
    assert "never measured on AWS" in text


def test_of_graviton_it_is_said_that_the_speed_is_a_guess(monkeypatch):
    """By hand: 67,692 photographs at 8 x 0.5 x 123.5 a second take 137.0 s; that / 1.6 or / 0.6, and 124.9 s."""
    monkeypatch.setattr(estimate, "JOBS", ("features", "pca"))
    monkeypatch.setattr(prices, "table", lambda: TABLE)
    text = " ".join(before(Settings(mode="full", region="eu-west-1", instance_type="c7g.xlarge")).split())
    assert "The speed of such nodes is a guess (no ARM processor was tried): 3 min 30 s to 5 min 53 s" in text
    assert "a vCPU of c7g.xlarge (AWS Graviton3, never measured) does 50% of that" in text


def test_without_a_price_for_graviton_aws_is_to_be_asked():
    with pytest.raises(OrchardError, match=r"no price for c7g\.xlarge in eu-west-1") as refused:
        before(Settings(region="eu-west-1", instance_type="c7g.xlarge"))
    assert "./inv cost --refresh" in refused.value.remedy


def test_a_job_that_was_never_measured_is_said_not_to_be_counted(monkeypatch):
    before_it = estimate.duration(Settings(), 67_692)
    monkeypatch.setattr(estimate, "JOBS", (*estimate.JOBS, "weather"))
    assert estimate.duration(Settings(), 67_692).steps == before_it.steps + 60, "only its start"
    assert "weather not counted (never measured)" in " ".join(before(Settings(mode="full")).split())


def test_forgetting_is_priced_with_guards_and_without():
    text = before(Settings(region="eu-west-1"), 100)
    assert row(text, "an hour") == ["0.82 USD", "0.82 USD", "0.82 USD"]
    assert row(text, "a day") == ["0.96 USD", "6.57 USD", "19.71 USD"]
    assert row(text, "a week") == ["0.96 USD", "6.57 USD", "137.96 USD"]
    assert "no cluster costs more than 6.57 USD unless you extend it" in text


def test_in_euros_by_the_settings():
    text = before(Settings(region="eu-west-1", eur_rate=0.9, eur_rate_date="2026-11-20"))
    assert row(text, "total")[0] == "0.74 EUR"
    assert "0.9 EUR for a dollar, the rate of 2026-11-20 in the settings." in " ".join(text.split())


def test_a_free_target_is_said_to_cost_nothing():
    assert before(Settings(), free=True).startswith("The local target costs nothing. On AWS, 3 x m5.xlarge")


def test_without_prices_it_says_how_to_get_them():
    with pytest.raises(OrchardError, match=r"no price for m5\.xlarge in eu-north-1") as caught:
        before(Settings(region="eu-north-1"))
    assert "./inv cost --refresh" in caught.value.remedy


def record(state: str = "COMPLETED") -> RunRecord:
    def step(job: str, first: int, last: int) -> Step:
        moments = {
            "created": START,
            "started": START + timedelta(minutes=first),
            "ended": START + timedelta(minutes=last),
        }
        return Step(id=f"s-{job}", name=f"r: {job}", job=job, state=state, **moments)

    groups = [("MASTER", 1), ("CORE", 2)]
    return RunRecord(
        run="r",
        target="aws",
        emulated=False,
        region="eu-west-1",
        submitted=START,
        mode="full",
        split="Training",
        csv=False,
        code="abc",
        cluster=Cluster(
            id="j-1",
            name="orchard-default",
            release_label="emr-7.13.0",
            notebook="studio",
            instance_groups=[Group(role=r, instance_type="m5.xlarge", count=n, market="ON_DEMAND") for r, n in groups],
            created=START,
        ),
        steps=[step("features", 0, 50), step("pca", 50, 60)],
    )


def after(record: RunRecord) -> str:
    console = Console(width=200, file=io.StringIO())
    bill.after(record, Settings(), console)
    return console.file.getvalue()


def test_a_runs_cost_is_told_from_its_timeline():
    """An hour of 3 x m5.xlarge in Ireland, 0.8212 USD, and requests for 67,692 photographs."""
    done = record()
    cost = price(done, prices.rates("eu-west-1"), 67_692)
    assert cost.hours == 1
    assert cost.parts["ec2"] == pytest.approx(0.642)
    assert cost.total - cost.parts["s3"] == pytest.approx(0.8212)
    text = after(done.model_copy(update={"cost": cost}))
    assert row(text, "EC2") == ["0.64 USD"]
    assert "1 h of cluster time: features 50 min (completed), pca 10 min (completed)" in text
    assert "Emulated" not in text


def test_an_emulated_run_is_said_to_have_cost_nothing():
    done = record().model_copy(update={"emulated": True})
    cost = price(done, prices.rates("eu-west-1"), 100)
    assert "Emulated, cost nothing; the same time on AWS would cost:" in after(done.model_copy(update={"cost": cost}))


def test_a_run_that_goes_on_has_no_cost_yet():
    with pytest.raises(OrchardError, match=r"has not ended \(features RUNNING, pca RUNNING\)"):
        after(record("RUNNING"))
    with pytest.raises(OrchardError, match="cannot be priced"):
        after(record())


def test_costs_are_told_in_french(monkeypatch):
    monkeypatch.setenv("ORCHARD_LANG", "fr")
    settings = Settings(network="private", task_spot_count=2, eur_rate=0.9, eur_rate_date="2026-09-01")
    text = before(settings) + before(settings, free=True, counted=True)
    assert english(text) == []
    assert row(text, "frais EMR")[0].endswith(" EUR")
    assert "3 x m5.xlarge dans eu-west-3" in before(Settings())
    done = record().model_copy(update={"emulated": True})
    bill = after(done.model_copy(update={"cost": price(done, prices.rates("eu-west-1"), 100)}))
    assert english(bill) == []
    assert "1 h de cluster : features 50 min (terminée), pca 10 min (terminée)." in bill
    assert english("\n".join(map(tr, view.statement(Settings(), SimpleNamespace(charges=True))))) == []
