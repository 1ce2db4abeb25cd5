"""What happened, and whether all is well."""

from invoke import Context, Exit

from orchard.cli import command
from orchard.commands.sites import SITE_HELP, open_site


@command(
    help={
        "step": "features, pca, bootstrap, an id, a name or a run; default: the latest run. logs pca will do, too",
        "all": "print the whole of every log",
        "target": SITE_HELP["target"],
        "name": SITE_HELP["name"],
    },
)
def logs(_: Context, step: str = "", all: bool = False, target: str | None = None, name: str = "default") -> None:
    """Print why a step failed: the cause, a remedy, and the part of the logs that tells it."""
    from orchard import log_report

    log_report.show(open_site(target, name), step or None, whole=all)


@command(help={"target": SITE_HELP["target"], "json": "for scripts, as orchard/schemas/doctor.schema.json has it"})
def doctor(_: Context, target: str | None = None, json: bool = False) -> None:
    """Check this machine, the account and the settings: what, state, remedy. Exits 1 if something would stop `up`."""
    from orchard import config
    from orchard import target as targets
    from orchard.doctor import report, run
    from orchard.doctor.finding import Place

    settings = config.load(target=target)
    place = Place(settings, targets.connect(settings, start=False))
    if json:
        text, findings = report.as_json(place, run.examine(place))
        print(text)
    else:
        findings = report.show(run.examine(place))
        print(report.summary(findings))
    if any(found.state == "fail" for found in findings):
        raise Exit(code=1)
