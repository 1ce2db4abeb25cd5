"""The report's figures as PNG: pictures of the page itself, so that they are what it shows."""

from pathlib import Path

from orchard.report import browser

WIDTH, HEIGHT, SCALE = 1280, 900, 2  # CSS pixels of the window, and pixels for each


def write(report: Path, folder: Path) -> list[Path]:
    """Write each figure of a report as `<folder>/<figure>.png`: map (2D, 3D), variance, classes, confusion, comparison.

    Raises:
        OrchardError: there is no browser, or it cannot draw the page.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    with browser.launch() as chrome:
        page = browser.open_report(
            chrome, report, viewport={"width": WIDTH, "height": HEIGHT}, device_scale_factor=SCALE, color_scheme="light"
        )
        page.add_style_tag(content=".search, #said, #list { display: none }")  # a picture cannot be searched
        for figure in page.locator("figure[data-png]").all():
            target = folder / f"{figure.get_attribute('data-png')}.png"
            figure.screenshot(path=target)
            written.append(target)
        if page.locator("#deep").is_enabled():
            page.locator("#deep").click()
            page.wait_for_selector("#plot .gl-container canvas")
            page.wait_for_timeout(1500)  # Plotly says when its 3D scene is there, and not when it is painted
            target = folder / "map-3d.png"
            page.locator("figure[data-png=map]").screenshot(path=target)
            written.append(target)
    return written
