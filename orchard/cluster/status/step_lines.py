"""The steps of a cluster in its status: which of them, and each in a line or two."""

from datetime import datetime

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from orchard.aws.emr import OPEN
from orchard.base import durations
from orchard.base.language import tr
from orchard.base.progress import in_words
from orchard.cluster.status.model import Progress, Step
from orchard.cluster.status.parts import LINE, clock, coloured

SHOWN_STEPS = 4  # the open ones are always shown
BAR = 10  # columns
NAME = 44  # columns: of a step's name with a run's usual name in it; a longer one has a line of its own
STATE = len("CANCEL_PENDING")
GAP = 2


def shown(steps: list[Step]) -> list[Step]:
    """Pick the open steps and the newest others, in the order in which they run."""
    closed = [step for step in steps if step.state not in OPEN]
    hidden = closed[max(0, SHOWN_STEPS - (len(steps) - len(closed))) :]
    return [step for step in reversed(steps) if step not in hidden]


def draw(steps: list[Step], now: datetime) -> RenderableType:
    """Draw a line a step, two where its name is long, and beneath a running one how far its job is."""
    widest = max((len(step.name) for step in steps if len(step.name) <= NAME), default=0)
    rows: list[RenderableType] = []
    for step in steps:
        state, time = coloured(step.state), _time(step, now)
        if len(step.name) > widest or widest + GAP + STATE + GAP + len(time) > LINE:
            rows += [Text(step.name, overflow="fold"), Padding(_columns(state, Text(time)), (0, 0, 0, GAP))]
        else:
            rows.append(_columns(Text(step.name.ljust(widest)), state, Text(time)))
        if step.state == "RUNNING" and step.progress and step.progress.total:
            rows.append(Padding(_bar(step.progress), (0, 0, 0, GAP)))
    return Group(*rows)


def _columns(*parts: Text) -> RenderableType:
    *before, state, time = parts
    state.pad_right(STATE - len(state))
    return Text(" " * GAP).join([*before, state, time])


def _time(step: Step, now: datetime) -> str:
    if not step.started:
        return ""
    if step.ended:
        return tr(f"{durations.say(step.ended - step.started)}, at {clock(step.ended, now)}")
    phase = step.progress.phase if step.progress else tr("starting") if step.run and step.state == "RUNNING" else ""
    since = tr(durations.say(now - step.started))
    return f"{since}, {tr(phase)}" if phase and phase != step.job else since


def _bar(progress: Progress) -> Text:
    share = progress.done / progress.total
    full = min(BAR, round(BAR * share))
    words = f" {tr(f'{share:.0%}')}  {in_words(progress.model_dump())}"
    return Text.assemble(("█" * full, "green"), ("░" * (BAR - full), "dim"), words)
