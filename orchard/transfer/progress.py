"""How a transfer stands: files and bytes so far, how fast they go, and how long the rest will take."""

import threading
import time

from orchard.base import usual_time
from orchard.base.language import tr
from orchard.base.progress import Display

REFRESH = 0.1  # seconds between two updates: more would cost more than small files take


class Meter:
    """Counts files and bytes and shows them, with files/s, MB/s and the time left.

    Used in a `with`; `add` may be called in any thread. A bar needs the terminal for itself, so there is none where
    the transfer runs in a thread beside other work that prints.

    Args:
        verb: what is done: "uploading".
        files: how many there will be.
        size: bytes there will be; 0 where it is not known.
    """

    def __init__(self, verb: str, files: int, size: int) -> None:
        self.verb, self.files, self.size = verb, files, size
        self.done_files = self.done_bytes = 0
        self.before = 0  # bytes among them that an earlier call had brought
        self._lock = threading.Lock()
        self._shown = self._started = time.monotonic()
        alone = threading.current_thread() is threading.main_thread()
        self._display = Display(verb, bar=alone and files > 0)

    def __enter__(self) -> "Meter":
        self._display.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._display.__exit__()

    def add(self, files: int, size: int) -> None:
        """Count what has been done."""
        with self._lock:
            self.done_files += files
            self.done_bytes += size
            now = time.monotonic()
            if now - self._shown >= REFRESH:
                self._shown = now
                self._display.show(self.verb, self.state(), self._completed(), self._total() or None)

    @property
    def seconds(self) -> float:
        """Since the start."""
        return max(time.monotonic() - self._started, 1e-6)

    def state(self) -> str:
        """Say it in a line: `1,200/7,860 files, 845 files/s, 3.6 MB/s, about 8 s left`."""
        speed = self.done_files / self.seconds
        parts = [tr(f"{self.done_files:,}/{self.files:,} files")] if self.files > 1 else []
        if self.files > 1:
            parts.append(tr(f"{speed:,.0f} files/s"))
        else:
            of = f"/{self.size / 1e6:,.0f}" if self.size else ""
            parts.append(tr(f"{self.done_bytes / 1e6:,.0f}{of} MB"))
        parts.append(tr(f"{(self.done_bytes - self.before) / 1e6 / self.seconds:,.1f} MB/s"))
        total, done = self._total(), self._completed()
        now = done - (0 if self.files > 1 else self.before)
        if now > 0 and total > done:
            parts.append(tr(f"about {usual_time.about(self.seconds * (total - done) / now)} left"))
        return ", ".join(parts)

    def _completed(self) -> int:
        return self.done_files if self.files > 1 else self.done_bytes

    def _total(self) -> int:
        return self.files if self.files > 1 else self.size
