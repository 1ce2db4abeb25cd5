"""The picture of the pipeline, drawn from the repository: its jobs, its bucket's prefixes, its Terraform roots."""

import re
from xml.sax.saxutils import escape

from checks.documents.blocks import PREFIXES
from orchard.base.config import ROOT

FILE = ROOT / "docs" / "pipeline.svg"
WIDTH, HEIGHT = 980, 600

_STYLE = """
  text { font: 14px system-ui, sans-serif; fill: #1c2733 }
  .small { font-size: 12px; fill: #4a5a6a } .head { font-weight: 600; font-size: 15px }
  .mono { font-family: ui-monospace, monospace; font-size: 13px }
  .page { fill: #ffffff } .zone { fill: #f4f6f8; stroke: #c3ccd5 } .box { fill: #ffffff; stroke: #8796a5 }
  .data { fill: #e3f1fb; stroke: #0072b2 } .job { fill: #fdeedd; stroke: #d55e00 }
  .flow { stroke: #4a5a6a; stroke-width: 1.6; fill: none; marker-end: url(#tip) } .tip { fill: #4a5a6a }
  @media (prefers-color-scheme: dark) {
    text { fill: #e8edf2 } .small { fill: #aab7c4 }
    .page { fill: #12181f } .zone { fill: #1a222b; stroke: #3a4754 } .box { fill: #222c37; stroke: #667788 }
    .data { fill: #12324a; stroke: #56b4e9 } .job { fill: #44290f; stroke: #e69f00 }
    .flow { stroke: #aab7c4 } .tip { fill: #aab7c4 }
  }
"""


def jobs() -> list[tuple[str, str]]:
    """Return the steps' names and what their scripts say of themselves, in the order in which they run."""
    found = {}
    for script in (ROOT / "spark").glob("*.py"):
        found[script.stem] = script.read_text().split('"""')[1].strip().splitlines()[0].rstrip(".")
    return sorted(found.items())


def prefixes() -> dict[str, str]:
    """Return the bucket's prefixes by their names."""
    return dict(re.findall(r'^ +(\w+) += "([^"]+)"', PREFIXES.read_text(), re.M))


def modules(root: str) -> list[str]:
    """Return the modules that a Terraform root is made of."""
    text = (ROOT / "terraform" / root / "main.tf").read_text()
    return re.findall(r'source += "\.\./modules/(\w+)"', text)


def draw() -> str:
    """Return the picture as SVG; it follows the reader's light or dark theme."""
    there = prefixes()
    features, pca = jobs()
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="t d">',
        '<title id="t">The pipeline</title>',
        f'<desc id="d">Photographs go up to {there["raw"]}, the step {features[0]} writes {there["features"]}, '
        f"the step {pca[0]} writes {there['pca']}, and the results come down.</desc>",
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path class="tip" d="M0,0 L8,4 L0,8 z"/></marker></defs>',
        _rect(0, 0, WIDTH, HEIGHT, "page"),
        *_zone(20, 20, 230, 410, "Your machine", "orchard/, ./inv"),
        *_zone(330, 20, 270, 410, "One bucket", "encrypted, in the EU"),
        *_zone(680, 20, 280, 410, "EMR cluster", "for a run; ends itself when idle"),
        *_box(40, 90, 190, 56, "data/raw", "photographs", "data"),
        *_box(40, 190, 190, 56, "jobs", "spark/ zipped, the weights", "box"),
        *_box(40, 340, 190, 70, "data/emr_output", "features, PCA, report", "data"),
        *_box(350, 90, 230, 56, there["raw"], "<split>/<class>/<image>.jpg", "data"),
        *_box(350, 165, 230, 46, there["jobs"], "", "box"),
        *_box(350, 230, 230, 46, there["features"], "", "data"),
        *_box(350, 340, 230, 46, there["pca"], "", "data"),
        _text(350, 414, f"{there['logs']}  {there['notebooks']}  {there['jupyter']}", "mono small"),
        *_box(700, 118, 240, 70, f"step: {features[0]}", "1,280 numbers a picture", "job"),
        *_box(700, 270, 240, 70, f"step: {pca[0]}", "principal components", "job"),
        _text(700, 400, "primary, core and Spot task nodes", "small"),
        _arrow(230, 118, 348, 118, "upload-dataset"),
        _arrow(230, 205, 348, 190, "run"),
        _arrow(580, 118, 698, 140),
        _arrow(580, 190, 698, 165),
        _arrow(698, 180, 582, 245),
        _arrow(580, 260, 698, 292),
        _arrow(698, 320, 582, 358),
        _arrow(348, 366, 232, 372, "results"),
        *_zone(20, 450, 940, 130, "Terraform makes it and takes it away", "./inv up, down, cleanup"),
        *_box(40, 506, 440, 58, "foundation", " · ".join(modules("foundation")), "box"),
        *_box(500, 506, 440, 58, "cluster", " · ".join(modules("cluster")), "box"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def is_stale() -> bool:
    """Tell whether the picture in docs/ is another one than would be drawn now."""
    return not FILE.exists() or FILE.read_text() != draw()


def _rect(x: int, y: int, width: int, height: int, kind: str) -> str:
    return f'<rect class="{kind}" x="{x}" y="{y}" width="{width}" height="{height}" rx="8"/>'


def _text(x: float, y: float, words: str, kind: str = "", anchor: str = "start") -> str:
    return f'<text class="{kind}" x="{x}" y="{y}" text-anchor="{anchor}">{escape(words)}</text>'


def _zone(x: int, y: int, width: int, height: int, title: str, note: str) -> list[str]:
    return [
        _rect(x, y, width, height, "zone"),
        _text(x + 20, y + 26, title, "head"),
        _text(x + 20, y + 44, note, "small"),
    ]


def _box(x: int, y: int, width: int, height: int, title: str, note: str, kind: str) -> list[str]:
    middle = x + width / 2
    line = y + height / 2 + (5 if not note else -3)
    parts = [_rect(x, y, width, height, kind), _text(middle, line, title, "mono", "middle")]
    return [*parts, _text(middle, line + 18, note, "small", "middle")] if note else parts


def _arrow(x1: int, y1: int, x2: int, y2: int, words: str = "") -> str:
    line = f'<path class="flow" d="M{x1},{y1} L{x2},{y2}"/>'
    return line + _text((x1 + x2) / 2, min(y1, y2) - 7, words, "mono small", "middle") if words else line
