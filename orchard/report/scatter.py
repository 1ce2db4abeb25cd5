"""The images of a run in PCA space, in two or three dimensions, a colour and a shape to each group of classes."""

from collections.abc import Sequence

import plotly.express as px
import pyarrow as pa
from plotly.graph_objects import Figure

from orchard.base.language import marked, tr
from orchard.report import analysis
from orchard.report.figures import PALETTE, SYMBOLS
from orchard.report.read import Run

MOST = 5_000  # points: what a browser turns smoothly in three dimensions
OTHER, GREY = marked("other classes"), "#8a948e"


def draw(run: Run, components: Sequence[int] = (1, 2), most: int = MOST) -> Figure:
    """Draw a sample of the images.

    Args:
        run: the run.
        components: which to put on the axes, from 1; two or three of them.
        most: points to show; the same share of every class.
    """
    rows = analysis.sample(run.labels, most)
    labels = run.labels[rows]
    other = tr(OTHER)
    groups = analysis.families(run.labels.tolist(), len(SYMBOLS))
    of_row = [groups[label] or other for label in labels]
    order = [*sorted(set(of_row) - {other}), *({other} & set(of_row))]
    titles = {
        axis: tr(f"component {c} ({run.spectrum[c - 1]:.1%})") for axis, c in zip("xyz", components, strict=False)
    }
    scores = {title: run.scores[rows, c - 1] for title, c in zip(titles.values(), components, strict=True)}
    solid = len(components) == 3
    figure = (px.scatter_3d if solid else px.scatter)(
        pa.table({**scores, "class": of_row, "name": labels}),
        **titles,
        color="class",
        color_discrete_map=dict(zip(order, PALETTE["light"], strict=False)) | {other: GREY},
        symbol="class",
        symbol_map=dict(zip(order, SYMBOLS, strict=False)) | {other: "circle"},
        category_orders={"class": order},
        hover_name="name",
        opacity=0.85,
        template="none",
        height=620,
    )
    figure.update_traces(marker_size=3.5 if solid else 8, hovertemplate="%{hovertext}<extra></extra>")
    figure.update_layout(legend={"title": tr("class"), "itemsizing": "constant"}, margin={"t": 40})
    return figure.update_layout(scene_camera_eye={"x": 1.5, "y": 1.5, "z": 1.2}) if solid else figure
