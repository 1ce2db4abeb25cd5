"""Blocks with figures: prices, what runs and forgotten clusters cost, known failures."""

import json
import re
from collections.abc import Callable
from datetime import date

from checks.documents.markdown import table
from orchard.base import durations
from orchard.base.config import EU_REGIONS, Settings
from orchard.base.places import ROOT
from orchard.cost import estimate, parts, prices
from orchard.diagnosis import failures

RELEASES = ROOT / "terraform" / "modules" / "cluster" / "release_support.json"
SCENARIOS = (
    ("eu-west-1", "m5.xlarge", 2),
    ("eu-west-3", "m5.xlarge", 2),
    ("eu-central-1", "m5.xlarge", 2),
    ("eu-west-3", "m5.2xlarge", 2),
    ("eu-west-3", "m5.4xlarge", 2),
    ("eu-west-3", "m5.2xlarge", 4),
)
_SECTION = re.compile(r"^# (.+?) -{5,}$|^id = \"([\w-]+)\"", re.M)


def cluster_costs() -> str:
    """Return what clusters cost by the hour, part by part, in the regions that the table knows."""
    rows = []
    for region, kind, core in SCENARIOS:
        hourly = _hourly(region, kind, core)
        amounts = (hourly.ec2, hourly.emr, hourly.ebs, hourly.total)
        rows.append((f"{1 + core} x {kind}", region, *(f"{amount:.3f}" for amount in amounts)))
    return f"{table(('cluster', 'region', 'EC2', 'EMR fee', 'disks', 'an hour, USD'), rows)}\n\n{_source()}"


def run_costs() -> str:
    """Return what a run of each mode should take and cost, on some clusters."""
    rows = []
    for region, kind, core in SCENARIOS[1:2] + SCENARIOS[3:]:
        hourly = _hourly(region, kind, core)
        for mode in ("mini", "apples", "full"):
            settings = _settings(region, kind, core, mode)
            vcpus, count = estimate.working_vcpus(settings), estimate.images(settings)
            lasts = estimate.duration(settings, count)
            cost = estimate.run_cost(hourly, lasts.total, estimate.requests(count, lasts.steps, vcpus), _rates(region))
            rows.append((f"{1 + core} x {kind}", mode, f"{count:,}", durations.say(lasts.steps), f"{cost.total:.2f}"))
    told = estimate.measured()
    head = ("cluster", "mode", "photographs", "the run takes about", "with the cluster's start, USD")
    return (
        f"{table(head, rows)}\n\nEstimated from {told['features']['images_per_second_per_core']:g} images a second a "
        f"core ({told['features']['machine']}, {told['features']['date']}); {told['assumptions']['why']}.{_uncounted()}"
    )


def full_cost() -> str:
    """Return what the full set costs with the settings as they come, in a sentence."""
    preset = Settings.model_construct()
    kind, core = preset.instance_type, preset.core_count
    hourly, settings = _hourly(preset.region, kind, core), _settings(preset.region, kind, core)
    vcpus, count = estimate.working_vcpus(settings), estimate.images(settings)
    lasts = estimate.duration(settings, count)
    cost = estimate.run_cost(hourly, lasts.total, estimate.requests(count, lasts.steps, vcpus), _rates(preset.region))
    week = estimate.forgotten(hourly, 24 * 7, preset.idle_timeout, preset.max_lifetime)
    return (
        f"As the settings come ({1 + core} x {kind} in {preset.region}), all {count:,} photographs should take about "
        f"{durations.say(lasts.total)}, the cluster's start included, and cost about {cost.total:.2f} USD, at "
        f"{hourly.total:.2f} USD an hour. Forgotten for a week, the idle cluster costs {week.idle:.2f} USD with its "
        f"guards, and would cost {week.unguarded:.0f} USD without. An estimate from this code's throughput on two "
        f"cores and prices of {_rates(preset.region).date}; never measured on AWS.{_uncounted()}"
    )


def forgotten_costs() -> str:
    """Return what a cluster costs that nobody takes down, with the guards and without."""
    preset = Settings.model_construct()
    region, kind, core = SCENARIOS[0]
    hourly = _hourly(region, kind, core)
    rows = []
    for name, hours in estimate.FORGOTTEN.items():
        cost = estimate.forgotten(hourly, hours, preset.idle_timeout, preset.max_lifetime)
        rows.append((name, *(f"{amount:.2f}" for amount in cost)))
    head = (
        "left alone for",
        f"idle: ends after {durations.say(preset.idle_timeout)}",
        f"busy for ever: ends after {preset.max_lifetime} h",
        "without guards",
    )
    return f"{1 + core} x {kind} in {region}, USD:\n\n{table(head, rows)}"


def prices_known() -> str:
    """Return the types that have a price, by region."""
    rows = []
    for region in EU_REGIONS:
        rates = _rates(region)
        known = [f"`{kind}`" for kind in rates.ec2 if kind in rates.emr]
        rows.append((region, ", ".join(known) or "none yet: `./inv cost --refresh --target aws` reads them"))
    return f"{table(('region', 'types with a price'), rows)}\n\n{_source()}"


def releases() -> str:
    """Return the EMR releases whose end of standard support is known."""
    known = json.loads(RELEASES.read_text())
    rows = [(f"`{label}`", date.fromisoformat(end).isoformat()) for label, end in known.items()]
    return table(("release label", "standard support until"), rows)


def failures_known(tell: Callable[[str], str] = str) -> str:
    """Return the known failures, what they mean and what helps, by sections of the tables.

    Args:
        tell: says a cause or a remedy in the page's language.
    """
    sections: dict[str, list[tuple[str, str]]] = {}
    for subject in failures.TABLES:
        every = [known for nodes in (False, True) for known in failures.table(subject, nodes=nodes)]
        for title, name in _SECTION.findall((failures.FOLDER / f"{subject}.toml").read_text()):
            if title:
                rows = sections[title] = []
            elif name != "job":  # the jobs bring their own words
                told = [(_words(tell(known.cause)), _words(tell(known.remedy))) for known in every if known.id == name]
                rows += dict.fromkeys(told)
    return "\n\n".join(f"### {title}\n\n{table(('cause', 'remedy'), rows)}" for title, rows in sections.items())


def _uncounted() -> str:
    return "".join(f" Without the step {job}: its speed was never measured." for job in estimate.unmeasured())


def _words(text: str) -> str:
    """Write a text with the names of its parts as placeholders, and commands as such."""
    flagged = re.sub(r"(?<=--)([\w-]+) \{(\w+)\}", lambda match: f"{match[1]} {match[2].upper()}", text)
    shown = re.sub(r"\{(\w+)\}", lambda match: f"*{match[1]}*", flagged)
    return re.sub(
        r"(?<![`\w])(\./inv [\w.-]+(?: --[\w-]+(?: (?:foundation|jupyterhub|aws|[A-Z]+\b))?)*)", r"`\1`", shown
    )


def _settings(region: str, kind: str, core: int, mode: str = "full") -> Settings:
    """Return the defaults with these; nothing of the user's own settings."""
    return Settings.model_construct(region=region, instance_type=kind, core_count=core, mode=mode)


def _hourly(region: str, kind: str, core: int) -> parts.Parts:
    found = parts.per_hour(parts.nodes_of(_settings(region, kind, core)), _rates(region), nat=False)
    if found is None:
        raise LookupError(f"no price for {kind} in {region}")
    return found


def _rates(region: str) -> prices.Rates:
    return prices.rates(region, refreshed=None)


def _source() -> str:
    rates = _rates(SCENARIOS[0][0])
    return f"Prices of {rates.date}: {rates.source}."
