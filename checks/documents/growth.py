"""The block that says how runs grow: what they should take as photographs become more, and what ends first."""

from checks.documents.markdown import table
from orchard.base.config import Settings
from orchard.cost import growth, prices

CLUSTERS = (("eu-west-3", "m5.xlarge", 2), ("eu-west-3", "m5.4xlarge", 50))
HEAD = (
    *("photographs", "cluster", "core-hours", "hours", "requests to S3", "names shuffled", "PCA's sums", "driver"),
    *("requests, USD", "all, USD"),
)


def predicted() -> str:
    """Return the predictions for full runs of packed photographs, and what is too little first.

    Raises:
        LookupError: a cluster has no price.
    """
    rows, ends = [], []
    for region, kind, core in CLUSTERS:
        settings = Settings.model_construct(region=region, instance_type=kind, core_count=core, mode="full")
        cluster = f"{1 + core} x {kind}"
        rows += [_row(cluster, growth.predict(count, settings, _rates(region))) for count in growth.COUNTS]
        least = [f"{what} ({most / 1e6:,.0f} million)" for what, most in growth.limits(settings).items()]
        ends.append(f"On {cluster}, what ends first: {', then '.join(least)}.")
    return "\n\n".join([table(HEAD, rows), *ends])


def _row(cluster: str, told: growth.Growth) -> tuple[str, ...]:
    if told.cost is None:
        raise LookupError(f"no price for {cluster}")
    return (
        f"{told.photographs:,}",
        cluster,
        f"{told.core_hours:,.1f}",
        f"{told.hours:,.1f}",
        f"{sum(told.requests.values()):,}",
        f"{told.names_shuffled / 1e9:,.2f} GB",
        f"{told.pca_shuffled / 1e9:,.2f} GB",
        f"{told.driver / 1e9:.2f} GB",
        f"{told.cost.s3:,.2f}",
        f"{told.cost.total:,.2f}",
    )


def _rates(region: str) -> prices.Rates:
    return prices.rates(region, refreshed=None)
