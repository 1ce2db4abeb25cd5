"""A root of Terraform, planned and applied before the user's eyes."""

from collections.abc import Callable, Mapping
from typing import Any

from orchard.base import progress, waiting
from orchard.base.console import say
from orchard.base.language import headed, marked, tr
from orchard.diagnosis.terraform_events import Event
from orchard.infrastructure.terraform import Plan, Terraform

STEADY = ("apply_start", "apply_progress", "apply_complete")
REMARKABLE = ("diagnostic", "apply_errored", "interrupt")  # shown whole, among the rest that is only counted


def run(
    root: Terraform,
    variables: dict[str, Any],
    *,
    destroy: bool = False,
    agree: Callable[[Plan], None] = lambda saved: None,
    complete: Callable[[Plan], Plan] = lambda saved: saved,
) -> Plan:
    """Plan a root and do what the plan says, with Terraform's progress on the terminal.

    Args:
        root: the root.
        variables: of the root.
        destroy: remove everything in its state.
        agree: is shown the plan, and raises when it is not to be applied.
        complete: may make another plan of the first one (`orchard.infrastructure.adoption`).

    Returns:
        the plan, applied if it changed anything.

    Raises:
        OrchardError: Terraform's refusal; what was made is in the state.
    """
    doing = tr(f"{root.root}: destroy" if destroy else f"{root.root}: apply")
    say(f"{root.root}: planning ...")
    with waiting.shown(f"{root.root}: planning"):
        saved = complete(root.plan(variables, destroy=destroy))
    warned = [f"Warning: {warning}" for warning in saved.warnings]  # and Terraform says them again in its apply
    say(*warned)
    if not saved.changed:
        say(f"{root.root}: nothing to destroy" if destroy else f"{root.root}: nothing to apply")
        return saved
    say(headed(root.root, ", ".join(_counted(saved.counts))))
    agree(saved)
    done, total = 0, sum(saved.counts.values())
    with progress.Display(doing) as display:

        def tell(event: Event) -> None:
            nonlocal done
            done += event.kind == "apply_complete"
            if event.kind in REMARKABLE and event.message not in warned:
                display.remark(event.message)
            elif event.kind in STEADY:
                display.show(doing, tr(f"{done} of {total} done") + f"; {event.message}", done, total)

        root.report = tell
        root.apply(saved)
    return saved


def _counted(counts: Mapping[str, int]) -> list[str]:
    said = {"add": marked("{0} to add"), "change": marked("{0} to change"), "remove": marked("{0} to remove")}
    return [tr(said[what].format(count)) for what, count in counts.items() if count]
