"""A Chrome or Chromium without a window: it turns a report's charts into pictures, and tests look through it."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchard.base.errors import OrchardError, UsageError
from orchard.machine import packages

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

NAMES = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# 3D without a graphics card: Chrome's own software renderer, which it wants to be asked for (Chromium's
# docs/gpu/swiftshader.md).
FLAGS = ("--enable-unsafe-swiftshader", "--use-angle=swiftshader")
DRAWN = 60_000  # milliseconds that a page may take until all its charts are drawn


def find() -> str | None:
    """Return the browser that ORCHARD_BROWSER names, or one from PATH or its usual place; None where there is none.

    Raises:
        UsageError: ORCHARD_BROWSER names no program.
    """
    named = os.environ.get("ORCHARD_BROWSER")
    if named:
        program = shutil.which(named)
        if program is None:
            raise UsageError(f"ORCHARD_BROWSER = {named} is no program", "name a Chrome or Chromium, or unset it")
        return program
    return next(filter(None, map(shutil.which, NAMES)), None)


@contextmanager
def launch(*flags: str) -> Iterator["Browser"]:
    """Start the browser, or the one that Playwright has installed for itself; `flags` are further ones of its own.

    Raises:
        OrchardError: there is none, or it does not start; or Playwright cannot be installed.
    """
    packages.require("browser")
    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        # In a container one is root, and Chrome's sandbox refuses root; it only ever opens Orchard's own page.
        sandboxed = not hasattr(os, "geteuid") or os.geteuid() != 0
        program = find()
        try:
            browser = playwright.chromium.launch(
                executable_path=program, args=[*FLAGS, *flags], chromium_sandbox=sandboxed and program is not None
            )
        except Error as error:
            raise OrchardError(
                f"no Chrome or Chromium could be started: {error.message.strip().splitlines()[0]}",
                "install Chrome or Chromium, name one (ORCHARD_BROWSER=/path/to/chrome), or let Playwright fetch one: "
                ".venv/bin/playwright install chromium",
            ) from None
        yield browser
        browser.close()


def open_report(browser: "Browser | BrowserContext", path: Path, **options: object) -> "Page":
    """Open a report in a new page; `options` are those of Playwright's `new_page`. Raises as `show_report`."""
    page = browser.new_page(**options)  # type: ignore[arg-type]
    show_report(page, path)
    return page


def show_report(page: "Page", path: Path) -> None:
    """Load a report and wait until all its charts are drawn.

    Raises:
        OrchardError: they are not drawn in time.
    """
    from playwright import sync_api

    try:
        page.goto(path.resolve().as_uri(), timeout=DRAWN)
        page.wait_for_selector("html[data-ready]", state="attached", timeout=DRAWN)
    except sync_api.TimeoutError:
        raise OrchardError(
            f"the charts of {path} were not drawn within {DRAWN // 1000} s",
            "open the page in a browser and look at its console; an older Chrome than 2024's cannot draw it",
        ) from None
