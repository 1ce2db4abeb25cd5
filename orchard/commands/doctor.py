"""Whether all is well, before anything is made."""

from invoke import Context, Exit

from orchard.commands.flags import SITE_HELP
from orchard.commands.task import command


@command(help={"target": SITE_HELP["target"], "json": "for scripts, as orchard/doctor/doctor.schema.json has it"})
def doctor(_: Context, target: str | None = None, json: bool = False) -> None:
    """Check this machine, the account and the settings: what, state, remedy. Exits 1 if something would stop `up`."""
    from orchard.aws.target import connect
    from orchard.base import config
    from orchard.doctor import report, run
    from orchard.doctor.finding import Setup

    settings = config.load(target=target)
    setup = Setup(settings, connect(settings, start=False))
    findings = dict(run.examine(setup)) if json else report.show(run.examine(setup))
    print(report.as_json(setup, findings) if json else report.summary(findings))
    if any(finding.state == "fail" for finding in findings.values()):
        raise Exit(code=1)
