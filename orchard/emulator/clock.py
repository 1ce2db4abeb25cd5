"""The emulator's sense of time, which tests may speed up or push forward."""

import threading
import time


class Clock:
    """Seconds that pass `speed` times as fast as real ones, and can be advanced at once.

    Idle time-outs, start-up delays and schedules are measured with it; timelines shown to clients are real times.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.speed = speed
        self._began = time.time()
        self._advanced = 0.0

    def now(self) -> float:
        """Emulated seconds since the epoch."""
        return self._began + (time.time() - self._began) * self.speed + self._advanced

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass at once."""
        self._advanced += seconds

    def wait(self, condition: threading.Condition, until: float | None) -> None:
        """Wait on a held condition until it is notified or the emulated moment `until` may have come.

        Returns early now and then, so that an advanced clock is noticed: callers look at the time again.
        """
        if until is None:
            condition.wait()
        else:
            condition.wait(max(0.0, min((until - self.now()) / self.speed, 0.25)))

    def sleep(self, seconds: float, stop: threading.Event | None = None) -> None:
        """Sleep for emulated seconds, or until `stop` is set."""
        until, stop = self.now() + seconds, stop or threading.Event()
        while (left := until - self.now()) > 0 and not stop.is_set():
            stop.wait(min(left / self.speed, 0.25))
