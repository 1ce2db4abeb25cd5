"""One large file from the web, resumed where it broke off.

A server is asked to go on with `Range`, and with `If-Range` to do so only if the file is still the same (RFC 9110,
13.1.5 and 14.2); one that refuses either sends the whole file again.
"""

import http.client
import json
import re
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from orchard.base.errors import OrchardError
from orchard.base.language import marked
from orchard.transfer import disk
from orchard.transfer.progress import Meter

BLOCK = 1 << 20
TRIES = 5  # in a row without a byte of progress
PAUSE = 2.0  # seconds, times the tries so far
TIMEOUT = 30.0  # seconds without a byte
AGAIN = "call again: it goes on where it stopped"
BROKEN = (http.client.HTTPException, ConnectionError, TimeoutError, urllib.error.URLError)


def fetch(url: str, path: Path) -> Path:
    """Download a file, unless it is there.

    The bytes that have arrived are in `<path>.part`, and what the server said of the file in `<path>.part.json`.

    Returns:
        the path.

    Raises:
        OrchardError: the server refuses, keeps breaking off or contradicts itself, or the disk is full.
    """
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    download = _Download(url, path)
    try:
        download.run()
    except OSError as error:
        raise disk.explain(error, path.parent) from None
    return path


class _Download:
    def __init__(self, url: str, path: Path) -> None:
        self.url, self.path = url, path
        self.part = path.with_name(path.name + ".part")
        self.notes = path.with_name(path.name + ".part.json")

    def run(self) -> None:
        with Meter("downloading", 1, 0) as self.meter:
            tries = 0
            while True:
                before = self._here()
                try:
                    whole = self._go_on()
                except BROKEN as error:
                    if isinstance(error, urllib.error.HTTPError) and error.code not in (429, 500, 502, 503, 504):
                        raise OrchardError(
                            f"{self.url} answers {error.code} {error.reason}", "check the setting archive"
                        ) from None
                    whole, reason = False, str(getattr(error, "reason", error))
                else:
                    reason = f"it ends after {self._here():,} bytes and promised {self._known().get('size') or 0:,}"
                if whole:
                    break
                tries = 0 if self._here() > before else tries + 1
                if tries == TRIES:
                    raise OrchardError(f"{self.url} keeps breaking off: {reason}", f"check the network, then {AGAIN}")
                time.sleep(PAUSE * tries)
        self.part.replace(self.path)
        self.notes.unlink(missing_ok=True)

    def _here(self) -> int:
        return self.part.stat().st_size if self.part.exists() else 0

    def _known(self) -> dict[str, Any]:
        """Return what the server said of the file that the part belongs to; nothing where that is not known."""
        try:
            notes = json.loads(self.notes.read_text())
        except (FileNotFoundError, json.JSONDecodeError):
            return {}
        return notes if notes.get("url") == self.url else {}

    def _go_on(self) -> bool:
        """Ask once, from where the part ends; returns whether the file is whole now."""
        known, first = self._known(), self._here()
        if first and known.get("size") == first:
            return True
        headers = {"User-Agent": "orchard", "Accept-Encoding": "identity"}
        if first and known.get("validator") and first < (known.get("size") or float("inf")):
            headers |= {"Range": f"bytes={first}-", "If-Range": known["validator"]}
        request = urllib.request.Request(self.url, headers=headers)  # noqa: S310 - the setting allows http(s) only
        try:
            answer = urllib.request.urlopen(request, timeout=TIMEOUT)  # noqa: S310
        except urllib.error.HTTPError as error:
            if error.code != 416:
                raise
            self.notes.unlink(missing_ok=True)  # the file has become shorter: from the start, then
            raise http.client.HTTPException(
                marked(f"it does not have the {known['size']:,} bytes that it promised")
            ) from None
        with answer:
            first, size = self._begin(answer, first)
            return self._receive(answer, first, size)

    def _begin(self, answer: http.client.HTTPResponse, first: int) -> tuple[int, int | None]:
        """Tell from which byte on the answer counts, and how large the file is; note both."""
        if answer.status == 206:
            span = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", answer.headers.get("Content-Range", ""))
            if not span or int(span[1]) != first or int(span[3]) != self._known().get("size", int(span[3])):
                self.notes.unlink(missing_ok=True)
                raise http.client.HTTPException(marked("it sends another part than the one that was asked for"))
            return first, int(span[3])
        length = answer.headers.get("Content-Length", "")
        size = int(length) if length.isdecimal() else None
        tag = answer.headers.get("ETag", "")
        validator = tag if tag and not tag.startswith("W/") else answer.headers.get("Last-Modified", "")
        self.part.unlink(missing_ok=True)  # the old part belongs to the old notes
        self.notes.write_text(json.dumps({"url": self.url, "size": size, "validator": validator}))
        return 0, size

    def _receive(self, answer: http.client.HTTPResponse, first: int, size: int | None) -> bool:
        disk.require(self.path.parent, (size or first) - first)
        if not self.meter.size:
            self.meter.before = first
        self.meter.size, self.meter.done_bytes = size or 0, first
        with self.part.open("ab") as file:
            while block := answer.read(BLOCK):
                file.write(block)
                self.meter.add(0, len(block))
        return size is None or self._here() == size
