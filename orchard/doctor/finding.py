"""What a check finds, and what it looks at."""

from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from orchard.aws.target import Target
from orchard.base.config import Settings

State = Literal["ok", "warn", "fail", "unknown"]


class Finding(NamedTuple):
    """The outcome of a check.

    Attributes:
        state: `ok`; `warn`: works, and should be looked at; `fail`: would stop `up` or `run`; `unknown`: it could not
            be found out.
        detail: what was found, one line.
        remedy: what to do; empty where there is nothing to do.
    """

    state: State
    detail: str
    remedy: str = ""


@dataclass
class Setup:
    """What the checks look at.

    Attributes:
        settings: in force.
        target: None when the settings name one that is not running; then there is no account to look into.
        clients: those of the target that were asked for.
    """

    settings: Settings
    target: Target | None
    clients: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # A check is to be over in seconds, whatever does not answer.
        self.target = self.target.impatient() if self.target else None

    @property
    def aws(self) -> Target:
        """The target, for checks of the account, which run with a target only."""
        assert self.target is not None  # noqa: S101 - see `run.checks`
        return self.target

    def client(self, service: str) -> Any:
        """Return a client that gives up soon."""
        if service not in self.clients:
            self.clients[service] = self.aws.client(service)
        return self.clients[service]
