"""Results to look at."""

from invoke import Context

from orchard.base.errors import UsageError
from orchard.commands.task import command, say


@command(
    help={
        "run-name": "default: the newest complete run on this machine",
        "compare": "another run on this machine, to stand beside it",
        "png": "write the figures as PNG too, into a directory beside the page (takes a Chrome or Chromium)",
        "output": "the HTML file (default: data/emr_output/reports/RUN.html)",
        "open": "show it in the browser",
    },
)
def report(
    _: Context,
    run_name: str | None = None,
    compare: str | None = None,
    png: bool = False,
    output: str | None = None,
    open: bool = False,
) -> None:
    """Write a run on this machine (./inv results brings it) as one HTML page that needs no network."""
    from orchard.base import config
    from orchard.report import page, read
    from orchard.report import png as pictures

    run = read.load(run_name)
    if compare == run.name:
        raise UsageError(f"the run {run.name} would be compared with itself", "name another run: --compare NAME")
    other = read.load(compare) if compare else None
    path = page.write(run, other, config.load().dataset, page.path_for(run, output), say)
    print(path)
    if png:
        print(*pictures.write(path, path.with_suffix("")), sep="\n")
    if open:
        import webbrowser

        if not webbrowser.open(path.as_uri()):
            say("There is no browser to show it; open the file yourself.")
