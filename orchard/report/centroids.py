"""The centres of the classes in PCA space, and how far they are from one another."""

from typing import TYPE_CHECKING

import numpy as np

from orchard.report.read import Run

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

NAMED = 40  # classes whose names have room on the axes


def distances(run: Run) -> tuple[list[str], np.ndarray]:
    """Return the classes, and the Euclidean distances between their centres, float64 (c, c).

    Classes that are alike stand side by side: in the order of a hierarchical clustering (SciPy, average linkage with
    optimal leaf ordering).
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import pdist, squareform

    names = np.unique(run.labels)
    centres = np.array([run.scores[run.labels == name].mean(0, dtype=np.float64) for name in names])
    apart = pdist(centres)
    order = leaves_list(linkage(apart, "average", optimal_ordering=True)) if len(names) > 2 else np.arange(len(names))
    return [str(name) for name in names[order]], squareform(apart)[np.ix_(order, order)]


def draw(run: Run) -> "Figure":
    """Draw the distances as a heat map; its scale (cividis) is made for colour-blind eyes."""
    from plotly import graph_objects as go

    names, apart = distances(run)
    figure = go.Figure(
        go.Heatmap(
            x=names,
            y=names,
            z=apart,
            colorscale="cividis",
            colorbar={"title": "distance<br>in PCA space"},
            hovertemplate="%{y} to %{x}: %{z:.1f}<extra></extra>",
        )
    )
    figure.update_layout(template="none", height=max(420, min(900, 160 + 16 * len(names))))
    figure.update_layout(margin={"t": 30})
    figure.update_xaxes(
        title={"text": "class", "standoff": 20}, showticklabels=len(names) <= NAMED, tickangle=-50, automargin=True
    )
    return figure.update_yaxes(
        title={"text": "class", "standoff": 20}, showticklabels=len(names) <= NAMED, automargin=True
    )
