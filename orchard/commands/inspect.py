"""What happened, and whether all is well."""

from invoke import Context

from orchard.cli import command
from orchard.commands.sites import SITE_HELP, open_site


@command(
    help={
        "step": "features, pca, bootstrap, an id, a name or a run (default: what failed last); logs pca will do, too",
        "all": "print the whole of every log",
        "target": SITE_HELP["target"],
        "name": SITE_HELP["name"],
    },
)
def logs(_: Context, step: str = "", all: bool = False, target: str | None = None, name: str = "default") -> None:
    """Print why a step failed: the cause, a remedy, and the part of the logs that tells it."""
    from orchard import log_report

    log_report.show(open_site(target, name), step or None, whole=all)
