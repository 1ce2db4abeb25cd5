"""What the tasks share: the help of common flags, and the site that flags describe."""

from typing import TYPE_CHECKING

from orchard.base.errors import UsageError

if TYPE_CHECKING:
    from orchard.cluster.site import Confirm, Site

SITE_HELP = {
    "target": "local (an AWS emulated on this machine) or aws",
    "name": "of the cluster, where there are several",
    "yes": "do not ask",
}
RUN_HELP = {
    "mode": "mini (a sample spread over the classes), apples (the classes Apple*) or full",
    "k": "principal components: a number (50) or a share of the variance (95%)",
    "split": "Training or Test",
    "max-images": "the size of the mini sample",
    "max-error-rate": "the share of unreadable photographs from which a run fails, 0.01 of all unless set",
    "run-name": "a name instead of the time and the mode; an interrupted run of that name goes on where it stopped",
    "csv": "write the scores as CSV too",
    "weights": "a MobileNetV2 weights file (default: found or fetched)",
}


def find_site(target: str | None, name: str, *, start: bool = False, **flags: object) -> "Site | None":
    """Read the settings and connect to the target; None when nothing is up there (and is not to be started)."""
    from orchard.aws.target import connect
    from orchard.base import config
    from orchard.cluster.site import Site
    from orchard.infrastructure import roots

    roots.check_name(name)
    chosen = config.load(target=target, **flags)
    aws = connect(chosen, start=start)
    return Site(chosen, aws, name) if aws else None


def open_site(target: str | None, name: str, *, start: bool = False, **flags: object) -> "Site":
    """Like `find_site`, for tasks that need something to be up."""
    site = find_site(target, name, start=start, **flags)
    if site is None:
        raise UsageError("nothing is up", "start with ./inv up")
    return site


def nothing_up(so: str = "") -> list[str]:
    """Say that nothing is up, what follows from it, and which clusters may run elsewhere."""
    from orchard.base import config
    from orchard.infrastructure import other_regions

    return [f"Nothing is up{so}.", *(found.warning for found in other_regions.clusters(config.load().project, None))]


def answer(word: str, *, yes: bool) -> "Confirm":
    """Return what asks the user, or what says `word` without asking."""
    from orchard.base.console import ask

    return (lambda _: word) if yes else ask
