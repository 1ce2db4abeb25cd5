"""The images of a run in PCA space, in two or three dimensions, a colour and a shape to each group of classes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from orchard.report import analysis
from orchard.report.figures import PALETTE, SYMBOLS
from orchard.report.read import Run

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

MOST = 5_000  # points: what a browser turns smoothly in three dimensions
OTHER = "#8a948e"


def draw(run: Run, components: Sequence[int] = (1, 2), most: int = MOST) -> "Figure":
    """Draw a sample of the images.

    Args:
        run: the run.
        components: which to put on the axes, from 1; two or three of them.
        most: points to show; the same share of every class.
    """
    from plotly import graph_objects as go

    rows = analysis.sample(run.labels, most)
    labels, scores = run.labels[rows], run.scores[rows]
    groups = analysis.families(run.labels.tolist(), len(SYMBOLS))
    of_row = np.array([groups[label] for label in labels])
    solid = len(components) == 3
    trace = go.Scatter3d if solid else go.Scattergl
    figure = go.Figure()
    for number, name in enumerate([*sorted(set(of_row) - {""}), *([""] if "" in of_row else [])]):
        mine = of_row == name
        axes = {axis: scores[mine, c - 1] for axis, c in zip("xyz", components, strict=False)}
        figure.add_trace(
            trace(
                **axes,
                mode="markers",
                name=name or "other classes",
                text=labels[mine],
                marker={
                    "color": PALETTE["light"][number] if name else OTHER,
                    "symbol": SYMBOLS[number] if name else "circle",
                    "size": 3.5 if solid else 8,
                    "opacity": 0.85,
                },
                hovertemplate="%{text}<extra></extra>",
            )
        )
    titles = {axis: f"component {c} ({run.spectrum[c - 1]:.1%})" for axis, c in zip("xyz", components, strict=False)}
    figure.update_layout(
        template="none", height=620, legend={"title": "class", "itemsizing": "constant"}, margin={"t": 40}
    )
    if solid:
        scene: dict = {f"{axis}axis": {"title": title} for axis, title in titles.items()}
        return figure.update_layout(scene=scene | {"camera": {"eye": {"x": 1.5, "y": 1.5, "z": 1.2}}})
    return figure.update_xaxes(title=titles["x"]).update_yaxes(title=titles["y"])
