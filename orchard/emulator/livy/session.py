"""An interactive session: a Spark driver that lives, and statements that it executes one after the other."""

import contextlib
import logging
import threading
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from orchard.emulator.clock import Clock
from orchard.emulator.livy.driver import Driver, DriverEndedError
from orchard.emulator.livy.request import BadRequestError, Request
from orchard.emulator.outside import OrchardError

if TYPE_CHECKING:
    from orchard.emulator.emr.cluster import ManagedCluster

__all__ = ["BadRequestError", "Session", "Statement"]

log = logging.getLogger(__name__)
GONE = frozenset({"shutting_down", "dead", "error"})


class Statement:
    """A piece of code and what became of it: waiting, running, available, cancelling or cancelled."""

    def __init__(self, number: int, code: str) -> None:
        self.id, self.code = number, code
        self.state = "waiting"
        self.output: dict[str, Any] | None = None
        self.started: float | None = None
        self.completed: float | None = None

    def view(self) -> dict[str, Any]:
        """Show it as Livy does; times in milliseconds since the epoch."""
        return {
            "id": self.id,
            "code": self.code,
            "state": self.state,
            "output": self.output,
            "progress": 1.0 if self.completed else 0.0,
            "started": round((self.started or 0) * 1000),
            "completed": round((self.completed or 0) * 1000),
        }


class Session:
    """One session; it starts at once, in the background."""

    def __init__(
        self,
        number: int,
        cluster: "ManagedCluster",
        request: Request,
        driver: Driver,
        clock: Clock,
        timeout: float,
        skip_busy: bool,
    ) -> None:
        self.id, self.cluster, self.request = number, cluster, request
        self.state = "starting"
        self.app_id: str | None = None
        self.statements: list[Statement] = []
        self._driver, self._clock, self._timeout = driver, clock, timeout
        self._skip_busy = skip_busy
        self._changed = threading.Condition()
        self._said: list[str] = []
        self._active, self._heard = clock.now(), time.monotonic()
        self._thread = threading.Thread(target=self._run, name=f"livy-{cluster.id}-{number}", daemon=True)
        self._thread.start()

    @property
    def living(self) -> bool:
        """Whether it can still do something."""
        return self.state not in GONE

    @property
    def expired(self) -> bool:
        """Whether Livy ends it: nothing was executed for its time-out, or its client has fallen silent."""
        silent = self.request.heartbeat and time.monotonic() - self._heard > self.request.heartbeat
        idle = not (self._skip_busy and self.state == "busy") and self._clock.now() - self._active > self._timeout
        return bool(silent) or idle

    def hear(self) -> None:
        """Take a sign of life from the client."""
        self._heard = time.monotonic()

    def log(self) -> list[str]:
        """Return what the driver and the session have said, line by line."""
        return [*self._driver.log(), *self._said]

    def execute(self, code: object) -> Statement:
        """Queue a statement.

        Raises:
            BadRequestError: no code, or the session is not there to execute it.
        """
        if not isinstance(code, str):
            raise BadRequestError("A statement must have code.")
        with self._changed:
            if self.state not in ("idle", "busy"):
                raise BadRequestError(f"Session is in state {self.state}")
            self._active = self._clock.now()
            statement = Statement(len(self.statements), code)
            self.statements.append(statement)
            self.state = "busy"
            self._changed.notify_all()
        return statement

    def cancel(self, statement: Statement) -> None:
        """Cancel a statement: a waiting one at once, the running one's Spark jobs, as Livy does."""
        with self._changed:
            if statement.state == "waiting":
                statement.state, statement.completed = "cancelled", time.time()
            elif statement.state == "running":
                statement.state = "cancelling"
                with contextlib.suppress(DriverEndedError):
                    self._driver.cancel(statement.id)

    def end(self) -> None:
        """End the driver, and wait for its end."""
        with self._changed:
            self.state = "shutting_down"
            self._changed.notify_all()
        self._driver.stop()
        self._thread.join()

    def _run(self) -> None:
        try:
            self.app_id = self._driver.start()
            self._become("idle")
            while (statement := self._next()) is not None:
                self._execute(statement)
        except DriverEndedError as error:
            self._die(str(error))
        except OrchardError as error:
            self._die(f"error: {error.cause}", f"remedy: {error.remedy}")
        except Exception as error:
            log.exception("the session %s of %s cannot go on", self.id, self.cluster.id)
            self._die(f"The local AWS failed: {error}")
        finally:
            with contextlib.suppress(OSError):
                self._driver.remove()

    def _next(self) -> Statement | None:
        with self._changed:
            while self.living:
                waiting = [statement for statement in self.statements if statement.state == "waiting"]
                if waiting:
                    waiting[0].state, waiting[0].started = "running", time.time()
                    return waiting[0]
                self.state = "idle"
                self._changed.wait()
        return None

    def _execute(self, statement: Statement) -> None:
        output = self._driver.execute(statement.id, statement.code)
        with self._changed:
            statement.completed, self._active = time.time(), self._clock.now()
            cancelled = statement.state == "cancelling"
            statement.output = None if cancelled else output | {"execution_count": statement.id}
            statement.state = "cancelled" if cancelled else "available"

    def _become(self, state: str) -> None:
        with self._changed:
            if self.living:
                self.state = state

    def _die(self, *words: str) -> None:
        now = f"{datetime.now(UTC):%H:%M:%S}"
        self._said += [f"{now} {word}" for word in words]
        if self.state != "shutting_down":
            log.warning("the session %s of %s is dead: %s", self.id, self.cluster.id, "; ".join(words))
        with self._changed:
            self.state = "dead"
            for statement in self.statements:
                if statement.state not in ("available", "cancelled"):
                    statement.state, statement.completed = "cancelled", time.time()
