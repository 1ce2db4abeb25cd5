"""The notebooks."""

from invoke import Context, Exit

from orchard.base.console import say
from orchard.base.language import headed, marked, tr
from orchard.commands.flags import RUN_HELP, SITE_HELP, open_site
from orchard.commands.task import command

OUTCOMES = {
    "written": marked("written"),
    "unchanged": marked("unchanged"),
    "kept": marked("kept as it is: it has changes of its own (--force replaces it)"),
}


@command(
    help=RUN_HELP
    | SITE_HELP
    | {
        "run-name": "the run that the notebooks save under and open (default: a new one, and the newest)",
        "user": "of JupyterHub, who finds a copy among the files",
        "force": "replace copies that have changes of their own",
        "local": "open JupyterLab on this machine, its PySpark kernel on the cluster's Livy",
        "no-browser": "with --local: do not open a browser",
    }
)
def notebooks(
    _: Context,
    mode: str | None = None,
    k: str | None = None,
    split: str | None = None,
    max_images: str | None = None,
    run_name: str | None = None,
    user: str = "jovyan",
    force: bool = False,
    local: bool = False,
    no_browser: bool = False,
    target: str | None = None,
    name: str = "default",
) -> None:
    """Fill in the notebooks for the cluster that is up, and put them where EMR Studio and JupyterHub find them."""
    from orchard.cluster.access import connect
    from orchard.machine import packages
    from orchard.notebooks import jupyter, rendering

    site = open_site(target, name, mode=mode, k=k, split=split, max_images=max_images)
    packages.require("notebooks")
    for copy in rendering.publish(site, run=run_name, user=user, force=force):
        say(headed(copy.location, tr(OUTCOMES[copy.outcome])))
    if not local:
        say(*rendering.steps_by_hand(site, user=user))
        if not site.target.reachable:
            say("This AWS is emulated and has no pages to open: ./inv notebooks --local shows the same notebooks here.")
        return
    livy = connect.livy(site)
    say(f"JupyterLab on {rendering.LOCAL}, its PySpark kernel on {livy}; Ctrl-C ends it.")
    if code := jupyter.lab(rendering.LOCAL, livy, browser=not no_browser, login=site.target.livy_login):
        raise Exit(code=code)
