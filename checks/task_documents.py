"""Checks of the documentation."""

from invoke import Context, Exit
from invoke.loader import FilesystemLoader

from orchard.base.console import say
from orchard.commands.task import command


@command(help={"write": "make the tables of the pages, Terraform's prefixes and the schema of orchard.toml anew"})
def docs(_: Context, write: bool = False) -> None:
    """Check that what is made from the code is up to date, that commands exist and that links lead somewhere."""
    from checks import catalogue, settings_schema, terraform_prefixes
    from checks.documents import blocks, commands, pages
    from orchard.base.places import ROOT

    namespace = FilesystemLoader(start=str(ROOT)).load("tasks")[0].namespace
    makers = blocks.makers(namespace)
    stale = pages.stale(makers)
    for made in (terraform_prefixes, settings_schema, catalogue):
        if not made.FILE.exists() or made.FILE.read_text() != made.rendered():
            stale[made.FILE] = made.rendered()
    for page, text in stale.items():
        if write:
            page.write_text(text)
        say(f"{'written' if write else 'stale'}: {page.relative_to(ROOT)}")
    faults = commands.faults(namespace)
    for shown, why in faults:
        say(f"{shown.page.relative_to(ROOT)}: {shown.line}: {why}")
    broken = list(pages.broken_links())
    for link in broken:
        say(f"{link.page.relative_to(ROOT)}: the link {link.to} leads nowhere")
    if faults or broken or (stale and not write):
        raise Exit(code=1)


@command
def site(_: Context) -> None:
    """Build the site of docs/ into site/; a warning, a broken link or a page that no menu has ends it."""
    from checks.site.build import build

    say(f"built: {build()}")


@command(help={"photographs": "the directory above Training or Test (default: those that fetch-dataset unpacked)"})
def picture(_: Context, photographs: str = "") -> None:
    """Take the README's picture anew: a run over all photographs on the local AWS, from up to cleanup."""
    from pathlib import Path

    from checks.picture import take
    from orchard.photographs import dataset

    say(f"written: {take(Path(photographs).expanduser().resolve() if photographs else dataset.RAW)}")
