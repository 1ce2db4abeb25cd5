"""What whoever acts with Orchard must be allowed."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from invoke import Context

from orchard.base.console import say
from orchard.base.errors import UsageError
from orchard.commands.flags import SITE_HELP
from orchard.commands.task import command

if TYPE_CHECKING:
    from orchard.base.config import Settings


@command(
    help={
        "part": "only foundation (what clusters stand on), cluster, run, look (reads only) or cleanup",
        "json": "IAM's own form: one policy alone, several as an object by name",
        "write": "a folder to write each policy to, as NAME.json",
        "account": "number of the AWS account (default: of the target)",
        "target": SITE_HELP["target"],
    }
)
def permissions(
    _: Context,
    part: str | None = None,
    json: bool = False,
    write: str | None = None,
    account: str | None = None,
    target: str | None = None,
) -> None:
    """Print the IAM policies that you need to act with Orchard, for whoever administers your account.

    They are for the project, region, bucket and keys in orchard.toml, and each part is for some of the tasks.
    """
    from orchard.base import config
    from orchard.base.nearest import suggest
    from orchard.permissions import published, view

    settings = config.load(target=target)
    if part is not None and part not in published.PARTS:
        raise UsageError(f"the permissions have no part called {part!r}", suggest(part, published.PARTS))
    wanted = [part] if part else list(published.PARTS)
    number = _account(settings, account)
    policies = published.managed_policies(settings, number, wanted)
    if write is not None:
        print(*view.write(policies, Path(write)), sep="\n")
    elif json:
        print(view.as_json(policies))
    else:
        view.show([published.part(name, settings, number) for name in wanted], number)
        say(view.ADVICE)


def _account(settings: "Settings", given: str | None) -> str:
    """Return the account that is meant, without starting a local AWS, which always has the same."""
    if given is not None:
        if not re.fullmatch(r"\d{12}", given):
            raise UsageError(f"{given!r} is no AWS account", "--account takes its number, 12 digits, without hyphens")
        return given
    from orchard.aws.target import connect
    from orchard.emulator.options import ACCOUNT

    found = connect(settings, start=False)
    return found.account() if found else ACCOUNT
