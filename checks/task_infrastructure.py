"""Checks of the infrastructure's description; nothing here asks AWS."""

from invoke import Context, Exit

from orchard.base.console import say
from orchard.commands.task import command


@command
def policy(_: Context) -> None:
    """Scan the Terraform for insecure settings (checkov)."""
    from checks.policy import MOST_SKIPS, scan

    found = scan()
    for line in found.failed:
        say(f"failed   {line}")
    for line in found.skipped:
        say(f"skipped  {line}")
    say(f"{found.passed} checks passed, {len(found.failed)} failed, {len(found.skipped)} skipped with a reason.")
    if found.failed or len(found.skipped) > MOST_SKIPS:
        raise Exit(code=1)


@command
def formatting(_: Context) -> None:
    """Check that the Terraform is formatted."""
    from checks import terraform_tests

    files = terraform_tests.unformatted()
    for file in files:
        say(f"not formatted: terraform/{file} (terraform fmt -recursive terraform)")
    if files:
        raise Exit(code=1)


@command(pre=[formatting], help={"only": "one directory under terraform/, such as modules/bucket"})
def terraform(_: Context, only: str = "") -> None:
    """Run the tests of every module and root, without a network."""
    from checks import terraform_tests

    failed = False
    for outcome in terraform_tests.check([only] if only else None):
        last = outcome.text.strip().splitlines()[-1] if outcome.passed else f"failed\n{outcome.text}"
        say(f"{outcome.name:20} {last}")
        failed = failed or not outcome.passed
    if failed:
        raise Exit(code=1)


@command(help={"write": "bring them up to date"})
def readmes(_: Context, write: bool = False) -> None:
    """Check that the modules' READMEs list their variables and outputs as they are."""
    from checks import terraform_readmes

    changed = terraform_readmes.write() if write else terraform_readmes.stale()
    for file in changed:
        say(f"{'written' if write else 'stale'}: {file.relative_to(terraform_readmes.ROOT)}")
    if changed and not write:
        raise Exit(code=1)
