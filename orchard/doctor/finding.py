"""What a check finds, and where it looks."""

import threading
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from orchard.aws.target import Target
from orchard.base.config import Settings

State = Literal["ok", "warn", "fail", "unknown"]


class Finding(NamedTuple):
    """The outcome of a check.

    Attributes:
        what: was checked.
        state: `ok`; `warn`: works, and should be looked at; `fail`: would stop `up` or `run`; `unknown`: it could not
            be found out.
        said: what was found, one line.
        remedy: what to do; empty where there is nothing to do.
    """

    what: str
    state: State
    said: str
    remedy: str = ""


@dataclass
class Place:
    """Where the checks look.

    Attributes:
        settings: in force.
        target: None when the settings name one that is not running; then there is no account to look into.
    """

    settings: Settings
    target: Target | None
    _clients: dict[str, Any] = field(default_factory=dict)
    _lock: Any = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        # A check is to be over in seconds, whatever does not answer.
        self.target = self.target.impatient() if self.target else None

    def client(self, service: str) -> Any:
        """Return a client that gives up soon. Making clients is not safe in several threads, using them is."""
        assert self.target is not None  # noqa: S101 - checks of the account run with a target only
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self.target.client(service)
            return self._clients[service]
