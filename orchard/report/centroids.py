"""The centres of the classes in PCA space, and how far they are from one another."""

import numpy as np
import plotly.express as px
from plotly.graph_objects import Figure

from orchard.report import analysis
from orchard.report.read import Run

NAMED = 40  # classes whose names have room on the axes


def distances(run: Run) -> tuple[list[str], np.ndarray]:
    """Return the classes, and the Euclidean distances between their centres, float64 (c, c).

    Classes that are alike stand side by side: in the order of a hierarchical clustering (SciPy, average linkage with
    optimal leaf ordering).
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import pdist, squareform

    names, code = np.unique(run.labels, return_inverse=True)
    apart = pdist(analysis.centres(run.scores, code))
    order = leaves_list(linkage(apart, "average", optimal_ordering=True)) if len(names) > 2 else np.arange(len(names))
    return [str(name) for name in names[order]], squareform(apart)[np.ix_(order, order)]


def draw(run: Run) -> Figure:
    """Draw the distances as a heat map; its scale (cividis) is made for colour-blind eyes."""
    names, apart = distances(run)
    figure = px.imshow(
        apart,
        x=names,
        y=names,
        labels={"x": "class", "y": "class", "color": "distance<br>in PCA space"},
        origin="lower",
        aspect="auto",
        color_continuous_scale="cividis",
        template="none",
        height=max(420, min(900, 160 + 16 * len(names))),
    )
    figure.update_traces(hovertemplate="%{y} to %{x}: %{z:.1f}<extra></extra>")
    axes = {"title_standoff": 20, "showticklabels": len(names) <= NAMED, "automargin": True}
    return figure.update_layout(margin={"t": 30}).update_xaxes(tickangle=-50, **axes).update_yaxes(**axes)
